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

	"github.com/go-metrics-plus/metrics"
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
	shop.recorded = s.instruments
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

// counted returns how many requests were recorded under these labels.
func counted(s *service, method, route, code string) int64 {
	timer, _ := metrics.GetSeries("http.server.request.duration", s.requests, metrics.Labels{
		"http_request_method": method, "http_route": route, "http_response_status_code": code,
	}).(metrics.Timer)
	return timer.Count()
}

// Whoever has read an answer finds it counted, under its labels, and its work timed.
func TestEveryAnswerIsCounted(t *testing.T) {
	for _, test := range []struct {
		method, path string
		route, code  string
		works        bool
	}{
		{"GET", "/", "/{$}", "200", true},
		{"HEAD", "/", "/{$}", "200", true},
		{"GET", "/items/1", "/items/{id}", "200", true},
		{"GET", "/items/101", "/items/{id}", "404", true},
		{"GET", "/items/x", "/items/{id}", "404", true},
		{"POST", "/orders", "/orders", "201", true},
		{"GET", "/report", "/report", "200", true},
		{"GET", "/report?rows=100001", "/report", "400", true},
		{"GET", "/wait", "/wait", "200", true},
		{"GET", "/wait?for=6s", "/wait", "400", false},
		{"GET", "/wait?for=-1s", "/wait", "400", false},
		{"GET", "/nowhere", "_UNMATCHED", "404", false},
		{"DELETE", "/orders", "_UNMATCHED", "405", false},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			s, server := startTestService(t)
			for i := range int64(3) {
				code, _ := do(t, test.method, server.URL+test.path)
				if strconv.Itoa(code) != test.code {
					t.Fatalf("code %d, want %s", code, test.code)
				}
				if got := counted(s, test.method, test.route, test.code); got != i+1 {
					t.Fatalf("counted %d after %d requests", got, i+1)
				}
				want := int64(0)
				if test.works {
					want = i + 1
				}
				if got := s.instruments.latency.With(test.route).Count(); got != want {
					t.Errorf("timed %d, want %d", got, want)
				}
			}
		})
	}
}

func TestOrdersAreCounted(t *testing.T) {
	fail := false
	s, server := startTestShop(t, &shop{
		pause: func(context.Context, time.Duration) error { return nil },
		fails: func() bool { return fail },
	})
	for i, want := range []int{http.StatusCreated, http.StatusServiceUnavailable} {
		fail = i > 0
		if code, _ := do(t, "POST", server.URL+"/orders"); code != want {
			t.Errorf("code %d, want %d", code, want)
		}
	}
	if taken, failed := s.instruments.orders.With("taken").Count(), s.instruments.orders.With("failed").Count(); taken != 1 || failed != 1 {
		t.Errorf("%d orders taken and %d failed, want 1 and 1", taken, failed)
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
	s.handler(newShop(s.instruments)).ServeHTTP(httptest.NewRecorder(), request)
	if got := counted(s, "GET", "/wait", "499"); got != 1 {
		t.Errorf("counted %d, want 1", got)
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
	if got := counted(s, "GET", "/items/{id}", "200"); got != clients*each {
		t.Errorf("counted %d, want %d", got, clients*each)
	}
}
