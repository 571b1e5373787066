package prometheusmetrics_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// gate is code that hangs once it is shut, until it is opened.
type gate struct {
	mu   sync.Mutex
	shut chan struct{}
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = make(chan struct{})
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

func (g *gate) pass() {
	g.mu.Lock()
	shut := g.shut
	g.mu.Unlock()
	if shut != nil {
		<-shut
	}
}

// A driver in a registry that is inside another one does not deadlock with a
// scrape of the outer one, which locks the inner one while it collects.
func TestScrapeOfAnOuterRegistry(t *testing.T) {
	for name, use := range map[string]func(*prometheusmetrics.Driver){
		"Once":       func(d *prometheusmetrics.Driver) { d.Once() },
		"Close":      func(d *prometheusmetrics.Driver) { d.Close() },
		"Unregister": func(d *prometheusmetrics.Driver) { d.Unregister() },
	} {
		for _, interval := range []time.Duration{never, atScrape} {
			source := metrics.NewRegistry()
			counter(source, "c", 1)
			var hang gate
			inside := make(chan struct{}, 100)
			metrics.NewRegisteredFunctionalGauge("g", source, func() int64 {
				inside <- struct{}{}
				hang.pass()
				return 1
			})
			inner, outer := prometheus.NewRegistry(), prometheus.NewRegistry()
			outer.MustRegister(inner)
			d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: interval,
				CallTimeout: time.Minute}, inner)
			flush(t, d)
			counter(source, "new", 1) // so that the registry is to be probed
			for len(inside) > 0 {
				<-inside
			}
			hang.close()
			var all sync.WaitGroup
			all.Go(func() { use(d) })
			if name != "Unregister" {
				<-inside // the flush is under way
			}
			all.Go(func() { outer.Gather() })
			time.Sleep(10 * time.Millisecond) // the scrape has the lock of the inner registry, probably
			hang.open()
			within(t, name+" during a scrape of the outer registry", all.Wait)
		}
	}
}

// The same at random, with everything at once.
func TestScrapeOfAnOuterRegistryConcurrentSafe(t *testing.T) {
	source := metrics.NewRegistry()
	inner, outer := prometheus.NewRegistry(), prometheus.NewRegistry()
	outer.MustRegister(inner)
	within(t, "a driver in an inner registry", func() {
		for round := range 5 {
			d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: atScrape}, inner)
			var all sync.WaitGroup
			for i := range 4 {
				all.Go(func() {
					for j := range 10 {
						counter(source, fmt.Sprint("c", round, i, j), 1)
						if err := d.Once(); err != nil && !errors.Is(err, prometheusmetrics.ErrClosed) {
							t.Error(err)
						}
						if _, err := outer.Gather(); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Go(func() { d.RunContext(t.Context()) })
			all.Go(func() {
				runtime.Gosched()
				d.Close()
			})
			all.Wait()
			if !d.Unregister() {
				t.Error("the driver was not registered")
			}
		}
	})
}

// A source whose Each hangs or panics costs its own metrics their news, and a flush
// no more than CallTimeout; Close ends as well.
func TestSourceThatHangs(t *testing.T) {
	for name, fail := range map[string]func(*gate){
		"hangs":  func(g *gate) { g.pass() },
		"panics": func(*gate) { panic("source is broken") },
		"ends":   func(*gate) { runtime.Goexit() },
	} {
		synctest.Test(t, func(t *testing.T) {
			good, bad := metrics.NewRegistry(), metrics.NewRegistry()
			c, other := counter(good, "c", 1), counter(bad, "other", 1)
			var hang gate
			var broken atomic.Bool
			source := sourceFunc(func(visit func(string, any)) {
				if broken.Load() {
					fail(&hang)
				}
				bad.Each(visit)
			})
			registry := prometheus.NewRegistry()
			d, list := newDriver(t, prometheusmetrics.Config{
				Sources:     []prometheusmetrics.LabelledSource{{Source: source}, {Source: good}},
				CallTimeout: time.Second,
			}, registry)
			flush(t, d)
			broken.Store(true)
			hang.close()
			for i := range 3 {
				c.Inc(1)
				other.Inc(1)
				start := time.Now()
				err := d.Once()
				if took := time.Since(start); took > time.Second {
					t.Errorf("%s: flush %d took %v", name, i, took)
				}
				if err == nil {
					t.Errorf("%s: flush %d says nothing of the source", name, i)
				}
				got := samples(t, registry)
				if want := fmt.Sprint(i + 2); got["c_count"] != want || got["other_count"] == "" {
					t.Errorf("%s: flush %d shows %v, want c_count %s, and other_count", name, i, got, want)
				}
			}
			if reasons := list.reasons(); len(reasons) != 1 {
				t.Errorf("%s: reported %q, want one error", name, reasons)
			}
			broken.Store(false)
			hang.open()
			synctest.Wait()
			c.Inc(1)
			flush(t, d)
			if got := samples(t, registry); got["c_count"] != "5" || got["other_count"] != "4" {
				t.Errorf("%s: once it works again: %v", name, got)
			}
			broken.Store(true)
			hang.close()
			c.Inc(1)
			start := time.Now()
			d.Close()
			if took := time.Since(start); took > time.Second {
				t.Errorf("%s: Close took %v", name, took)
			}
			if got := samples(t, registry); got["c_count"] != "6" {
				t.Errorf("%s: after Close: %v", name, got)
			}
			if reasons := list.reasons(); len(reasons) != 2 {
				t.Errorf("%s: reported %q, want a second error after it had worked", name, reasons)
			}
			hang.open()
		})
	}
}

// describing is a registry whose descriptions misbehave.
type describing struct {
	metrics.Registry
	describe func()
}

func (d describing) DescriptionOf(string) (metrics.Description, bool) {
	d.describe()
	return metrics.Description{Help: "described"}, true
}

// A description that panics or hangs costs the help text at most.
func TestDescriptionThatFails(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, describe := range map[string]func(){
		"panic": func() { panic("no description") }, "end": runtime.Goexit, "hang": func() { <-release },
	} {
		source := describing{metrics.NewRegistry(), describe}
		counter(source, "c", 1)
		good := metrics.NewRegistry()
		counter(good, "good", 1)
		d, _ := newDriver(t, prometheusmetrics.Config{
			Sources:     []prometheusmetrics.LabelledSource{{Source: source}, {Source: good}},
			CallTimeout: 50 * time.Millisecond,
		}, prometheus.NewRegistry())
		for range 2 {
			onceSafely(t, name, d)
			if got := samples(t, d); got["good_count"] != "1" {
				t.Errorf("%s: shown %v", name, got)
			}
		}
	}
}

// A gauge that ends its goroutine is left out, and all that is read after it is
// read nonetheless.
func TestGaugeThatEndsItsGoroutine(t *testing.T) {
	for _, broken := range []func(){runtime.Goexit, func() { panic("broken") }, func() { panic(error(nil)) }} {
		source := metrics.NewRegistry()
		for i := range 20 {
			value := int64(i)
			metrics.NewRegisteredFunctionalGauge(fmt.Sprintf("g%02d", i), source, func() int64 { return value })
		}
		ending := true
		metrics.NewRegisteredFunctionalGauge("g05_bad", source, func() int64 {
			if ending {
				broken()
			}
			return 42
		})
		d, list := newDriver(t, prometheusmetrics.Config{Registry: source}, prometheus.NewRegistry())
		for range 2 {
			within(t, "Once", func() { flush(t, d) })
			got := samples(t, d)
			for i := range 20 {
				if series, want := fmt.Sprintf("g%02d_gauge", i), fmt.Sprint(i); got[series] != want {
					t.Errorf("%s is %q, want %s", series, got[series], want)
				}
			}
			if value, shown := got["g05_bad_gauge"]; shown {
				t.Errorf("the gauge that has no value shows %s", value)
			}
		}
		if got := strings.Join(list.reasons(), ","); got != "g05_bad: panic" {
			t.Errorf("reported %q", got)
		}
		ending = false
		flush(t, d)
		if got := samples(t, d); got["g05_bad_gauge"] != "42" {
			t.Errorf("once it has a value, it shows %q", got["g05_bad_gauge"])
		}
	}
}

// Many that hang at once, of several kinds, leave no goroutine behind once they
// have come back, and one each until then.
func TestHangingCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails by itself if a goroutine stays
		source := metrics.NewRegistry()
		var hang gate
		var calls, out atomic.Int64
		for i := range 100 {
			metrics.NewRegisteredFunctionalGauge(fmt.Sprint("g", i), source, func() int64 {
				calls.Add(1)
				out.Add(1)
				defer out.Add(-1)
				hang.pass()
				return 1
			})
		}
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, CallTimeout: time.Second}, prometheus.NewRegistry())
		flush(t, d)
		hang.close()
		for range 20 {
			start := time.Now()
			flush(t, d)
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("a flush took %v", took)
			}
			synctest.Wait()
		}
		if got := out.Load(); got > 100 {
			t.Errorf("%d calls of 100 gauges are out", got)
		}
		hang.open()
		synctest.Wait()
		if got := out.Load(); got != 0 {
			t.Errorf("%d calls are still out", got)
		}
		flush(t, d)
		flush(t, d)
		if got := samples(t, d); len(got) != 100 {
			t.Errorf("%d gauges are shown, want 100", len(got))
		}
	})
}
