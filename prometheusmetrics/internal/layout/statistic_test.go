package layout

import (
	"math"
	"testing"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

// TestStatistics: each is its own, and those that have a unit are in it.
func TestStatistics(t *testing.T) {
	v := &reading.Values{Value: 8, Stats: &metrics.Statistics{
		Count: 10, Sum: 12, MinFloat64: 14, MaxFloat64: 16, Mean: 18, Variance: 20, StdDev: 22,
		Rate1: 24, Rate5: 26, Rate15: 28, RateMean: 30, Percentiles: []float64{32, 34},
	}}
	half := unit.Unit{Divisor: 2, Factor: 1}
	for statistic, want := range map[Statistic]float64{
		Value: 4, Total: 8, Count: 10, Sum: 6, Min: 7, Max: 8, Mean: 9, Variance: 5, StdDev: 11,
		Rate1: 24, Rate5: 26, Rate15: 28, RateMean: 30, Percentile: 16, Percentile + 1: 17,
	} {
		if got := statistic.Of(v, half); got != want {
			t.Errorf("statistic %d is %v, want %v", statistic, got, want)
		}
	}
	if got := (Percentile + 2).Of(v, half); !math.IsNaN(got) {
		t.Errorf("a percentile that was not read is %v", got)
	}
}
