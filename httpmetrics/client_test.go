package httpmetrics

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

// testClient is a client whose requests are recorded, to a server that echoes.
type testClient struct {
	*http.Client
	t        *testing.T
	url      *url.URL
	registry metrics.Registry
}

func startClient(t *testing.T, protocol string, config Config) *testClient {
	t.Helper()
	s := startServer(t, protocol, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/echo":
			body, _ := io.ReadAll(r.Body) // HTTP/1.1 reads no more once it has answered
			w.Write(body)
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		case "/abort":
			panic(http.ErrAbortHandler)
		case "/hang":
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}))
	config.Registry = metrics.NewRegistry()
	u, _ := url.Parse(s.URL)
	return &testClient{&http.Client{Transport: config.Transport(s.Client().Transport)}, t, u, config.Registry}
}

func (c *testClient) series(name, method, status, failure string) any {
	return metrics.GetSeries(name, c.registry, metrics.Labels{
		methodLabel: method, addressLabel: c.url.Hostname(), portLabel: c.url.Port(), statusLabel: status, errorLabel: failure,
	})
}

func (c *testClient) want(n int64, method, status, failure string, sent, received int64) {
	c.t.Helper()
	duration, _ := c.series("http.client.request.duration", method, status, failure).(metrics.Timer)
	if duration.Count() != n {
		c.t.Errorf("%d requests, want %d: %v", duration.Count(), n, listed(c.registry))
	}
	size, _ := c.series("http.client.request.body.size", method, status, failure).(metrics.Histogram)
	if size.Count() != n || size.Sum() != sent {
		c.t.Errorf("%d bodies of %d bytes sent, want %d of %d", size.Count(), size.Sum(), n, sent)
	}
	size, _ = c.series("http.client.response.body.size", method, status, failure).(metrics.Histogram)
	if failure == "" && size.Count() != n || size.Sum() != received {
		c.t.Errorf("%d bodies of %d bytes received, want %d of %d", size.Count(), size.Sum(), n, received)
	}
	if active := activeOf(c.registry, "http.client.active_requests"); active != 0 {
		c.t.Errorf("%d requests are active", active)
	}
}

func TestClient(t *testing.T) {
	for _, protocol := range protocols {
		for _, test := range []struct {
			method, path   string
			body           io.Reader
			status         string
			sent, received int64
		}{
			{"GET", "/echo", nil, "200", 0, 0},
			{"", "/missing", nil, "404", 0, 0},
			{"POST", "/echo", strings.NewReader("known length"), "200", 12, 12},
			{"POST", "/echo", io.MultiReader(bytes.NewReader(make([]byte, 70_000))), "200", 70_000, 70_000},
			{"HEAD", "/echo", nil, "200", 0, 0},
		} {
			t.Run(fmt.Sprint(protocol, test.method, test.path, test.sent), func(t *testing.T) {
				c := startClient(t, protocol, Config{})
				r, err := http.NewRequestWithContext(t.Context(), test.method, c.url.String()+test.path, test.body)
				if err != nil {
					t.Fatal(err)
				}
				body := r.Body
				response, err := c.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.Copy(io.Discard, response.Body); got != test.received || err != nil {
					t.Errorf("read %d bytes, %v, want %d", got, err, test.received)
				}
				response.Body.Close()
				response.Body.Close() // counts once
				if r.Body != body || response.Request != r {
					t.Error("the request was changed")
				}
				method := test.method
				if method == "" {
					method = "GET"
				}
				c.want(1, method, test.status, "", test.sent, test.received)
			})
		}
	}
}

// A request is active until its body is read or closed.
func TestClientActive(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := startClient(t, protocol, Config{})
			response, err := c.Get(c.url.String() + "/hang")
			if err != nil {
				t.Fatal(err)
			}
			if got := activeOf(c.registry, "http.client.active_requests"); got != 1 {
				t.Errorf("%d requests are active, want 1", got)
			}
			response.Body.Close()
			c.want(1, "GET", "200", "", 0, 0)
		})
	}
}

func TestClientErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{context.Canceled, "canceled"},
		{fmt.Errorf("wrapped: %w", context.DeadlineExceeded), "timeout"},
		{os.ErrDeadlineExceeded, "timeout"},
		{&url.Error{Err: timeoutError{}}, "timeout"},
		{errors.New("any text"), "_OTHER"},
		{noTimeout{errors.New("any text")}, "_OTHER"},
		{nil, "_OTHER"}, // a RoundTripper that breaks its contract
	} {
		c := &testClient{t: t, url: &url.URL{Scheme: "https", Host: "example.com"}, registry: metrics.NewRegistry()}
		transport := Config{Registry: c.registry}.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, test.err
		}))
		response, err := transport.RoundTrip(httptest.NewRequest("GET", "https://example.com/x", nil))
		if response != nil || err != test.err {
			t.Errorf("got %v, %v", response, err)
		}
		labels := metrics.Labels{methodLabel: "GET", addressLabel: "example.com", portLabel: "443", errorLabel: test.want}
		if timer, _ := metrics.GetSeries("http.client.request.duration", c.registry, labels).(metrics.Timer); timer.Count() != 1 {
			t.Errorf("%v was recorded under %v, want %v", test.err, listed(c.registry), labels)
		}
		if active := activeOf(c.registry, "http.client.active_requests"); active != 0 {
			t.Errorf("%d requests are active", active)
		}
	}
}

type timeoutError struct{ error }

func (timeoutError) Timeout() bool { return true }

type noTimeout struct{ error }

func (noTimeout) Timeout() bool { return false }

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A server that breaks off, and a RoundTripper that panics, leave nothing active.
func TestClientFailures(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := startClient(t, protocol, Config{})
			if _, err := c.Get(c.url.String() + "/abort"); err == nil {
				t.Error("no error")
			}
			c.want(1, "GET", "", "_OTHER", 0, 0)
		})
	}
	t.Run("panic", func(t *testing.T) {
		r := metrics.NewRegistry()
		transport := Config{Registry: r}.Transport(roundTripper(func(*http.Request) (*http.Response, error) { panic("no") }))
		func() {
			defer func() {
				if got := recover(); got != "no" {
					t.Errorf("recovered %v", got)
				}
			}()
			transport.RoundTrip(httptest.NewRequest("GET", "http://example.com/", nil))
		}()
		if active := activeOf(r, "http.client.active_requests"); active != 0 {
			t.Errorf("%d requests are active", active)
		}
	})
}

// noError is what a nil pointer becomes as an error.
type noError struct{ cause error }

func (e *noError) Error() string { return e.cause.Error() }
func (e *noError) Unwrap() error { return e.cause }

// An error that panics when it is asked for its cause goes to the caller like others.
func TestClientErrorThatCannotBeRead(t *testing.T) {
	r := metrics.NewRegistry()
	var none *noError
	transport := Config{Registry: r}.Transport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, none }))
	if _, err := transport.RoundTrip(httptest.NewRequest("GET", "http://example.com/", nil)); err != none {
		t.Error("the caller got another error")
	}
	if active := activeOf(r, "http.client.active_requests"); active != 0 {
		t.Errorf("%d requests are active", active)
	}
	if got := errorType(none); got != "_OTHER" {
		t.Errorf("it is of type %q", got)
	}
}

// brokenBody is one that can be neither read nor closed.
type brokenBody struct{ closed int }

func (*brokenBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
func (b *brokenBody) Close() error           { b.closed++; return io.ErrClosedPipe }

// A request ends with its response's body, also where that is broken, or nil, and is sent as
// it is where its length is known.
func TestClientBrokenBodies(t *testing.T) {
	for name, body := range map[string]io.ReadCloser{"broken": &brokenBody{}, "nil": nil, "none": http.NoBody} {
		r := metrics.NewRegistry()
		request := httptest.NewRequest("POST", "http://example.com/", strings.NewReader("12345"))
		transport := Config{Registry: r}.Transport(roundTripper(func(sent *http.Request) (*http.Response, error) {
			if sent != request {
				t.Errorf("%s: another request was sent", name)
			}
			return &http.Response{StatusCode: 200, Body: body, Request: sent}, nil
		}))
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		if body, ok := body.(*brokenBody); ok {
			if _, err := response.Body.Read(make([]byte, 1)); err != io.ErrUnexpectedEOF {
				t.Errorf("read: %v", err)
			}
			defer func() {
				if err := response.Body.Close(); err != io.ErrClosedPipe || body.closed != 1 {
					t.Errorf("closed %d times: %v", body.closed, err)
				}
			}()
		}
		if active := activeOf(r, "http.client.active_requests"); active != 0 {
			t.Errorf("%s: %d requests are active", name, active)
		}
	}
}

// A crawler's servers are bounded.
func TestClientServersAreBounded(t *testing.T) {
	log := logtest.Capture(t)
	r := metrics.NewRegistry()
	transport := Config{Registry: r, MaxRoutes: 5}.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
	}))
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			transport.RoundTrip(httptest.NewRequest("GET", fmt.Sprintf("http://host%d:80%d/", i, i), nil))
		})
	}
	all.Wait()
	if got := total(r, "http.client.request.duration"); got != 50 || len(listed(r)) != 6 || log.Lines() != 1 {
		t.Errorf("%d requests in %d series, log %q", got, len(listed(r)), log)
	}
}

func TestServerOf(t *testing.T) {
	for address, want := range map[string]string{
		"http://a": "a 80", "https://a/b": "a 443", "http://a:81": "a 81", "https://[::1]:8443/": "::1 8443", "unix:///x": " ",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		transport := Config{Registry: metrics.NewRegistry()}.Transport(nil).(*transport)
		host, port := transport.serverOf(u)
		if got := host + " " + port; got != want {
			t.Errorf("%s gave %q, want %q", address, got, want)
		}
	}
	if host, port := new(transport).serverOf(nil); host != "" || port != "" {
		t.Errorf("nil gave %q %q", host, port)
	}
}

type idleCloser struct {
	http.RoundTripper
	closed int
}

func (c *idleCloser) CloseIdleConnections() { c.closed++ }

func TestClientCloseIdleConnections(t *testing.T) {
	next := &idleCloser{RoundTripper: &http.Transport{TLSClientConfig: &tls.Config{}}}
	client := &http.Client{Transport: Config{Registry: metrics.NewRegistry()}.Transport(next)}
	client.CloseIdleConnections()
	if next.closed != 1 {
		t.Errorf("closed %d times", next.closed)
	}
	(&http.Client{Transport: Config{Registry: metrics.NewRegistry()}.Transport(roundTripper(nil))}).CloseIdleConnections()
}

// An exemplar function that panics costs the exemplar's request, not the response.
func TestClientExemplar(t *testing.T) {
	log := logtest.Capture(t)
	for want, exemplar := range map[int]func(context.Context) metrics.Labels{
		1: func(context.Context) metrics.Labels { return metrics.Labels{"trace_id": "1"} },
		0: func(context.Context) metrics.Labels { panic("no") },
	} {
		c := startClient(t, protocols[0], Config{Exemplar: exemplar})
		for range 2 {
			response, err := c.Get(c.url.String() + "/echo")
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
		}
		duration, _ := c.series("http.client.request.duration", "GET", "200", "").(metrics.Timer)
		n := 0
		for range duration.Snapshot().Exemplars() {
			n++
		}
		if n != want {
			t.Errorf("%d exemplars, want %d", n, want)
		}
	}
	if log.Lines() != 1 || !strings.Contains(fmt.Sprint(log), "function Exemplar panicked: no") {
		t.Errorf("logged %s", log)
	}
}

// A request costs the allocation of its body, and no other.
func TestClientAllocs(t *testing.T) {
	response := &http.Response{StatusCode: 200}
	body := io.NopCloser(strings.NewReader(""))
	transport := Config{Registry: metrics.NewRegistry()}.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
		response.Body = body
		return response, nil
	}))
	r := httptest.NewRequest("POST", "http://example.com/", strings.NewReader("text"))
	got := testing.AllocsPerRun(100, func() {
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	})
	if got != 1 {
		t.Errorf("%v allocations, want 1", got)
	}
}
