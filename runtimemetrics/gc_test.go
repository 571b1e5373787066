package runtimemetrics

import (
	"math"
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

// Pauses are in seconds, whatever their order, and read anew when there was a collection.
func TestPauses(t *testing.T) {
	p := new(gcPauses)
	if p.present() {
		t.Error("there are pauses before any was read")
	}
	for _, test := range []struct {
		collections          int64
		pauses               []time.Duration
		count                int64
		sum, mean, deviation float64
		ends                 []float64
	}{
		{3, []time.Duration{3 * time.Second, time.Second, 2 * time.Second}, 3, 6, 2, math.Sqrt(2. / 3), []float64{1, 3}},
		{3, []time.Duration{time.Hour}, 3, 6, 2, math.Sqrt(2. / 3), []float64{1, 3}}, // not read
		{4, []time.Duration{time.Second / 2}, 4, 0.5, 0.5, 0, []float64{0.5, 0.5}},
	} {
		stats := debug.GCStats{NumGC: test.collections, Pause: test.pauses}
		for _, pause := range test.pauses {
			stats.PauseTotal += pause
		}
		p.update(&stats)
		if p.Count() != test.count || p.SumFloat64() != test.sum || p.Mean() != test.mean ||
			math.Abs(p.StdDev()-test.deviation) > 1e-9 || math.Abs(p.Variance()-test.deviation*test.deviation) > 1e-9 ||
			!slices.Equal(p.Percentiles([]float64{0, 1}), test.ends) {
			t.Errorf("%v: count %d, sum %v, mean %v, deviation %v, variance %v, ends %v", test.pauses, p.Count(), p.SumFloat64(),
				p.Mean(), p.StdDev(), p.Variance(), p.Percentiles([]float64{0, 1}))
		}
	}
}
