package prometheusmetrics

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

// TestHanging: what hangs costs itself and its time, once.
func TestHanging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry, log := newTestDriver(t, Config{CallTimeout: time.Second})
		release := make(chan struct{})
		metrics.GetOrRegisterCounter("good", source).Inc(1)
		metrics.NewRegisteredFunctionalGauge("hanging", source, func() int64 { <-release; return 1 })
		metrics.NewRegisteredFunctionalGauge("registry", source, func() int64 {
			metrics.GetOrRegisterCounter("from gauge", source).Inc(1)
			source.Each(func(string, any) {})
			return 3
		})
		source.Register("check", metrics.NewHealthcheck(func(h metrics.Healthcheck) { <-release; h.Healthy() }))

		start := time.Now()
		once(t, d)
		if waited := time.Since(start); waited > 2*time.Second {
			t.Errorf("the flush took %v", waited)
		}
		got := figures(expose(t, registry))
		want := map[string]string{"good_count": "1", "check_healthy": "0", "registry_gauge": "3"}
		if !maps.Equal(got, want) {
			t.Errorf("exposed %v, want %v", got, want)
		}
		if want := []string{"check: timeout", "hanging: timeout"}; !slices.Equal(log.reasons(), want) {
			t.Errorf("reported %q, want %q", log.reasons(), want)
		}

		start = time.Now()
		once(t, d) // what hangs is not asked again
		if waited := time.Since(start); waited > 0 {
			t.Errorf("the second flush took %v", waited)
		}
		close(release)
		synctest.Wait()
		once(t, d)
		got = figures(expose(t, registry))
		if got["hanging_gauge"] != "1" || got["check_healthy"] != "1" {
			t.Errorf("after the hanging ended: %v", got)
		}
	})
}

// TestCallsBackIntoDriver: a gauge that flushes waits for the flush that asks it,
// and is left out like one that hangs.
func TestCallsBackIntoDriver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d *Driver
		d, source, registry, log := newTestDriver(t, Config{CallTimeout: time.Millisecond})
		metrics.GetOrRegisterCounter("good", source).Inc(1)
		back := make(chan struct{})
		metrics.NewRegisteredFunctionalGauge("driver", source, func() int64 {
			source.Unregister("driver") // once is enough
			d.Once()
			close(back)
			return 1
		})
		once(t, d)
		<-back
		if got := figures(expose(t, registry)); !maps.Equal(got, map[string]string{"good_count": "1"}) {
			t.Errorf("exposed %v", got)
		}
		if want := []string{"driver: timeout"}; !slices.Equal(log.reasons(), want) {
			t.Errorf("reported %q, want %q", log.reasons(), want)
		}
	})
}

// TestHandlerNeverFails: other gatherers that fail or clash cost only themselves.
func TestHandlerNeverFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, _, log := newTestDriver(t, Config{Detached: true})
		metrics.GetOrRegisterGauge("a", source).Update(1)
		once(t, d)
		application := prometheus.NewRegistry()
		application.MustRegister(
			prometheus.NewGauge(prometheus.GaugeOpts{Name: "a_gauge"}),
			prometheus.NewCounter(prometheus.CounterOpts{Name: "requests_total"}),
		)
		broken := prometheus.NewRegistry()
		broken.MustRegister(panicking{})
		handler := d.Handler(application, broken)
		for range 2 {
			got := scrape(t, handler)
			if want := map[string]string{"a_gauge": "1", "requests_total": "0"}; !maps.Equal(got, want) {
				t.Errorf("exposed %v, want %v", got, want)
			}
		}
		synctest.Wait() // errors are reported after the answer
		if len(log.errs) != 2 {
			t.Errorf("reported %v", log.errs)
		}
	})
}

// TestHandlerLeavesTreeAlone: what is joined with a family of the driver is not
// in the tree that other scrapes are lent.
func TestHandlerLeavesTreeAlone(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{Detached: true})
	metrics.GetOrRegisterGauge("a", source, metrics.Labels{"x": "1"}).Update(1)
	once(t, d)
	application := prometheus.NewRegistry()
	other := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "a_gauge"}, []string{"x"})
	other.WithLabelValues("2").Set(2)
	application.MustRegister(other)
	if got, want := scrape(t, d.Handler(application)), (map[string]string{`a_gauge{x="1"}`: "1", `a_gauge{x="2"}`: "2"}); !maps.Equal(got, want) {
		t.Errorf("joined: %v, want %v", got, want)
	}
	if got, want := scrape(t, d.Handler()), (map[string]string{`a_gauge{x="1"}`: "1"}); !maps.Equal(got, want) {
		t.Errorf("alone: %v, want %v", got, want)
	}
}

type panicking struct{}

func (panicking) Describe(descs chan<- *prometheus.Desc) {
	descs <- prometheus.NewDesc("p", "p", nil, nil)
}

func (panicking) Collect(chan<- prometheus.Metric) { panic("no") }

// TestCallbackUsesDriver: OnError is called outside of every lock.
func TestCallbackUsesDriver(t *testing.T) {
	var d *Driver
	told := 0
	d, source, _, _ := newTestDriver(t, Config{OnError: func(error) {
		told++
		d.Once()
		d.Gather()
		panic("callback")
	}})
	metrics.NewRegisteredFunctionalGauge("f", source, func() int64 { panic("f") })
	once(t, d)
	if told != 1 {
		t.Errorf("OnError was called %d times", told)
	}
}

// TestSourcePanics: the flush fails, and what was shown stays.
func TestSourcePanics(t *testing.T) {
	source := &failing{}
	d, _, registry, log := newTestDriver(t, Config{Registry: source})
	once(t, d)
	source.fail = true
	for range 2 {
		if err := d.Once(); err == nil || !strings.Contains(err.Error(), "failing") {
			t.Errorf("Once returned %v", err)
		}
	}
	if len(log.errs) != 1 {
		t.Errorf("reported %v", log.errs)
	}
	if got := figures(expose(t, registry))["c_count"]; got != "1" {
		t.Errorf("c_count = %q", got)
	}
}

type failing struct{ fail bool }

func (f *failing) Each(each func(string, any)) {
	if f.fail {
		panic("failing")
	}
	each("c", counted(1))
}
