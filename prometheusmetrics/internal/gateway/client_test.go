package gateway_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

// servers are gateways that log what reaches them.
type servers struct {
	mu   sync.Mutex
	seen []string // name of the server, method and user
}

// start starts one, with a handler that may be nil.
func (s *servers) start(t *testing.T, name string, secure bool, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		s.mu.Lock()
		s.seen = append(s.seen, name+" "+r.Method+" "+user+":"+password)
		s.mu.Unlock()
		if handler != nil {
			handler(w, r)
		}
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server
}

func (s *servers) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.seen, ", ")
}

// push pushes to a server, as user:secret, with the package's own client, which
// is told to trust the servers of the test unless it is nil.
func push(t *testing.T, address string, change func(*http.Transport)) error {
	t.Helper()
	group, err := gateway.NewGroup(strings.Replace(address, "://", "://user:secret@", 1), "j", nil)
	if err != nil {
		t.Fatal(err)
	}
	client, closeIdle := gateway.NewClient()
	defer closeIdle()
	if change != nil {
		change(client.(*http.Client).Transport.(*http.Transport))
	}
	request := &gateway.Request{Group: group, Client: client, Timeout: time.Minute}
	err = request.Push(t.Context(), family("f"), false)
	if err != nil && strings.Contains(err.Error(), "secret") {
		t.Errorf("the password shows in %v", err)
	}
	return err
}

// trust has a client trust the servers of tests, which have one authority.
func trust(server *httptest.Server) func(*http.Transport) {
	return func(transport *http.Transport) {
		transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	}
}

// A redirect is followed if it keeps the method and does not give up encryption,
// and credentials go to no other scheme or host.
func TestRedirects(t *testing.T) {
	for name, test := range map[string]struct {
		from, to string // http, https, or same for the server that redirects
		status   int
		want     string // that reached the servers
		err      string // in the error; empty for none
	}{
		"relative":            {"http", "same", 307, "first PUT user:secret, first PUT user:secret", ""},
		"same host":           {"http", "same in full", 308, "first PUT user:secret, first PUT user:secret", ""},
		"same host, https":    {"https", "same in full", 307, "first PUT user:secret, first PUT user:secret", ""},
		"same host, its user": {"http", "same as other", 307, "first PUT user:secret, first PUT other:pass", ""},
		"another host":        {"http", "http", 307, "first PUT user:secret, second PUT :", ""},
		"another host, https": {"https", "https", 308, "first PUT user:secret, second PUT :", ""},
		"to https":            {"http", "https", 307, "first PUT user:secret, second PUT :", ""},
		"from https to http": {"https", "http", 307, "first PUT user:secret",
			"status 307: the gateway redirects to http://"},
		"that makes a GET of it": {"http", "http", 302, "first PUT user:secret",
			"status 302: the gateway redirects to http://"},
		"see other": {"http", "same", 303, "first PUT user:secret",
			"status 303: the gateway redirects to /elsewhere"},
	} {
		var all servers
		second := all.start(t, "second", test.to == "https", nil)
		var first *httptest.Server
		first = all.start(t, "first", test.from == "https", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				return
			}
			target := map[string]string{
				"same": "", "same in full": first.URL, "same as other": strings.Replace(first.URL, "://", "://other:pass@", 1),
			}[test.to]
			if target == "" && test.to != "same" {
				target = second.URL
			}
			w.Header().Set("Location", target+"/elsewhere")
			w.WriteHeader(test.status)
		})
		server := first
		if second.TLS != nil {
			server = second
		}
		var change func(*http.Transport)
		if server.TLS != nil {
			change = trust(server)
		}
		err := push(t, first.URL, change)
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: error is %v, want %q in it", name, err, test.err)
		}
		if got := all.all(); got != test.want {
			t.Errorf("%s: servers saw %q, want %q", name, got, test.want)
		}
	}
}

// A gateway that redirects to itself for ever is given up.
func TestRedirectLoop(t *testing.T) {
	var all servers
	server := all.start(t, "s", false, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "/again")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	err := push(t, server.URL, nil)
	if err == nil || !strings.Contains(err.Error(), "status 307: the gateway redirects to /again, which is not followed") {
		t.Errorf("error is %v", err)
	}
	if n := strings.Count(all.all(), "PUT"); n != 10 {
		t.Errorf("%d requests, want 10", n)
	}
}

// A certificate of an authority that nobody knows is an error that says so, and
// nothing is sent.
func TestUnknownAuthority(t *testing.T) {
	var all servers
	server := all.start(t, "s", true, nil)
	err := push(t, server.URL, nil)
	var failure *gateway.Failure
	var unverified *tls.CertificateVerificationError
	if !errors.As(err, &failure) || !errors.As(err, &unverified) ||
		!strings.Contains(err.Error(), "certificate signed by unknown authority") || failure.Kind() != "no answer" {
		t.Errorf("error is %v", err)
	}
	if got := all.all(); got != "" {
		t.Errorf("the server saw %q", got)
	}
	if err := push(t, server.URL, trust(server)); err != nil {
		t.Errorf("once the authority is known: %v", err)
	}
	if got := all.all(); got != "s PUT user:secret" {
		t.Errorf("the server saw %q", got)
	}
}

// The address of a server that speaks plain HTTP under https, and the other way
// round, is an error that says so.
func TestWrongScheme(t *testing.T) {
	var all servers
	plain, secure := all.start(t, "plain", false, nil), all.start(t, "secure", true, nil)
	if err := push(t, strings.Replace(plain.URL, "http:", "https:", 1), nil); err == nil ||
		!strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		t.Errorf("https to http: %v", err)
	}
	if err := push(t, strings.Replace(secure.URL, "https:", "http:", 1), nil); err == nil ||
		!strings.Contains(err.Error(), "status 400: Client sent an HTTP request to an HTTPS server") {
		t.Errorf("http to https: %v", err)
	}
	if got := all.all(); got != "" {
		t.Errorf("the servers saw %q", got)
	}
}
