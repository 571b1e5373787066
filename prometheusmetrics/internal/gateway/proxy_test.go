package gateway_test

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// proxy is a forward proxy for both schemes that asks for proxyuser:proxysecret.
type proxy struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string
}

func startProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen = append(p.seen, r.Method+" "+r.URL.Scheme)
	p.mu.Unlock()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("proxyuser:proxysecret"))
	if got := r.Header.Get("Proxy-Authorization"); got != want {
		http.Error(w, "who are you, "+got+"?", http.StatusProxyAuthRequired)
		return
	}
	if r.Method == http.MethodConnect {
		tunnel(w, r.Host)
		return
	}
	r.RequestURI = ""
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	w.WriteHeader(response.StatusCode)
	io.Copy(w, response.Body)
}

// tunnel joins the client's connection with one to the host.
func tunnel(w http.ResponseWriter, host string) {
	target, err := net.Dial("tcp", host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	client, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		target.Close()
		return
	}
	go func() {
		defer target.Close()
		io.Copy(target, buffered)
	}()
	defer client.Close()
	io.Copy(client, target)
}

func (p *proxy) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.seen, ", ")
}

// A push goes through a proxy, and the gateway's credentials to the gateway.
func TestProxy(t *testing.T) {
	for scheme, want := range map[string]string{"http": "PUT http", "https": "CONNECT "} {
		var all servers
		server := all.start(t, "s", scheme == "https", nil)
		p := startProxy(t)
		through := func(user *url.Userinfo) func(*http.Transport) {
			return func(transport *http.Transport) {
				if scheme == "https" {
					trust(server)(transport)
				}
				address, _ := url.Parse(p.URL)
				address.User = user
				transport.Proxy = http.ProxyURL(address)
			}
		}
		if err := push(t, server.URL, through(url.UserPassword("proxyuser", "proxysecret"))); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
		if got := all.all(); got != "s PUT user:secret" || p.all() != want {
			t.Errorf("%s: the gateway saw %q, and the proxy %q, want %q", scheme, got, p.all(), want)
		}
		err := push(t, server.URL, through(url.UserPassword("proxyuser", "other")))
		if err == nil || !strings.Contains(err.Error(), "Proxy Authentication Required") &&
			!strings.Contains(err.Error(), "status 407") {
			t.Errorf("%s: refused by the proxy: %v", scheme, err)
		}
		if got := all.all(); got != "s PUT user:secret" {
			t.Errorf("%s: the gateway saw %q after the proxy refused", scheme, got)
		}
		p.Close()
		err = push(t, server.URL, through(url.UserPassword("proxyuser", "proxysecret")))
		if err == nil || !strings.Contains(err.Error(), "proxyconnect tcp") || strings.Contains(err.Error(), "proxysecret") {
			t.Errorf("%s: without the proxy: %v", scheme, err)
		}
	}
}

// The client takes its proxy from the environment. That is read once in a process,
// so it needs one of its own.
func TestProxyFromEnvironment(t *testing.T) {
	const child = "GATEWAY_TEST_CHILD"
	if os.Getenv(child) != "" {
		if err := push(t, "http://gateway.invalid:9091", nil); err != nil {
			os.Stdout.WriteString("ERROR " + err.Error() + "\n")
		}
		return
	}
	p := startProxy(t)
	address := strings.Replace(p.URL, "://", "://proxyuser:proxysecret@", 1)
	command := exec.Command(os.Args[0], "-test.run=^TestProxyFromEnvironment$")
	command.Env = append(os.Environ(), child+"=1", "HTTP_PROXY="+address, "http_proxy=", "NO_PROXY=", "no_proxy=")
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "ERROR status 502") || strings.Contains(string(out), "secret") {
		t.Errorf("%v\n%s", err, out)
	}
	if got := p.all(); got != "PUT http" {
		t.Errorf("the proxy saw %q", got)
	}
}
