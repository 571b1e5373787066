package httpmetrics

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// protocols are what each test of behaviour runs over, with net/http's own clients.
var protocols = []string{"HTTP/1.1", "HTTP/2.0"}

// testServer is a real server of instrumented handlers.
type testServer struct {
	*httptest.Server
	t        *testing.T
	registry metrics.Registry
	served   chan struct{} // one for each request that is recorded
}

func startServer(t *testing.T, protocol string, config Config, next http.Handler) *testServer {
	t.Helper()
	s := &testServer{t: t, registry: metrics.NewRegistry(), served: make(chan struct{}, 1000)}
	config.Registry = s.registry
	instrumented := config.Handler(next)
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { s.served <- struct{}{} }()
		if r.Proto != protocol {
			t.Errorf("request by %s, want %s", r.Proto, protocol)
		}
		instrumented.ServeHTTP(w, r)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if protocol == "HTTP/2.0" {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// wait waits until the next request is recorded.
func (s *testServer) wait() { <-s.served }

// do sends a request and reads all of the response.
func (s *testServer) do(r *http.Request) *http.Response {
	s.t.Helper()
	response, err := s.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		s.t.Fatal(err)
	}
	response.Body.Close()
	return response
}

func (s *testServer) get(path string) *http.Response {
	s.t.Helper()
	return s.do(newRequest(s.t, "GET", s.URL+path, ""))
}

func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// requests returns how many were recorded under these labels.
func (s *testServer) requests(method, route, status string) int64 {
	m, _ := s.series("http.server.request.duration", method, route, status).(metrics.Timer)
	return m.Count()
}

// size returns the sum of a histogram of sizes.
func (s *testServer) size(name, method, route, status string) int64 {
	m, _ := s.series(name, method, route, status).(metrics.Histogram)
	return m.Sum()
}

func (s *testServer) series(name, method, route, status string) any {
	return metrics.GetSeries(name, s.registry, metrics.Labels{methodLabel: method, routeLabel: route, statusLabel: status})
}

// want checks that so many requests were recorded, all under these labels, and that
// none is active.
func (s *testServer) want(n int64, method, route, status string) {
	s.t.Helper()
	if got := s.requests(method, route, status); got != n {
		s.t.Errorf("%d requests for %s %s %s, want %d; there are %v", got, method, route, status, n, listed(s.registry))
	}
	if total := total(s.registry, "http.server.request.duration"); total != n {
		s.t.Errorf("%d requests in all, want %d: %v", total, n, listed(s.registry))
	}
	if active := activeOf(s.registry, "http.server.active_requests"); active != 0 {
		s.t.Errorf("%d requests are active", active)
	}
}

func total(r metrics.Registry, name string) (n int64) {
	r.Each(func(of string, metric any) {
		if timer, ok := metric.(metrics.Timer); ok && of == name {
			n += timer.Count()
		}
	})
	return n
}

func activeOf(r metrics.Registry, name string) (n int64) {
	r.Each(func(of string, metric any) {
		if gauge, ok := metric.(metrics.Gauge); ok && of == name {
			n += gauge.Value()
		}
	})
	return n
}

// listed returns the series of durations, for error messages.
func listed(r metrics.Registry) (all []metrics.Labels) {
	r.Each(func(_ string, metric any) {
		if timer, ok := metric.(metrics.Timer); ok {
			all = append(all, timer.Labels())
		}
	})
	return all
}
