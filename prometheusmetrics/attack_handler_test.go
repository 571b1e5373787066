package prometheusmetrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// Another gatherer that hangs, panics or ends its goroutine costs itself: scrapes
// are answered with the driver's metrics, and it is not asked again before it has
// come back.
func TestHandlerWithAGathererThatFails(t *testing.T) {
	for name, fail := range map[string]func(*gate){
		"hangs": func(g *gate) { g.pass() }, "panics": func(*gate) { panic("broken") },
		"ends": func(*gate) { runtime.Goexit() },
	} {
		synctest.Test(t, func(t *testing.T) {
			source := metrics.NewRegistry()
			c := counter(source, "c", 1)
			var hang gate
			hang.close()
			broken := true
			var calls atomic.Int64
			one := 1.0
			other := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
				calls.Add(1)
				if broken {
					fail(&hang)
				}
				name := "other"
				return []*dto.MetricFamily{{Name: &name, Type: dto.MetricType_GAUGE.Enum(),
					Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: &one}}}}}, nil
			})
			d, list := newDriver(t, prometheusmetrics.Config{Registry: source, Detached: true, CallTimeout: time.Second}, nil)
			handler := d.Handler(other)
			for i := range 50 {
				c.Inc(1)
				flush(t, d)
				answered := make(chan struct{})
				go func() {
					defer close(answered)
					if got := askSamples(t, handler); got["c_count"] != fmt.Sprint(i+2) {
						t.Errorf("%s: scrape %d shows %v", name, i, got)
					}
				}()
				time.Sleep(2 * time.Second)
				synctest.Wait()
				select {
				case <-answered:
				default:
					t.Fatalf("%s: scrape %d is not answered", name, i)
				}
			}
			if name == "hangs" && calls.Load() != 1 {
				t.Errorf("the gatherer that hangs was called %d times", calls.Load())
			}
			if reasons := list.reasons(); len(reasons) != 1 || !strings.Contains(reasons[0], "gatherer ") {
				t.Errorf("%s: reported %q, want one error", name, reasons)
			}
			broken = false
			hang.open()
			synctest.Wait()
			if got := askSamples(t, handler); got["other"] != "1" {
				t.Errorf("%s: once it works, the scrape shows %v", name, got)
			}
		})
	}
}

// stalled is a client that stops reading after the header.
type stalled struct {
	*httptest.ResponseRecorder
	release <-chan struct{}
}

func (s stalled) Write(p []byte) (int, error) {
	<-s.release
	return s.ResponseRecorder.Write(p)
}

// A client that does not read its response holds what it gets, and nobody else:
// others are answered with the values of the last flush.
func TestHandlerWithAClientThatStalls(t *testing.T) {
	for _, encoding := range []string{"", "gzip", "zstd"} {
		synctest.Test(t, func(t *testing.T) {
			source := metrics.NewRegistry()
			c := counter(source, "c", 1)
			for i := range 200 {
				counter(source, fmt.Sprint("c", i), 1)
			}
			for _, interval := range []time.Duration{never, atScrape} {
				d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, Detached: true, FlushInterval: interval}, nil)
				handler := d.Handler()
				release := make(chan struct{})
				for range 5 {
					go func() {
						request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
						request.Header.Set("Accept-Encoding", encoding)
						handler.ServeHTTP(stalled{httptest.NewRecorder(), release}, request)
					}()
					synctest.Wait()
					c.Inc(1)
					d.Once()
					answered := make(chan string, 1)
					go func() { answered <- askSamples(t, handler)["c_count"] }()
					synctest.Wait()
					select {
					case got := <-answered:
						if want := fmt.Sprint(c.Count()); got != want {
							t.Fatalf("beside a client that stalls, others see %s, want %s", got, want)
						}
					default:
						t.Fatal("beside a client that stalls, others are not answered")
					}
				}
				close(release)
				synctest.Wait()
			}
		})
	}
}

// A handler answers a request whose client has gone, and a HEAD, without harm.
func TestHandlerOddRequests(t *testing.T) {
	source := metrics.NewRegistry()
	counter(source, "c", 1)
	d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, Detached: true}, nil)
	flush(t, d)
	for name, change := range map[string]func(*http.Request){
		"HEAD":              func(r *http.Request) { r.Method = http.MethodHead },
		"POST":              func(r *http.Request) { r.Method = http.MethodPost },
		"odd Accept":        func(r *http.Request) { r.Header.Set("Accept", ";;;q=,,\x00") },
		"odd encoding":      func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip;q=nan, zstd;q=-1, *;q=") },
		"nothing accepted":  func(r *http.Request) { r.Header.Set("Accept-Encoding", "*;q=0, identity;q=0") },
		"OpenMetrics":       func(r *http.Request) { r.Header.Set("Accept", "application/openmetrics-text;version=1.0.0") },
		"unknown escaping":  func(r *http.Request) { r.Header.Set("Accept", "text/plain;version=1.0.0;escaping=none") },
		"no headers at all": func(r *http.Request) { r.Header = nil },
	} {
		request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		change(request)
		answer := httptest.NewRecorder()
		within(t, name, func() { d.Handler().ServeHTTP(answer, request) })
		if answer.Code >= 500 {
			t.Errorf("%s: answered %d: %s", name, answer.Code, answer.Body)
		}
	}
}
