package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// startTestService serves over loopback, by a shop that loses no time and fails
// no order. Nothing is flushed unless the test does it.
func startTestService(t *testing.T) (*service, *httptest.Server) {
	t.Helper()
	return startTestShop(t, &shop{
		pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		fails: func() bool { return false },
	})
}

func startTestShop(t *testing.T, shop *shop) (*service, *httptest.Server) {
	t.Helper()
	s, err := newService(options{flush: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.handler(shop))
	t.Cleanup(server.Close)
	return s, server
}

// do makes one request and reads all of the answer.
func do(t *testing.T, method, url string) (code int, body string) {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// Whoever has read an answer finds it counted, under its labels and no others.
func TestEveryAnswerIsCounted(t *testing.T) {
	for _, test := range []struct {
		method, path string
		route, code  string
		labelled     string // the method label
	}{
		{"GET", "/", "/", "200", "GET"},
		{"HEAD", "/", "/", "200", "HEAD"},
		{"GET", "/items/1", "/items/{id}", "200", "GET"},
		{"GET", "/items/100", "/items/{id}", "200", "GET"},
		{"GET", "/items/101", "/items/{id}", "404", "GET"},
		{"GET", "/items/x", "/items/{id}", "404", "GET"},
		{"POST", "/orders", "/orders", "201", "POST"},
		{"GET", "/report", "/report", "200", "GET"},
		{"GET", "/report?rows=100000", "/report", "200", "GET"},
		{"GET", "/report?rows=100001", "/report", "400", "GET"},
		{"GET", "/report?rows=x", "/report", "400", "GET"},
		{"GET", "/wait", "/wait", "200", "GET"},
		{"GET", "/wait?for=6s", "/wait", "400", "GET"},
		{"GET", "/wait?for=-1s", "/wait", "400", "GET"},
		{"GET", "/nowhere", "unknown", "404", "GET"},
		{"DELETE", "/orders", "unknown", "405", "other"},
		{"BREW", "/", "unknown", "405", "other"},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			s, server := startTestService(t)
			const times = 3
			var bytes int64
			for i := range int64(times) {
				code, body := do(t, test.method, server.URL+test.path)
				if strconv.Itoa(code) != test.code {
					t.Fatalf("code %d, want %s", code, test.code)
				}
				bytes += int64(len(body))
				if got := s.instruments.requests.With(test.route, test.code, test.labelled).Count(); got != i+1 {
					t.Fatalf("counted %d after %d requests", got, i+1)
				}
			}
			if got := s.instruments.latency.With(test.route).Count(); got != times {
				t.Errorf("timed %d of %d requests", got, times)
			}
			checkBytes(t, s, test.route, bytes)
			if n := seriesNamed(s, "requests"); n != 1 {
				t.Errorf("%d series of requests, want 1", n)
			}
		})
	}
}

func checkBytes(t *testing.T, s *service, route string, want int64) {
	t.Helper()
	if got := s.instruments.bytesSent.Count(); got != want {
		t.Errorf("sent %d bytes, client got %d", got, want)
	}
	if got := s.instruments.sizes.With(route).Sum(); got != want {
		t.Errorf("answers of %d bytes, client got %d", got, want)
	}
}

func seriesNamed(s *service, name string) (n int) {
	s.recorded.Each(func(found string, _ any) {
		if found == name {
			n++
		}
	})
	return n
}

func TestFailedOrdersAreCounted(t *testing.T) {
	s, server := startTestShop(t, &shop{
		pause: func(context.Context, time.Duration) error { return nil },
		fails: func() bool { return true },
	})
	if code, _ := do(t, "POST", server.URL+"/orders"); code != http.StatusServiceUnavailable {
		t.Errorf("code %d, want 503", code)
	}
	if got := s.instruments.requests.With("/orders", "503", "POST").Count(); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}

// net/http recovers from a handler's panic; it must be counted all the same.
func TestPanicIsCounted(t *testing.T) {
	s, err := newService(options{})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	func() {
		defer func() {
			if recover() != http.ErrAbortHandler {
				t.Error("the panic did not reach net/http")
			}
		}()
		s.instruments.instrument(mux).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/panic", nil))
	}()
	if got := s.instruments.requests.With("/panic", "500", "GET").Count(); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
	if got := s.instruments.inFlight.Load(); got != 0 {
		t.Errorf("%d requests in flight, want 0", got)
	}
}

func TestClientThatLeaves(t *testing.T) {
	s, err := newService(options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request := httptest.NewRequestWithContext(ctx, "GET", "/wait", nil)
	s.handler(newShop()).ServeHTTP(httptest.NewRecorder(), request)
	if got := s.instruments.requests.With("/wait", "499", "GET").Count(); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}

func TestInFlight(t *testing.T) {
	const clients = 5
	arrived, leave := make(chan struct{}), make(chan struct{})
	s, server := startTestShop(t, &shop{pause: func(context.Context, time.Duration) error {
		arrived <- struct{}{}
		<-leave
		return nil
	}})
	var underWay sync.WaitGroup
	for range clients {
		underWay.Go(func() { do(t, "GET", server.URL+"/") })
	}
	for range clients {
		<-arrived
	}
	if got := s.instruments.inFlight.Load(); got != clients {
		t.Errorf("%d requests in flight, want %d", got, clients)
	}
	close(leave)
	underWay.Wait()
	if got := s.instruments.inFlight.Load(); got != 0 {
		t.Errorf("%d requests in flight, want 0", got)
	}
}

// Counts stay exact when many clients come at once.
func TestConcurrentRequests(t *testing.T) {
	const clients, each = 20, 50
	s, server := startTestService(t)
	var underWay sync.WaitGroup
	for range clients {
		underWay.Go(func() {
			for range each {
				do(t, "GET", server.URL+"/items/1")
			}
		})
	}
	underWay.Wait()
	if got := s.instruments.requests.With("/items/{id}", "200", "GET").Count(); got != clients*each {
		t.Errorf("counted %d, want %d", got, clients*each)
	}
	if got := s.instruments.latency.With("/items/{id}").Count(); got != clients*each {
		t.Errorf("timed %d, want %d", got, clients*each)
	}
}
