package otlp

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
)

// What a receiver answers, and what the loop is to make of it.
func TestFailures(t *testing.T) {
	withDelay := func(code codes.Code, delay time.Duration) error {
		s, err := status.New(code, "not now").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(delay)})
		if err != nil {
			t.Fatal(err)
		}
		return s.Err()
	}
	for _, test := range []struct {
		name   string
		status int   // over HTTP
		err    error // over gRPC
		want   delivery.Failure
		text   string
	}{
		{"unavailable", 503, nil, delivery.Failure{Kind: "status 503", RetryAfter: 7 * time.Second}, "status 503: not now"},
		{"too many", 429, nil, delivery.Failure{Kind: "status 429", RetryAfter: 7 * time.Second}, "status 429: not now"},
		{"broken", 500, nil, delivery.Failure{Kind: "status 500", RetryAfter: 7 * time.Second}, "status 500: not now"},
		{"refused", 400, nil, delivery.Failure{Kind: "status 400", Permanent: true, RetryAfter: 7 * time.Second}, "status 400: not now"},
		{"elsewhere", 307, nil, delivery.Failure{Kind: "status 307", Permanent: true, RetryAfter: 7 * time.Second}, "status 307: not now"},
		{"unavailable", 0, status.Error(codes.Unavailable, "not now"), delivery.Failure{Kind: "Unavailable"}, "not now"},
		{"later", 0, withDelay(codes.Unavailable, 7*time.Second), delivery.Failure{Kind: "Unavailable", RetryAfter: 7 * time.Second}, "not now"},
		{"exhausted", 0, status.Error(codes.ResourceExhausted, "not now"), delivery.Failure{Kind: "ResourceExhausted", Permanent: true}, "not now"},
		{"exhausted for a while", 0, withDelay(codes.ResourceExhausted, time.Second), delivery.Failure{Kind: "ResourceExhausted", RetryAfter: time.Second}, "not now"},
		{"invented", 0, status.Error(codes.Code(12345), "not now"), delivery.Failure{Kind: "unknown code", Permanent: true}, "not now"},
		{"terminal", 0, status.Error(codes.Unavailable, "\x1b[2J"), delivery.Failure{Kind: "Unavailable"}, `\x1b[2J"`},
		{"refused", 0, status.Error(codes.PermissionDenied, "not now"), delivery.Failure{Kind: "PermissionDenied", Permanent: true}, "not now"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &receiver{fail: func() error { return test.err }}
			r.before = func(w http.ResponseWriter) bool {
				w.Header().Set("Retry-After", "7")
				w.Header().Set("Location", "/elsewhere")
				http.Error(w, "not now", test.status)
				return true
			}
			protocol := GRPC
			if test.status != 0 {
				protocol = HTTP
			}
			registry, _ := counterRegistry()
			d, _ := newTestDriver(t, Config{Gatherer: registry, Protocol: protocol, URL: r.start(t, protocol)})
			err := d.Once()
			var got *delivery.Failure
			if !errors.As(err, &got) || !strings.HasSuffix(err.Error(), test.text) {
				t.Fatalf("got %v", err)
			}
			if got.Kind != test.want.Kind || got.Permanent != test.want.Permanent || got.RetryAfter != test.want.RetryAfter {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if r.tries() != 1 {
				t.Errorf("%d tries", r.tries())
			}
		})
	}
}

// A receiver that is not there is worth another try.
func TestNobodyListens(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, protocol := range protocols {
		registry, _ := counterRegistry()
		d, _ := newTestDriver(t, Config{Gatherer: registry, Protocol: protocol, URL: gone.URL})
		err := d.Once()
		var failure *delivery.Failure
		if err == nil || errors.As(err, &failure) && failure.Permanent || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A receiver that takes only a part is not asked again, and that is an error.
func TestPartialSuccess(t *testing.T) {
	for name, protocol := range protocols {
		t.Run(name, func(t *testing.T) {
			r := &receiver{reject: 1}
			registry, _ := counterRegistry()
			d, _ := newTestDriver(t, Config{Gatherer: registry, Protocol: protocol, URL: r.start(t, protocol)})
			err := d.Once()
			var failure *delivery.Failure
			if !errors.As(err, &failure) || !errors.Is(err, ErrRejected) || !failure.Permanent || !strings.Contains(err.Error(), "too old") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What was counted while the receiver failed is in the next delivery that it takes.
func TestNothingIsLost(t *testing.T) {
	for name, protocol := range protocols {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			down := true
			isDown := func() bool { mu.Lock(); defer mu.Unlock(); return down }
			r := &receiver{}
			r.before = func(w http.ResponseWriter) bool {
				if isDown() {
					w.WriteHeader(http.StatusServiceUnavailable)
				}
				return isDown()
			}
			r.fail = func() error {
				if isDown() {
					return status.Error(codes.Unavailable, "down")
				}
				return nil
			}
			registry, counter := counterRegistry()
			d, told := newTestDriver(t, Config{Gatherer: registry, Protocol: protocol, URL: r.start(t, protocol), Interval: time.Millisecond, Timeout: 5 * time.Second})
			done := make(chan error)
			go func() { done <- d.RunContext(context.Background()) }()
			for r.tries() < 3 {
				counter.Inc()
				time.Sleep(time.Millisecond)
			}
			mu.Lock()
			down = false
			mu.Unlock()
			counter.Inc()
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Errorf("Run ended with %v", err)
			}
			m := &dto.Metric{}
			counter.Write(m)
			last := r.requests[len(r.requests)-1].ResourceMetrics[0].ScopeMetrics[0].Metrics[0].GetSum().DataPoints[0]
			if last.GetAsDouble() != m.GetCounter().GetValue() {
				t.Errorf("the last delivery says %v, want %v", last.GetAsDouble(), m.GetCounter().GetValue())
			}
			if reported := told(); len(reported) != 1 {
				t.Errorf("reported %q", reported)
			}
			if err := d.Once(); !errors.Is(err, ErrClosed) {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// Close is bounded, whatever the receiver does.
func TestCloseWithAReceiverThatHangs(t *testing.T) {
	release := make(chan struct{})
	r := &receiver{}
	r.before = func(http.ResponseWriter) bool { <-release; return true }
	r.fail = func() error { <-release; return nil }
	for name, protocol := range protocols {
		registry, _ := counterRegistry()
		d, _ := newTestDriver(t, Config{Gatherer: registry, Protocol: protocol, URL: r.start(t, protocol), Timeout: 20 * time.Millisecond})
		if err := d.Close(); err == nil || !strings.Contains(err.Error(), "deadline exceeded") && !strings.Contains(err.Error(), "DeadlineExceeded") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	close(release)
}

// A gatherer that fails in part has the rest sent.
func TestGathererFails(t *testing.T) {
	registry, _ := counterRegistry()
	failed := errors.New("no")
	broken := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, failed })
	r := &receiver{}
	url := r.start(t, HTTP)
	d, told := newTestDriver(t, Config{Gatherer: prometheus.Gatherers{registry, broken}, Protocol: HTTP, URL: url})
	if err := d.Once(); err != nil || len(r.requests) != 1 {
		t.Errorf("got %v, and %d requests", err, len(r.requests))
	}
	if reported := told(); len(reported) != 1 || !strings.Contains(reported[0], "no") {
		t.Errorf("reported %q", reported)
	}
	d, _ = newTestDriver(t, Config{Gatherer: broken, Protocol: HTTP, URL: url})
	if err := d.Once(); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
}

// Deliveries of many goroutines take turns, and the last one has everything.
func TestConcurrentDeliveries(t *testing.T) {
	r := &receiver{}
	registry, counter := counterRegistry()
	d, _ := newTestDriver(t, Config{Gatherer: registry, Protocol: HTTP, URL: r.start(t, HTTP)})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			counter.Inc()
			if err := d.Once(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	last := r.requests[len(r.requests)-1].ResourceMetrics[0].ScopeMetrics[0].Metrics[0].GetSum().DataPoints[0]
	if len(r.requests) != 20 || last.GetAsDouble() != 20 {
		t.Errorf("%d deliveries, the last says %v", len(r.requests), last.GetAsDouble())
	}
}
