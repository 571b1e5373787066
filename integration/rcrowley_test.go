package integration

import (
	"errors"
	"maps"
	"math"
	"sync"
	"testing"
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// fixedMeter is a meter whose rates can be known.
type fixedMeter struct{ gometrics.NilMeter }

func (fixedMeter) Count() int64                { return 60 }
func (fixedMeter) Rate1() float64              { return 1.25 }
func (fixedMeter) Rate5() float64              { return 5.25 }
func (fixedMeter) Rate15() float64             { return 15.25 }
func (fixedMeter) RateMean() float64           { return 0.25 }
func (m fixedMeter) Snapshot() gometrics.Meter { return m }

// fixedTimer is a timer whose rates are those of a fixed meter.
type fixedTimer struct {
	gometrics.Timer
	fixed fixedMeter
}

func (t fixedTimer) Rate1() float64    { return t.fixed.Rate1() }
func (t fixedTimer) Rate5() float64    { return t.fixed.Rate5() }
func (t fixedTimer) Rate15() float64   { return t.fixed.Rate15() }
func (t fixedTimer) RateMean() float64 { return t.fixed.RateMean() }
func (t fixedTimer) Snapshot() gometrics.Timer {
	return fixedTimer{Timer: t.Timer.Snapshot()}
}

// What LayoutGauges shows of the values 1 to 100, each once, and of nothing; and
// of a fixed meter.
var (
	oneToHundred = map[string]float64{
		"_count": 100, "_min": 1, "_max": 100, "_mean": 50.5, "_sum": 5050,
		"_variance": 833.25, "_stddev": math.Sqrt(833.25), "_median": 50.5,
		"_percentile_75": 75.75, "_percentile_95": 95.95, "_percentile_99_0": 99.99, "_percentile_99_9": 100,
	}
	noValues = map[string]float64{
		"_count": 0, "_min": 0, "_max": 0, "_mean": 0, "_sum": 0, "_variance": 0, "_stddev": 0, "_median": 0,
		"_percentile_75": 0, "_percentile_95": 0, "_percentile_99_0": 0, "_percentile_99_9": 0,
	}
	fixedRates = map[string]float64{"_rate_1min": 1.25, "_rate_5min": 5.25, "_rate_15min": 15.25, "_rate_mean": 0.25}
	noRates    = map[string]float64{"_rate_1min": 0, "_rate_5min": 0, "_rate_15min": 0, "_rate_mean": 0}
)

// fillRcrowley registers every type of the library.
func fillRcrowley(r gometrics.Registry) {
	gometrics.GetOrRegisterCounter("counter", r).Inc(5)
	gometrics.GetOrRegisterGauge("gauge", r).Update(-7)
	gometrics.GetOrRegisterGaugeFloat64("gauge.float", r).Update(0.25)
	gometrics.NewRegisteredFunctionalGauge("gauge.functional", r, func() int64 { return 42 })
	gometrics.NewRegisteredFunctionalGaugeFloat64("gauge.functional.float", r, func() float64 { return 1.5 })
	gometrics.GetOrRegisterMeter("meter.standard", r).Mark(0)
	r.Register("meter", fixedMeter{})

	decaying := gometrics.GetOrRegisterHistogram("histogram.decaying", r, gometrics.NewExpDecaySample(1028, 0.015))
	uniform := gometrics.GetOrRegisterHistogram("histogram.uniform", r, gometrics.NewUniformSample(1028))
	timer := gometrics.NewCustomTimer(gometrics.NewHistogram(gometrics.NewUniformSample(1028)), gometrics.NewMeter())
	r.Register("timer", fixedTimer{Timer: timer})
	var values []int64
	for i := range int64(100) {
		values = append(values, i+1)
		decaying.Update(i + 1)
		uniform.Update(i + 1)
		timer.Update(time.Duration(i+1) * time.Millisecond)
	}
	r.Register("histogram.snapshot", gometrics.NewHistogram(gometrics.NewSampleSnapshot(100, values)))
	gometrics.GetOrRegisterTimer("timer.empty", r)

	r.Register("check.ok", gometrics.NewHealthcheck(func(h gometrics.Healthcheck) { h.Healthy() }))
	r.Register("check.failing", gometrics.NewHealthcheck(func(h gometrics.Healthcheck) { h.Unhealthy(errors.New("down")) }))

	r.Register("nil.counter", gometrics.NilCounter{})
	r.Register("nil.gauge", gometrics.NilGauge{})
	r.Register("nil.gauge.float", gometrics.NilGaugeFloat64{})
	r.Register("nil.meter", gometrics.NilMeter{})
	r.Register("nil.histogram", gometrics.NilHistogram{})
	r.Register("nil.timer", gometrics.NilTimer{})
	r.Register("nil.healthcheck", gometrics.NilHealthcheck{})
}

// Every type of the library, read from its default registry, with every value,
// name by name.
func TestRcrowleyGauges(t *testing.T) {
	gometrics.DefaultRegistry.UnregisterAll() // Sarama leaves its fetch rates there, whatever its registry
	t.Cleanup(gometrics.DefaultRegistry.UnregisterAll)
	fillRcrowley(gometrics.DefaultRegistry)
	b := newBridge(t, prometheusmetrics.Config{
		Registry: gometrics.DefaultRegistry, Namespace: "n", Subsystem: "s", DurationUnit: time.Millisecond,
	})
	want := merge(
		map[string]float64{
			"n_s_counter_count": 5, "n_s_gauge_gauge": -7, "n_s_gauge_float_gauge": 0.25,
			"n_s_gauge_functional_gauge": 42, "n_s_gauge_functional_float_gauge": 1.5,
			"n_s_check_ok_healthy": 1, "n_s_check_failing_healthy": 0, "n_s_meter_count": 60, "n_s_meter_standard_count": 0,
			"n_s_nil_counter_count": 0, "n_s_nil_gauge_gauge": 0, "n_s_nil_gauge_float_gauge": 0,
			"n_s_nil_healthcheck_healthy": 1, "n_s_nil_meter_count": 0,
		},
		named("n_s_meter", fixedRates), named("n_s_meter_standard", noRates),
		named("n_s_histogram_decaying", oneToHundred),
		named("n_s_histogram_uniform", oneToHundred),
		named("n_s_histogram_snapshot", oneToHundred),
		named("n_s_timer", oneToHundred), named("n_s_timer", fixedRates),
		named("n_s_timer_empty", noValues), named("n_s_timer_empty", noRates),
		named("n_s_nil_meter", noRates),
		named("n_s_nil_histogram", noValues),
		named("n_s_nil_timer", noValues), named("n_s_nil_timer", noRates),
	)
	for range 3 {
		wantSamples(t, b.flush(t), want)
	}
	b.wantErrors(t)
}

// In LayoutTyped a reservoir of the library has no sum that could be trusted, so
// it is a gauge by quantile, and a counter.
func TestRcrowleyTyped(t *testing.T) {
	registry := gometrics.NewRegistry()
	fillRcrowley(registry)
	b := newBridge(t, prometheusmetrics.Config{
		Registry: registry, Layout: prometheusmetrics.LayoutTyped, Percentiles: []float64{0.5, 0.99},
	})
	reservoir := func(name, unit string, count, median, p99 float64) map[string]float64 {
		return map[string]float64{
			name + unit + `{quantile="0.5"}`:  median,
			name + unit + `{quantile="0.99"}`: p99,
			name + "_observations_total":      count,
		}
	}
	got := b.flush(t)
	wantSamples(t, got, merge(
		map[string]float64{
			"counter_total": 5, "gauge": -7, "gauge_float": 0.25, "gauge_functional": 42, "gauge_functional_float": 1.5,
			"meter_total": 60, "meter_standard_total": 0, "check_ok_healthy": 1, "check_failing_healthy": 0,
			"nil_counter_total": 0, "nil_gauge": 0, "nil_gauge_float": 0, "nil_meter_total": 0, "nil_healthcheck_healthy": 1,
		},
		reservoir("histogram_decaying", "", 100, 50.5, 99.99),
		reservoir("histogram_uniform", "", 100, 50.5, 99.99),
		reservoir("histogram_snapshot", "", 100, 50.5, 99.99),
		reservoir("timer", "_seconds", 100, 0.0505, 0.09999),
		reservoir("timer_empty", "_seconds", 0, math.NaN(), math.NaN()),
		reservoir("nil_histogram", "", 0, math.NaN(), math.NaN()),
		reservoir("nil_timer", "_seconds", 0, math.NaN(), math.NaN()),
	))
	b.wantErrors(t)
	t.Log(b.text(t))
}

// A prefixed registry gives full names, and those under its prefix alone.
func TestRcrowleyPrefixed(t *testing.T) {
	parent := gometrics.NewRegistry()
	gometrics.GetOrRegisterCounter("other", parent).Inc(1)
	child := gometrics.NewPrefixedChildRegistry(gometrics.NewPrefixedChildRegistry(parent, "app."), "db.")
	gometrics.GetOrRegisterCounter("queries", child).Inc(3)
	alone := gometrics.NewPrefixedRegistry("own.")
	gometrics.GetOrRegisterCounter("c", alone).Inc(2)

	b := newBridge(t, prometheusmetrics.Config{Registry: child})
	wantSamples(t, b.flush(t), map[string]float64{"app_db_queries_count": 3})
	b = newBridge(t, prometheusmetrics.Config{Registry: alone})
	wantSamples(t, b.flush(t), map[string]float64{"own_c_count": 2})
	b = newBridge(t, prometheusmetrics.Config{Registry: parent})
	wantSamples(t, b.flush(t), map[string]float64{"app_db_queries_count": 3, "other_count": 1})
}

// Metrics that count how often they are read: all their other methods give
// nothing, so that a value which did not come from the snapshot would show.
type snapshots struct{ taken int }

type countedCounter struct {
	gometrics.NilCounter
	*snapshots
}
type countedGauge struct {
	gometrics.NilGauge
	*snapshots
}
type countedMeter struct {
	gometrics.NilMeter
	*snapshots
}
type countedHistogram struct {
	gometrics.NilHistogram
	*snapshots
}
type countedTimer struct {
	gometrics.NilTimer
	*snapshots
}

func (c countedCounter) Snapshot() gometrics.Counter { c.taken++; return gometrics.CounterSnapshot(3) }
func (c countedGauge) Snapshot() gometrics.Gauge     { c.taken++; return gometrics.GaugeSnapshot(3) }
func (c countedMeter) Snapshot() gometrics.Meter     { c.taken++; return fixedMeter{} }
func (c countedHistogram) Snapshot() gometrics.Histogram {
	c.taken++
	h := gometrics.NewHistogram(gometrics.NewUniformSample(2))
	h.Update(3)
	return h.Snapshot()
}
func (c countedTimer) Snapshot() gometrics.Timer {
	c.taken++
	timer := gometrics.NewTimer()
	timer.Update(3)
	return timer.Snapshot()
}

// Reading a metric costs one snapshot for each flush, whatever is shown of it.
func TestRcrowleyOneSnapshot(t *testing.T) {
	for _, layout := range []prometheusmetrics.Layout{prometheusmetrics.LayoutGauges, prometheusmetrics.LayoutTyped} {
		registry, taken := gometrics.NewRegistry(), map[string]*snapshots{}
		counted := func(name string) *snapshots {
			taken[name] = &snapshots{}
			return taken[name]
		}
		registry.Register("counter", countedCounter{snapshots: counted("counter")})
		registry.Register("gauge", countedGauge{snapshots: counted("gauge")})
		registry.Register("meter", countedMeter{snapshots: counted("meter")})
		registry.Register("histogram", countedHistogram{snapshots: counted("histogram")})
		registry.Register("timer", countedTimer{snapshots: counted("timer")})
		b := newBridge(t, prometheusmetrics.Config{Registry: registry, Layout: layout})
		for flush := range 3 {
			samples := b.flush(t)
			b.text(t) // a scrape reads nothing
			for name, s := range taken {
				if s.taken != flush+1 {
					t.Errorf("%v: after %d flushes %d snapshots of the %s were taken", layout, flush+1, s.taken, name)
				}
			}
			if layout == prometheusmetrics.LayoutGauges {
				for name, want := range map[string]float64{
					"counter_count": 3, "gauge_gauge": 3, "meter_rate_5min": 5.25, "histogram_max": 3, "timer_max": 3, "timer_count": 1,
				} {
					if samples[name] != want {
						t.Errorf("%s = %v, want %v", name, samples[name], want)
					}
				}
			}
		}
		b.wantErrors(t)
	}
}

// extended is a registry with more in it than the library would take.
type extended struct {
	gometrics.Registry
	more map[string]any
}

func (e extended) Each(f func(string, any)) {
	e.Registry.Each(f)
	for name, metric := range e.more {
		f(name, metric)
	}
}

type tags map[string]string

type taggedCounter struct {
	gometrics.Counter
	tags tags
}

func (c taggedCounter) Labels() tags { return c.tags }

// What can't be read is reported once, by name, and costs itself alone.
func TestRcrowleyUnreadable(t *testing.T) {
	registry := extended{gometrics.NewRegistry(), map[string]any{
		"average": gometrics.NewEWMA1(),
		"text":    "a string",
		"slice":   []int{1},
		"nothing": nil,
	}}
	gometrics.GetOrRegisterCounter("fine", registry).Inc(1)
	// The library's own mistake: a histogram panics in its snapshot unless the
	// sample is one of three types.
	registry.Register("histogram", gometrics.NewHistogram(gometrics.NilSample{}))
	gometrics.NewRegisteredFunctionalGauge("gauge", registry, func() int64 { panic("no reading") })
	registry.more["tagged"] = taggedCounter{gometrics.NewCounter(), tags{"zone": "a", "empty": ""}}

	b := newBridge(t, prometheusmetrics.Config{Registry: registry})
	for range 3 {
		wantSamples(t, b.flush(t), map[string]float64{"fine_count": 1, `tagged_count{zone="a"}`: 0})
	}
	b.wantErrors(t, "average: unsupported", "text: unsupported", "slice: unsupported",
		"nothing: unsupported", "histogram: panic", "gauge: panic")
}

// Metrics come, go and are replaced while others record; afterwards all is exact.
func TestRcrowleyWhileRecording(t *testing.T) {
	const goroutines, each = 8, 1000
	registry := gometrics.NewRegistry()
	b := newBridge(t, prometheusmetrics.Config{Registry: registry})
	var recording sync.WaitGroup
	for range goroutines {
		recording.Go(func() {
			for i := range each {
				gometrics.GetOrRegisterCounter("counter", registry).Inc(1)
				gometrics.GetOrRegisterTimer("timer", registry).Update(time.Millisecond)
				gometrics.GetOrRegisterMeter("meter", registry).Mark(1)
				if i%100 == 0 {
					gometrics.GetOrRegisterGauge("passing", registry).Update(1)
					registry.Unregister("passing")
				}
			}
		})
	}
	for range 20 {
		b.flush(t)
	}
	recording.Wait()
	samples := b.flush(t)
	for _, name := range []string{"counter_count", "timer_count", "meter_count"} {
		if samples[name] != goroutines*each {
			t.Errorf("%s = %v, want %d", name, samples[name], goroutines*each)
		}
	}
	// A name's next metric may be of another type.
	registry.UnregisterAll()
	gometrics.GetOrRegisterGauge("counter", registry).Update(1)
	samples = b.flush(t)
	if !maps.Equal(samples, map[string]float64{"counter_gauge": 1}) {
		t.Errorf("exposed is %v", samples)
	}
	b.wantErrors(t)
}
