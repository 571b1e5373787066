package prometheusmetrics

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics"
)

// slow is a gatherer that hangs while it is told to.
type slow struct {
	name  string
	hangs atomic.Bool
	calls atomic.Int64
	back  chan struct{}
}

func newSlow(name string) *slow { return &slow{name: name, back: make(chan struct{})} }

func (s *slow) Gather() ([]*dto.MetricFamily, error) {
	s.calls.Add(1)
	if s.hangs.Load() {
		<-s.back
	}
	return []*dto.MetricFamily{gaugeFamily(s.name, gaugeSeries(1))}, nil
}

// bubbleGoroutines counts those of synctest bubbles: what other tests left behind ends
// when it likes.
func bubbleGoroutines() int {
	stacks := make([]byte, 1<<20)
	return bytes.Count(stacks[:runtime.Stack(stacks, true)], []byte("synctest bubble"))
}

// TestTimeout: a gatherer that hangs costs its families, one goroutine and the
// first scrape's patience, and is back when it returns.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging, fine := newSlow("hanging"), newSlow("fine")
		var reported []error
		h := HandlerOptions{Timeout: time.Second, OnError: func(err error) { reported = append(reported, err) }}.HandlerFor(hanging, fine)
		both := "# TYPE fine gauge\nfine 1\n# TYPE hanging gauge\nhanging 1\n"
		if got := body(t, get(h, "/", "", "gzip")); got != both {
			t.Errorf("before: %s", got)
		}
		hanging.hangs.Store(true)
		goroutines := bubbleGoroutines()
		for i := range 5 {
			began := time.Now()
			recorder := get(h, "/", "", "gzip")
			if got := body(t, recorder); got != "# TYPE fine gauge\nfine 1\n" || recorder.Code != http.StatusOK {
				t.Errorf("scrape %d: %d %s", i, recorder.Code, got)
			}
			if took := time.Since(began); i == 0 && took != time.Second || i > 0 && took != 0 {
				t.Errorf("scrape %d took %v", i, took)
			}
		}
		synctest.Wait()
		if more := bubbleGoroutines() - goroutines; more != 1 {
			t.Errorf("%d goroutines are left behind", more)
		}
		if calls := hanging.calls.Load(); calls != 2 {
			t.Errorf("called %d times", calls)
		}
		if len(reported) != 1 || !strings.Contains(reported[0].Error(), "gatherer 0: gathering takes longer than 1s") {
			t.Errorf("reported %v", reported)
		}
		hanging.hangs.Store(false)
		close(hanging.back)
		synctest.Wait()
		if got := body(t, get(h, "/", "", "")); got != both {
			t.Errorf("after: %s", got)
		}
	})
}

// TestDriverIsWaitedFor: a driver that reads at the scrape, and waits for a gauge as long
// as the handler does for it, shows all the others.
func TestDriverIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, timeout := range []time.Duration{time.Second, 0} {
			source := metrics.NewRegistry()
			config := Config{Registry: source, Detached: true, CallTimeout: time.Second, OnError: func(error) {}}
			d, err := NewWithConfig(config, nil)
			if err != nil {
				t.Fatal(err)
			}
			back := make(chan struct{})
			metrics.NewRegisteredFunctionalGauge("hangs", source, func() int64 { <-back; return 1 })
			fine := metrics.NewRegisteredGauge("fine", source)
			h := d.Handler()
			if timeout > 0 {
				h = HandlerOptions{Timeout: timeout}.HandlerFor(d)
			}
			for i := range int64(50) { // chance would have it come in time once in a while
				fine.Update(i)
				recorder := get(h, "/", "", "")
				if got := body(t, recorder); recorder.Code != http.StatusOK || !strings.Contains(got, fmt.Sprint("fine_gauge ", i, "\n")) {
					t.Fatalf("scrape %d: %d %s", i, recorder.Code, got)
				}
			}
			close(back)
			d.Close()
			synctest.Wait()
		}
	})
}

// TestTimeoutOfAll: with nothing to show the answer is that of promhttp.
func TestTimeoutOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := newSlow("hanging")
		hanging.hangs.Store(true)
		ours := HandlerOptions{Timeout: time.Second, OnError: func(error) {}}.HandlerFor(hanging)
		theirs := promhttp.HandlerFor(hanging, promhttp.HandlerOpts{Timeout: time.Second})
		got, want := get(ours, "/", "", ""), get(theirs, "/", "", "")
		if got.Code != http.StatusServiceUnavailable || want.Code != got.Code || got.Body.String() != want.Body.String() {
			t.Errorf("%d %q, want %d %q", got.Code, got.Body, want.Code, want.Body)
		}
		close(hanging.back)
	})
}

// TestClientGivesUp: without a timeout a request ends with its client, and the
// next joins the gathering that is still going on.
func TestClientGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := newSlow("hanging")
		hanging.hangs.Store(true)
		h := HandlerFor(hanging)
		for range 3 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			recorder := httptest.NewRecorder()
			h.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
			cancel()
			if recorder.Body.Len() > 0 {
				t.Errorf("answered %s", recorder.Body)
			}
		}
		if calls := hanging.calls.Load(); calls != 1 {
			t.Errorf("called %d times", calls)
		}
		close(hanging.back)
		synctest.Wait()
	})
}

// TestHostileGatherers: each costs itself.
func TestHostileGatherers(t *testing.T) {
	var noRegistry *prometheus.Registry
	for name, hostile := range map[string]prometheus.Gatherer{
		"panics":      prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { panic("boom") }),
		"ends":        prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { runtime.Goexit(); return nil, nil }),
		"fails":       gathers(errors.New("no luck")),
		"nil":         nil,
		"no registry": noRegistry,
		"nil family":  gathers(nil, nil),
		"nil metric":  gathers(nil, &dto.MetricFamily{Name: proto.String("x"), Metric: []*dto.Metric{nil, {}}}),
		"nil label": gathers(nil, &dto.MetricFamily{Name: proto.String("x"), Type: dto.MetricType_GAUGE.Enum(),
			Metric: []*dto.Metric{{Label: []*dto.LabelPair{nil}, Gauge: &dto.Gauge{}}}}),
		"no type": gathers(nil, &dto.MetricFamily{Name: proto.String("x"), Type: dto.MetricType(77).Enum(), Metric: []*dto.Metric{{}}}),
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			reported := 0
			count := func(error) { mu.Lock(); reported++; mu.Unlock() }
			h := HandlerOptions{OnError: count}.HandlerFor(hostile, gathers(nil, gaugeFamily("zz_fine", gaugeSeries(1))))
			for _, accept := range acceptHeaders {
				for range 2 {
					recorder := get(h, "/", accept, "gzip")
					if got := body(t, recorder); recorder.Code != http.StatusOK || !strings.Contains(got, "zz_fine") {
						t.Errorf("%q: %d %s", accept, recorder.Code, got)
					}
				}
			}
		})
	}
}

// brokenError panics when it is asked anything, as nil pointers do, or does not answer.
type brokenError struct{ hangs chan struct{} }

func (e *brokenError) Error() string { <-e.hangs; return "" }
func (e *brokenError) Unwrap() error { <-e.hangs; return nil }

// TestErrorsThatCannotBeRead: they cost no more than those that can.
func TestErrorsThatCannotBeRead(t *testing.T) {
	var none *brokenError
	recorder := get(HandlerOptions{OnError: func(error) {}}.HandlerFor(gathers(none)), "/", "", "")
	if got := recorder.Body.String(); recorder.Code != http.StatusInternalServerError || !strings.Contains(got, "can't be read") {
		t.Errorf("alone: %d %s", recorder.Code, got)
	}
	synctest.Test(t, func(t *testing.T) {
		hangs := &brokenError{make(chan struct{})}
		fine := gaugeFamily("fine", gaugeSeries(1))
		h := HandlerOptions{Timeout: time.Second, OnError: func(error) {}}.HandlerFor(gathers(hangs), gathers(none, fine))
		for range 2 {
			if got := get(h, "/", "", "").Body.String(); !strings.Contains(got, "fine 1") {
				t.Errorf("with others: %s", got)
			}
		}
		close(hangs.hangs)
		synctest.Wait()
	})
}

// TestRequestsShareOneGathering: those that come while one gathers get its result,
// and one rendering; none waits for the writing of another.
func TestRequestsShareOneGathering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gatherer := newSlow("shared")
		gatherer.hangs.Store(true)
		h := HandlerFor(gatherer)
		stuck := &stuckWriter{header: make(http.Header), release: make(chan struct{})}
		var wait sync.WaitGroup
		wait.Go(func() { h.ServeHTTP(stuck, httptest.NewRequest(http.MethodGet, "/", nil)) })
		bodies := make([]string, 10)
		for i := range bodies {
			wait.Go(func() { bodies[i] = get(h, "/", "", "").Body.String() })
		}
		synctest.Wait()
		gatherer.hangs.Store(false)
		close(gatherer.back)
		synctest.Wait() // all are through but the stuck one
		for i, got := range bodies {
			if got != "# TYPE shared gauge\nshared 1\n" {
				t.Errorf("request %d: %q", i, got)
			}
		}
		if calls := gatherer.calls.Load(); calls != 1 {
			t.Errorf("%d gatherings", calls)
		}
		get(h, "/", "", "") // does not wait for the stuck one either
		if calls := gatherer.calls.Load(); calls != 2 {
			t.Errorf("%d gatherings after one more scrape", calls)
		}
		close(stuck.release)
		wait.Wait()
	})
}

// stuckWriter is a client that does not read.
type stuckWriter struct {
	header  http.Header
	release chan struct{}
}

func (w *stuckWriter) Header() http.Header { return w.header }
func (w *stuckWriter) WriteHeader(int)     {}
func (w *stuckWriter) Write(p []byte) (int, error) {
	<-w.release
	return len(p), nil
}
