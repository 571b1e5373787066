package prometheusmetrics_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// applicationGauge is a metric that the application registers itself.
func applicationGauge(name string, value float64) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: "The application's own."})
	g.Set(value)
	return g
}

// What was left out because of the registry is shown once the driver has left it.
func TestUnregisterShowsWhatTheRegistryHad(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(applicationGauge("c_count", 9))
	source, other := metrics.NewRegistry(), metrics.NewRegistry()
	counter(source, "c", 1)
	counter(source, "shared", 1)
	counter(other, "shared", 2)
	first, _ := newDriver(t, prometheusmetrics.Config{Registry: other}, registry)
	d, _ := newDriver(t, prometheusmetrics.Config{Registry: source}, registry)
	flush(t, first, d)
	if got := samples(t, d); len(got) != 0 {
		t.Errorf("before: %v", got)
	}
	if !d.Unregister() {
		t.Error("it was not registered")
	}
	for range 2 {
		if got := samples(t, d); got["c_count"] != "1" || got["shared_count"] != "1" {
			t.Errorf("after Unregister: %v", got)
		}
		flush(t, d)
	}
	for _, explanation := range d.Explain() {
		if explanation.Problem != nil || len(explanation.Series) != 1 {
			t.Errorf("after Unregister: %v", explanation)
		}
	}
	if got := samples(t, registry); got["c_count"] != "9" || got["shared_count"] != "2" {
		t.Errorf("the registry shows %v", got)
	}
}

// While one driver flushes slowly, another one does not take over what that one
// still shows.
func TestSeriesMovesBetweenDrivers(t *testing.T) {
	for _, layout := range layouts {
		one, two := metrics.NewRegistry(), metrics.NewRegistry()
		counter(one, "x", 1)
		counter(two, "x", 2)
		var hang gate
		inside := make(chan struct{}, 10)
		metrics.NewRegisteredFunctionalGauge("slow", one, func() int64 {
			inside <- struct{}{}
			hang.pass()
			return 1
		})
		registry := prometheus.NewRegistry()
		d1, _ := newDriver(t, prometheusmetrics.Config{Registry: one, Layout: layout, CallTimeout: time.Minute}, registry)
		d2, _ := newDriver(t, prometheusmetrics.Config{Registry: two, Layout: layout}, registry)
		flush(t, d1)
		flush(t, d2)
		<-inside
		x := func() string { got := samples(t, registry); return got["x_count"] + got["x_total"] }
		if got := x(); got != "1" {
			t.Errorf("%v: x is %q, want the first driver's", layout, got)
		}
		one.Unregister("x")
		hang.close()
		done := make(chan struct{})
		go func() {
			defer close(done)
			d1.Once()
		}()
		<-inside
		for range 3 {
			flush(t, d2)
			if got := x(); got != "1" {
				t.Errorf("%v: while the first driver flushes, x is %q, want its own", layout, got)
			}
			if status, body := ask(promhttpOf(registry)); status != http.StatusOK {
				t.Errorf("%v: while the first driver flushes: %d %s", layout, status, body)
			}
		}
		hang.open()
		<-done
		flush(t, d2)
		if got := x(); got != "2" {
			t.Errorf("%v: once the first driver has let it go, x is %q, want the second one's", layout, got)
		}
	}
}

// The same at random: series wander between drivers, and no scrape ever sees one
// twice.
func TestSeriesWanderConcurrentSafe(t *testing.T) {
	registry := prometheus.NewRegistry()
	sources := []metrics.Registry{metrics.NewRegistry(), metrics.NewRegistry(), metrics.NewRegistry()}
	stop := make(chan struct{})
	var flushers atomic.Int64
	for _, source := range sources {
		metrics.NewRegisteredFunctionalGauge(fmt.Sprintf("own%p", source), source, func() int64 { return 1 })
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, Layout: prometheusmetrics.LayoutTyped}, registry)
		flushers.Add(1)
		go func() {
			defer flushers.Add(-1)
			for {
				select {
				case <-stop:
					return
				default:
					d.Once()
				}
			}
		}()
	}
	handler := promhttpOf(registry)
	for i := range 100 {
		source := sources[i%len(sources)]
		counter(source, fmt.Sprint("x", i%5), 1)
		metrics.GetOrRegisterGauge("y", sources[(i+1)%len(sources)])
		sources[(i+2)%len(sources)].Unregister(fmt.Sprint("x", i%5))
		sources[i%len(sources)].Unregister("y")
		if status, body := ask(handler); status != http.StatusOK {
			t.Fatalf("scrape %d: %d %s", i, status, body)
		}
	}
	close(stop)
	for flushers.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
}

// /metrics goes on at most three scrapes or five seconds after a clash with what
// the application registers itself has come up, whoever comes last, and with
// nobody calling anything.
func TestLateClash(t *testing.T) {
	for _, interval := range []time.Duration{atScrape, never, time.Minute} {
		for _, last := range []string{"metric", "application"} {
			synctest.Test(t, func(t *testing.T) {
				source, registry := metrics.NewRegistry(), prometheus.NewRegistry()
				counter(source, "early", 1)
				d, list := newDriver(t, prometheusmetrics.Config{Registry: source, FlushInterval: interval}, registry)
				if interval == time.Minute {
					go d.Run()
					defer d.Close()
				} else if interval == never {
					flush(t, d)
				}
				synctest.Wait()
				handler := promhttpOf(registry)
				askSamples(t, handler)
				time.Sleep(10 * time.Minute)
				if last == "metric" {
					registry.MustRegister(applicationGauge("late_count", 9))
					counter(source, "late", 1)
				} else {
					counter(source, "late", 1)
					if interval != atScrape {
						flush(t, d)
					}
					askSamples(t, handler)
					registry.MustRegister(applicationGauge("late_count", 9))
				}
				for range 3 {
					ask(handler)
					time.Sleep(2 * time.Second)
				}
				for range 3 {
					got := askSamples(t, handler)
					if got["early_count"] != "1" || got["late_count"] != "9" {
						t.Errorf("interval %v, %s last: shown %v", interval, last, got)
					}
					time.Sleep(10 * time.Second)
				}
				if interval == never && last == "metric" {
					return // the driver has not seen the metric yet
				}
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if reasons := list.reasons(); !slices.Contains(reasons, "late: registered") {
					t.Errorf("interval %v, %s last: reported %q", interval, last, reasons)
				}
			})
		}
	}
}

// A name of the application's that is none of ours costs nothing.
func TestNameThatDoesNotClash(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(applicationGauge("requests", 9), applicationGauge("h", 9), applicationGauge("t", 9))
	source := metrics.NewRegistry()
	counter(source, "requests", 1)
	metrics.NewRegisteredHistogram("h", source, nil).Update(1)
	metrics.NewRegisteredTimer("t", source)
	d, list := newDriver(t, prometheusmetrics.Config{Registry: source}, registry)
	for range 2 {
		flush(t, d)
		got := askSamples(t, promhttpOf(registry))
		if got["requests_count"] != "1" || got["requests"] != "9" || got["h_sum"] != "1" || got["h_count"] != "1" {
			t.Errorf("shown %v", got)
		}
	}
	if reasons := list.reasons(); len(reasons) > 0 {
		t.Errorf("reported %q", reasons)
	}
}

// A series that is new in a family that is left out already is reported, too.
func TestNewSeriesOfARefusedFamily(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(applicationGauge("c_count", 9))
	source := metrics.NewRegistry()
	counter(source, "c", 1, metrics.Labels{"i": "0"})
	d, list := newDriver(t, prometheusmetrics.Config{Registry: source, SelfMetrics: true}, registry)
	for i := range 3 {
		counter(source, "c", 1, metrics.Labels{"i": fmt.Sprint(i)})
		flush(t, d)
		flush(t, d)
		if reasons := list.reasons(); len(reasons) != i+1 || !strings.HasPrefix(reasons[i], "c: registered") {
			t.Errorf("with %d series, reported %q", i+1, reasons)
		}
		flush(t, d)
		if got := samples(t, registry)[`driver_left_out_metrics_gauge{reason="registered"}`]; got != fmt.Sprint(i+1) {
			t.Errorf("with %d series, %s are left out", i+1, got)
		}
	}
}

// breaking is a registerer that fails or panics when it is told to.
type breaking struct {
	prometheus.Registerer
	fail atomic.Pointer[func() error] // a probe may be under way when it changes
}

func (b *breaking) Register(c prometheus.Collector) error {
	if fail := b.fail.Load(); fail != nil {
		return (*fail)()
	}
	return b.Registerer.Register(c)
}

// A registry that can't be probed says nothing: the last answer is kept.
func TestProbeThatFails(t *testing.T) {
	for name, fail := range map[string]func() error{
		"fails":  func() error { return errors.New("no registering today") },
		"panics": func() error { panic("no registering today") },
	} {
		synctest.Test(t, func(t *testing.T) {
			registry := prometheus.NewRegistry()
			registry.MustRegister(applicationGauge("c_count", 9))
			source := metrics.NewRegistry()
			counter(source, "c", 1)
			counter(source, "good", 1)
			registerer := &breaking{Registerer: registry}
			d, list := newDriver(t, prometheusmetrics.Config{Registry: source}, registerer)
			flush(t, d)
			registerer.fail.Store(&fail)
			for range 5 {
				time.Sleep(2 * time.Minute)
				flush(t, d)
				got := askSamples(t, promhttpOf(registry))
				if got["c_count"] != "9" || got["good_count"] != "1" {
					t.Errorf("%s: shown %v", name, got)
				}
			}
			if reasons := list.reasons(); len(reasons) != 2 {
				t.Errorf("%s: reported %q, want the clash and one failure", name, reasons)
			}
			registerer.fail.Store(nil)
			for range 2 {
				time.Sleep(2 * time.Minute)
				flush(t, d)
				if got := samples(t, registry); got["c_count"] != "9" || got["good_count"] != "1" {
					t.Errorf("%s: once the registry can be probed again, shown %v", name, got)
				}
			}
			if reasons := list.reasons(); len(reasons) != 2 {
				t.Errorf("%s: reported %q, want nothing more", name, reasons)
			}
		})
	}
}

// Label names and values of wrapping registerers may be any text.
func TestWrappingLabelsOfAnyText(t *testing.T) {
	for _, name := range []string{"my shard", "a=b", `qu"ote`, "brace}", "comma,", "ünï", `back\slash`, "tab\t",
		`x="y",z`} {
		registry := prometheus.NewRegistry()
		var drivers []*prometheusmetrics.Driver
		for _, value := range []string{"a", `b"},{`, "c d", `\`} {
			source := metrics.NewRegistry()
			counter(source, "c", 1)
			wrapped := prometheus.WrapRegistererWithPrefix("p_",
				prometheus.WrapRegistererWith(prometheus.Labels{name: value, "zone": "1"}, registry))
			d, list := newDriver(t, prometheusmetrics.Config{Registry: source}, wrapped)
			drivers = append(drivers, d)
			flush(t, d)
			if reasons := list.reasons(); len(reasons) > 0 {
				t.Errorf("label %q=%q: reported %q", name, value, reasons)
			}
		}
		flush(t, drivers...)
		families, err := registry.Gather()
		if err != nil || len(families) != 1 || len(families[0].Metric) != 4 {
			t.Errorf("label %q: gathered %v, %v", name, families, err)
		}
	}
}

// Drivers in a registry, and in one inside of it, know of each other, after three
// scrapes or five seconds at most.
func TestDriversInNestedRegistries(t *testing.T) {
	for _, layout := range layouts {
		for _, innerFirst := range []bool{true, false} {
			for _, nestedFirst := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) { testNested(t, layout, innerFirst, nestedFirst) })
			}
		}
	}
}

func testNested(t *testing.T, layout prometheusmetrics.Layout, innerFirst, nestedFirst bool) {
	one, two := metrics.NewRegistry(), metrics.NewRegistry()
	counter(one, "x", 1)
	counter(two, "x", 2)
	counter(one, "one", 1)
	counter(two, "two", 1)
	inner, outer := prometheus.NewRegistry(), prometheus.NewRegistry()
	if nestedFirst {
		outer.MustRegister(inner)
	}
	first, _ := newDriver(t, prometheusmetrics.Config{Registry: one, Layout: layout}, inner)
	second, _ := newDriver(t, prometheusmetrics.Config{Registry: two, Layout: layout}, outer)
	if !innerFirst {
		first, second = second, first
	}
	flush(t, first, second, first)
	if !nestedFirst {
		outer.MustRegister(inner)
	}
	for range 3 {
		outer.Gather() // which may fail as yet
		time.Sleep(2 * time.Second)
	}
	for range 3 {
		samples(t, inner)
		got := samples(t, outer)
		for _, name := range []string{"x", "one", "two"} {
			if got[name+"_count"]+got[name+"_total"] == "" {
				t.Errorf("%v, inner first %v, nested first %v: the outer registry shows %v", layout, innerFirst, nestedFirst, got)
			}
		}
		flush(t, second, first)
		time.Sleep(2 * time.Minute)
	}
}
