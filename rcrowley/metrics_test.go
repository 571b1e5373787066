package rcrowley_test

import (
	"fmt"
	"log/slog"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/rcrowley"
)

// Conflicts are logged, and many tests make some.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// newPair returns an adapter and the registry that it shows.
func newPair(options ...metrics.Option) (gometrics.Registry, metrics.Registry) {
	base := metrics.NewRegistry(options...)
	return rcrowley.NewRegistry(base), base
}

// instrument returns what an exporter gets to see behind a metric.
func instrument(metric any) any {
	if m, ok := metric.(interface{ Instrument() any }); ok {
		return m.Instrument()
	}
	return nil
}

// A kind is a type of metrics of rcrowley's, with all that tests do with it.
type kind struct {
	name        string
	constructor any        // what rcrowley's GetOrRegister functions pass, or would
	instance    func() any // a metric that the library made itself
	is          func(metric any) bool
	update      func(metric any, n int64)
	values      func(metric any) []float64
}

func distribution(s interface {
	Count() int64
	Sum() int64
	Min() int64
	Max() int64
	Mean() float64
	StdDev() float64
	Percentile(float64) float64
}) []float64 {
	return []float64{
		float64(s.Count()), float64(s.Sum()), float64(s.Min()), float64(s.Max()),
		s.Mean(), s.StdDev(), s.Percentile(0.5), s.Percentile(1),
	}
}

var kinds = []kind{
	{
		name: "Counter", constructor: gometrics.NewCounter,
		instance: func() any { return gometrics.NewCounter() },
		is:       func(m any) bool { _, ok := m.(gometrics.Counter); return ok },
		update:   func(m any, n int64) { m.(gometrics.Counter).Inc(n) },
		values:   func(m any) []float64 { return []float64{float64(m.(gometrics.Counter).Count())} },
	},
	{
		name: "Gauge", constructor: gometrics.NewGauge,
		instance: func() any { return gometrics.NewGauge() },
		is:       func(m any) bool { _, ok := m.(gometrics.Gauge); return ok },
		update:   func(m any, n int64) { m.(gometrics.Gauge).Update(n) },
		values:   func(m any) []float64 { return []float64{float64(m.(gometrics.Gauge).Value())} },
	},
	{
		name: "GaugeFloat64", constructor: gometrics.NewGaugeFloat64,
		instance: func() any { return gometrics.NewGaugeFloat64() },
		is:       func(m any) bool { _, ok := m.(gometrics.GaugeFloat64); return ok },
		update:   func(m any, n int64) { m.(gometrics.GaugeFloat64).Update(float64(n) / 4) },
		values:   func(m any) []float64 { return []float64{m.(gometrics.GaugeFloat64).Value()} },
	},
	{
		name: "Histogram", constructor: newHistogram,
		instance: func() any { return newHistogram() },
		is:       func(m any) bool { _, ok := m.(gometrics.Histogram); return ok },
		update:   func(m any, n int64) { m.(gometrics.Histogram).Update(n) },
		values:   func(m any) []float64 { return distribution(m.(gometrics.Histogram)) },
	},
	{
		name: "Meter", constructor: gometrics.NewMeter,
		instance: func() any { return gometrics.NewMeter() },
		is:       func(m any) bool { _, ok := m.(gometrics.Meter); return ok },
		update:   func(m any, n int64) { m.(gometrics.Meter).Mark(n) },
		values:   func(m any) []float64 { return []float64{float64(m.(gometrics.Meter).Count())} },
	},
	{
		name: "Timer", constructor: gometrics.NewTimer,
		instance: func() any { return gometrics.NewTimer() },
		is:       func(m any) bool { _, ok := m.(gometrics.Timer); return ok },
		update:   func(m any, n int64) { m.(gometrics.Timer).Update(time.Duration(n)) },
		values:   func(m any) []float64 { return distribution(m.(gometrics.Timer)) },
	},
	{
		name: "Healthcheck", constructor: newHealthcheck,
		instance: func() any { return newHealthcheck() },
		is:       func(m any) bool { _, ok := m.(gometrics.Healthcheck); return ok },
		update:   func(any, int64) {},
		values: func(m any) []float64 {
			if m.(gometrics.Healthcheck).Error() != nil {
				return []float64{0}
			}
			return []float64{1}
		},
	},
}

// newHealthcheck makes one that is healthy until it has been checked.
func newHealthcheck() gometrics.Healthcheck {
	return gometrics.NewHealthcheck(func(h gometrics.Healthcheck) { h.Unhealthy(os.ErrClosed) })
}

// kindOf returns the kind of a metric, nil if it is none. A reporter's type
// switch finds the very same, whatever the order of its cases: that no metric is
// of two kinds is checked here.
func kindOf(t *testing.T, metric any) *kind {
	t.Helper()
	var found *kind
	for i := range kinds {
		if kinds[i].is(metric) {
			if found != nil {
				t.Errorf("%T is a %s and a %s", metric, found.name, kinds[i].name)
			}
			found = &kinds[i]
		}
	}
	return found
}

// same compares values, apart from rounding.
func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(a, b float64) bool {
		return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
	})
}

// describe writes what is said of a metric.
func describe(t *testing.T, metric any) string {
	t.Helper()
	k := kindOf(t, metric)
	if k == nil {
		return fmt.Sprint(metric)
	}
	return fmt.Sprintf("%s%v", k.name, k.values(metric))
}
