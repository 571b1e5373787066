package remotewrite

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/exp/api/remote"
)

func TestHeaders(t *testing.T) {
	for _, test := range []struct {
		name   string
		config Config
		user   string // in the address
		want   map[string]string
	}{
		{"nothing", Config{}, "", map[string]string{
			"Authorization": "", "User-Agent": "go-metrics-plus-remotewrite", "Content-Encoding": "snappy",
		}},
		{"user", Config{Username: "u", Password: "p"}, "", map[string]string{"Authorization": "Basic dTpw"}},
		{"token", Config{BearerToken: "tok"}, "", map[string]string{"Authorization": "Bearer tok"}},
		{"tenant", Config{Headers: map[string]string{"x-scope-orgid": "a"}}, "", map[string]string{"X-Scope-Orgid": "a"}},
		{"user in the address", Config{}, "u:p@", map[string]string{"Authorization": "Basic dTpw"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got http.Header
			receiver := newReceiver(remote.WriteV2MessageType)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r.Header.Clone()
				receiver.ServeHTTP(w, r)
			}))
			defer server.Close()
			test.config.URL = strings.Replace(server.URL, "//", "//"+test.user, 1)
			test.config.Gatherer = &gauges{values: map[string]float64{"a": 1}}
			d, err := New(test.config)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			for name, want := range test.want {
				if got.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, got.Get(name), want)
				}
			}
		})
	}
}

// Neither the headers nor a success that is none come by a redirect.
func TestRedirects(t *testing.T) {
	var authorization []string
	other := newReceiver(remote.WriteV2MessageType)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization = append(authorization, r.Header.Get("Authorization"))
		other.ServeHTTP(w, r)
	}))
	defer elsewhere.Close()
	status := http.StatusTemporaryRedirect
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, status)
	}))
	defer server.Close()
	d, err := New(Config{URL: server.URL, BearerToken: "secret-token", Gatherer: &gauges{values: map[string]float64{"a": 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Once(); err != nil {
		t.Error(err)
	}
	if len(other.got()) != 1 || len(authorization) != 1 || authorization[0] != "" {
		t.Errorf("the other server got %q", authorization)
	}
	status = http.StatusFound
	if err := d.Once(); err == nil || !strings.Contains(err.Error(), "status 302") {
		t.Errorf("got %v", err)
	}
}

// leaky tells all it knows in its errors.
type leaky struct{ answer bool }

func (l leaky) RoundTrip(r *http.Request) (*http.Response, error) {
	text := r.URL.String() + " " + r.Header.Get("Authorization") + " " + r.URL.Query().Get("token")
	if user, password, ok := r.BasicAuth(); ok {
		text += " " + user + ":" + password + " " + url.QueryEscape(password)
	}
	if !l.answer {
		return nil, errors.New(text)
	}
	return &http.Response{StatusCode: 500, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
}

func TestNoSecretsInErrors(t *testing.T) {
	const secret = "geh/eim nis"
	for _, config := range []Config{
		{URL: "http://user:" + url.PathEscape(secret) + "@receiver.test/api"},
		{URL: "http://receiver.test/api?token=" + url.QueryEscape(secret)},
		{URL: "http://receiver.test/api", Username: "user", Password: secret},
		{URL: "http://receiver.test/api", BearerToken: secret},
		{URL: "http://receiver.test/api", Headers: map[string]string{"Authorization": "Key " + secret}},
	} {
		for _, answer := range []bool{false, true} {
			var told []string
			config.Gatherer = &gauges{values: map[string]float64{"a": 1}}
			config.Client = &http.Client{Transport: leaky{answer}}
			config.OnError = func(err error) { told = append(told, err.Error()) }
			d, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			err = d.Close()
			if err == nil || len(told) != 1 {
				t.Fatalf("got %v, and told %q", err, told)
			}
			for _, text := range append(told, err.Error()) {
				for _, secret := range []string{secret, "geh%2Feim", "geh/eim", "dXNlcjpnZWgvZWltIG5pcw=="} {
					if strings.Contains(text, secret) {
						t.Errorf("%q shows %q", text, secret)
					}
				}
			}
		}
	}
	for _, address := range []string{"http://user:geheimnis@receiver.test:port/", "ftp://user:geheimnis@receiver.test/", "http://user:geheimnis@receiver.test/#f"} {
		if _, err := New(Config{URL: address}); err == nil || strings.Contains(err.Error(), "geheimnis") {
			t.Errorf("got %v", err)
		}
	}
}

// Whatever is wrong with a client costs a delivery.
func TestClientOfTheUser(t *testing.T) {
	for name, next := range map[string]http.RoundTripper{
		"panics":          roundTripper(func(*http.Request) (*http.Response, error) { panic("boom") }),
		"returns nothing": roundTripper(func(*http.Request) (*http.Response, error) { return nil, nil }),
		"body fails": roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 503, Header: http.Header{}, Body: failing{}}, nil
		}),
	} {
		t.Run(name, func(t *testing.T) {
			d, err := New(Config{URL: address, Client: &http.Client{Transport: next}, OnError: func(error) {},
				Gatherer: &gauges{values: map[string]float64{"a": 1}}})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Once(); err == nil {
				t.Error("no error")
			}
			d.Close()
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

type failing struct{ io.Closer }

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
func (failing) Close() error             { return nil }
