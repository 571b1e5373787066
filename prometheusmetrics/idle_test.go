package prometheusmetrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

// idleCase is a metric, how something is recorded in it, and a series of it with
// its values before and after.
type idleCase struct {
	metric        any
	record        func()
	series        string
	before, after string
}

func idleCases() map[string]idleCase {
	counter, g, meter := metrics.NewCounter(), metrics.NewGaugeFloat64(), metrics.NewMeter()
	histogram, timer := metrics.NewHistogram(nil), metrics.NewTimer()
	buckets, floats := metrics.NewHistogram(metrics.NewBucketSample(0.1)), metrics.NewHistogramFloat64()
	foreign, foreignG := &foreignHistogram{count: 3}, new(setGauge)
	g.Update(5)
	*foreignG = 7
	return map[string]idleCase{
		"counter":       {counter, func() { counter.Inc(2) }, "m_total", "0", "2"},
		"gauge":         {g, func() { g.Update(6) }, "m", "5", "6"},
		"meter":         {meter, func() { meter.Mark(2) }, "m_total", "0", "2"},
		"histogram":     {histogram, func() { histogram.Update(9) }, "m_sum", "0", "9"},
		"timer":         {timer, func() { timer.Update(time.Second) }, "m_seconds_sum", "0", "1"},
		"buckets":       {buckets, func() { buckets.Update(9) }, "m_sum", "0", "9"},
		"fractions":     {floats, func() { floats.Update(0.5) }, "m_sum", "0", "0.5"},
		"foreign":       {foreign, func() { foreign.count = 4 }, "m_observations_total", "3", "4"},
		"foreign gauge": {foreignG, func() { *foreignG = 8 }, "m", "7", "8"},
	}
}

type setGauge int64

func (g *setGauge) Value() int64 { return int64(*g) }

// A metric in which nothing is recorded disappears, and comes back with its total
// when something is; again and again.
func TestIdleAfter(t *testing.T) {
	for name, test := range idleCases() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := &given{}
				source.add("m", test.metric)
				d, _, registry, log := newTestDriver(t, Config{
					Registry: source, Layout: LayoutTyped, IdleAfter: time.Minute,
				})
				want := func(when string, value string) {
					t.Helper()
					once(t, d)
					got, shown := figures(expose(t, registry))[test.series]
					if shown != (value != "") || got != value {
						t.Errorf("%s: %s is %q, want %q", when, test.series, got, value)
					}
					if idle := d.Explain()[0].Idle; idle != (value == "") {
						t.Errorf("%s: idle is %v", when, idle)
					}
				}
				want("at first", test.before)
				time.Sleep(time.Minute - 1)
				want("a moment too early", test.before)
				time.Sleep(time.Nanosecond)
				want("after a minute", "")
				want("in the flush after that", "")
				test.record()
				want("after something was recorded", test.after)
				time.Sleep(time.Minute - 1)
				want("a moment too early again", test.after)
				time.Sleep(time.Nanosecond)
				want("after another minute", "")
				if got := log.reasons(); len(got) > 0 {
					t.Errorf("reported %q", got)
				}
			})
		})
	}
}

// What says something although nothing is recorded in it is shown for ever.
func TestNeverIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, absolute := &given{}, &given{}
		source.add("functional", metrics.NewFunctionalGauge(func() int64 { return 1 }))
		source.add("foreign.functional", foreignFunctional{func() int64 { return 1 }})
		source.add("check", metrics.NewHealthcheck(func(metrics.Healthcheck) {}))
		source.add("hidden", gauge(1))
		absolute.add("go_version", gauge(1))
		d, _, registry, _ := newTestDriver(t, Config{
			Sources:  []LabelledSource{{Source: source}, {Source: absolute, Absolute: true}},
			Registry: &given{}, Layout: LayoutTyped, IdleAfter: time.Minute, SelfMetrics: true,
		})
		shown := func() []string {
			once(t, d)
			var names []string
			for series := range figures(expose(t, registry)) {
				if !strings.HasPrefix(series, "driver_flush_seconds") {
					names = append(names, series)
				}
			}
			slices.Sort(names)
			return names
		}
		before := shown()
		time.Sleep(time.Hour)
		before = slices.DeleteFunc(before, func(name string) bool { return name == "hidden" })
		if after := shown(); !slices.Equal(after, before) {
			t.Errorf("after an hour\n%q\nwant\n%q", after, before)
		}
	})
}

type foreignFunctional struct{ f func() int64 }

func (g foreignFunctional) Value() int64 { return g.f() }

// MaxSeries counts what is shown. What the limit leaves out stops being a problem when
// it is idle itself.
func TestIdleMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry, log := newTestDriver(t, Config{IdleAfter: time.Minute, MaxSeries: 2})
		counter := func(i int) metrics.Counter { return metrics.GetOrRegisterCounter(fmt.Sprint("c", i), source) }
		want := func(when string, series ...string) {
			t.Helper()
			once(t, d)
			var got []string
			for name := range figures(expose(t, registry)) {
				got = append(got, name)
			}
			if slices.Sort(got); !slices.Equal(got, series) {
				t.Errorf("%s: %q, want %q", when, got, series)
			}
		}
		for i := range 4 {
			counter(i).Inc(1)
		}
		want("at first", "c0_count", "c1_count")
		time.Sleep(time.Minute / 2)
		counter(1).Inc(1)
		counter(2).Inc(1)
		want("half a minute later", "c0_count", "c1_count")
		time.Sleep(time.Minute / 2)
		want("when the first is idle", "c1_count", "c2_count")
		for _, e := range d.Explain() {
			if e.Problem != nil {
				t.Errorf("after that %v", e)
			}
		}
		if len(log.errs) != 1 {
			t.Errorf("reported %q, want the limit once", log.errs)
		}
		counter(3).Inc(1)
		want("when a third wants to come back", "c1_count", "c2_count")
		time.Sleep(time.Minute)
		counter(0).Inc(1)
		want("when all others are idle", "c0_count")
	})
}

// Two drivers of one registry hand a series over when it is idle in one of them.
func TestIdleSeriesIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		drivers := make([]*Driver, 2)
		counters := make([]metrics.Counter, 2)
		for i := range drivers {
			source := metrics.NewRegistry()
			counters[i] = metrics.GetOrRegisterCounter("shared", source)
			d, err := NewWithConfig(Config{
				Registry: source, FlushInterval: time.Hour, IdleAfter: time.Minute, OnError: func(error) {},
			}, registry)
			if err != nil {
				t.Fatal(err)
			}
			drivers[i] = d
		}
		flush := func() string {
			once(t, drivers[0])
			once(t, drivers[1])
			return figures(expose(t, registry))["shared_count"]
		}
		counters[0].Inc(10)
		counters[1].Inc(20)
		if got := flush(); got != "10" {
			t.Errorf("%s, want that of the first driver", got)
		}
		time.Sleep(time.Minute)
		counters[1].Inc(1)
		flush()
		if got := flush(); got != "21" {
			t.Errorf("%s, want that of the driver that is not idle", got)
		}
	})
}

func TestIdleIsExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, _, _ := newTestDriver(t, Config{IdleAfter: time.Minute})
		metrics.GetOrRegisterCounter("c", source)
		once(t, d)
		time.Sleep(time.Minute)
		once(t, d)
		if got, want := d.Explain()[0].String(), "c (counter, metrics.Counter) is idle"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
