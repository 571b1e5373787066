package prometheusmetrics_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// A metric enters and leaves the state of being left out: it is reported each time
// it enters, and the driver's own metrics count it for as long as it lasts.
func TestProblemsComeAndGo(t *testing.T) {
	for name, test := range map[string]struct {
		register func(metrics.Registry, *gate, *bool)
		reason   string
		shown    string // the series, while there is a problem; empty if it is not shown
		healthy  string // and when there is none
	}{
		"health check that hangs": {func(r metrics.Registry, g *gate, _ *bool) {
			r.Register("h", metrics.NewHealthcheck(func(metrics.Healthcheck) { g.pass() }))
		}, "timeout", "h_healthy 0", "h_healthy 1"},
		"gauge that hangs": {func(r metrics.Registry, g *gate, _ *bool) {
			metrics.NewRegisteredFunctionalGauge("h", r, func() int64 { g.pass(); return 1 })
		}, "timeout", "", "h_gauge 1"},
		"gauge that panics": {func(r metrics.Registry, _ *gate, broken *bool) {
			metrics.NewRegisteredFunctionalGauge("h", r, func() int64 {
				if *broken {
					panic("broken")
				}
				return 1
			})
		}, "panic", "", "h_gauge 1"},
	} {
		synctest.Test(t, func(t *testing.T) {
			source := metrics.NewRegistry()
			var hang gate
			broken := false
			test.register(source, &hang, &broken)
			registry := prometheus.NewRegistry()
			d, list := newDriver(t, prometheusmetrics.Config{Registry: source, CallTimeout: time.Second,
				SelfMetrics: true}, registry)
			check := func(when, shown, leftOut string) {
				t.Helper()
				got := samples(t, registry)
				if series, value, _ := strings.Cut(shown, " "); got[series] != value {
					t.Errorf("%s, %s: %s is %q, want %s", name, when, series, got[series], value)
				}
				if test.shown == "" && shown == "" && len(got["h_gauge"]) > 0 {
					t.Errorf("%s, %s: it is shown", name, when)
				}
				flush(t, d) // the driver's own metrics are those of the flush before
				self := fmt.Sprintf("driver_left_out_metrics_gauge{reason=%q}", test.reason)
				if got := samples(t, registry)[self]; got != leftOut {
					t.Errorf("%s, %s: %s is %s, want %s", name, when, self, got, leftOut)
				}
			}
			flush(t, d)
			check("at first", test.healthy, "0")
			for round := range 4 {
				hang.close()
				broken = true
				flush(t, d)
				flush(t, d)
				check(fmt.Sprint("broken ", round), test.shown, "1")
				if reasons := list.reasons(); len(reasons) != round+1 || reasons[round] != "h: "+test.reason {
					t.Errorf("%s, round %d: reported %q", name, round, reasons)
				}
				hang.open()
				broken = false
				synctest.Wait()
				flush(t, d)
				check(fmt.Sprint("well again ", round), test.healthy, "0")
			}
		})
	}
}

// A counter that goes down is reported each time it does, not only the first.
func TestDecreasesComeAndGo(t *testing.T) {
	var value int64
	metric := &counting{&withLabels{}, &value}
	source := sourceFunc(func(visit func(string, any)) { visit("c", metric) })
	d, list := newDriver(t, prometheusmetrics.Config{Registry: source, Layout: prometheusmetrics.LayoutTyped},
		prometheus.NewRegistry())
	for _, step := range []int64{5, 7, 3, 3, 4, 9, 2, 1, 8, 8, 0} {
		value = step
		flush(t, d)
		if got := samples(t, d)["c_total"]; got != fmt.Sprint(step) {
			t.Errorf("shown %s, want %d", got, step)
		}
	}
	reasons := list.reasons()
	if len(reasons) < 3 { // 7 to 3, 9 to 2 and 8 to 0; 2 to 1 is the same fall going on
		t.Errorf("reported %q, want one for each fall", reasons)
	}
	for _, reason := range reasons {
		if reason != "c: decreased" {
			t.Errorf("reported %q", reasons)
		}
	}
}

type counting struct {
	*withLabels
	value *int64
}

func (c *counting) Count() int64 { return *c.value }

// What can't be scaled by a negative factor is refused, with an error that names
// rule and metric; gauges can.
func TestNegativeScale(t *testing.T) {
	for _, layout := range layouts {
		source := bucketRegistry()
		metrics.GetOrRegisterTimer("timer", source).Update(time.Second)
		metrics.NewRegisteredHistogram("buckets", source, metrics.NewBucketSample(0.05)).Update(5)
		metrics.GetOrRegisterGauge("gauge", source).Update(5)
		counter(source, "counter", 5)
		registry := prometheus.NewRegistry()
		d, list := newDriver(t, prometheusmetrics.Config{
			Registry: source, Layout: layout, Rules: []prometheusmetrics.Rule{{Match: "{x}", Scale: -2}},
		}, registry)
		for range 2 {
			flush(t, d)
			got := samples(t, registry)
			if got["gauge"]+got["gauge_gauge"] != "-10" || got["counter_total"]+got["counter_count"] != "5" || len(got) != 2 {
				t.Errorf("%v: shown %v", layout, got)
			}
		}
		var named []string
		for _, err := range list.errs {
			var problem *prometheusmetrics.MetricError
			if !errors.As(err, &problem) || !strings.Contains(err.Error(), `"{x}"`) || !strings.Contains(err.Error(), "-2") {
				t.Errorf("%v: reported %v", layout, err)
				continue
			}
			named = append(named, problem.Name)
		}
		slices.Sort(named)
		if !slices.Equal(named, []string{"buckets", "timer"}) {
			t.Errorf("%v: reported %q", layout, named)
		}
	}
}

// nanGauge is a gauge by value that is not equal to itself.
type nanGauge float64

func (g nanGauge) Value() float64 { return float64(g) }

// A gauge by value that is NaN is the same metric in each flush.
func TestGaugeByValueThatIsNaN(t *testing.T) {
	describes := 0
	registry := metrics.NewRegistry()
	source := describing{registry, func() { describes++ }}
	both := describedFunc{source, sourceFunc(func(visit func(string, any)) {
		visit("nan", nanGauge(math.NaN()))
		visit("pair", [1]nanPair{{math.NaN()}})
	})}
	d, list := newDriver(t, prometheusmetrics.Config{Registry: both}, prometheus.NewRegistry())
	flush(t, d)
	first := describes
	for range 10 {
		flush(t, d)
		if got := samples(t, d); got["nan_gauge"] != "NaN" {
			t.Errorf("shown %v", got)
		}
	}
	if describes != first {
		t.Errorf("it was made anew %d times", describes-first)
	}
	if reasons := list.reasons(); !slices.Equal(reasons, []string{"pair: unsupported"}) {
		t.Errorf("reported %q", reasons)
	}
}

type nanPair struct{ float64 }

type describedFunc struct {
	describing
	each sourceFunc
}

func (d describedFunc) Each(visit func(string, any)) { d.each(visit) }

// Gauges by value change without being new metrics: the value is part of what the
// source hands out.
func TestGaugeByValue(t *testing.T) {
	value := 0.0
	source := sourceFunc(func(visit func(string, any)) { visit("g", nanGauge(value)) })
	d, list := newDriver(t, prometheusmetrics.Config{Registry: source}, prometheus.NewRegistry())
	for i := range 5 {
		value = float64(i)
		flush(t, d)
		if got := samples(t, d)["g_gauge"]; got != fmt.Sprint(i) {
			t.Errorf("shown %s, want %d", got, i)
		}
	}
	if reasons := list.reasons(); len(reasons) > 0 {
		t.Errorf("reported %q", reasons)
	}
}
