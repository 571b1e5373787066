package layout

import (
	"math"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

// Statistic is one number of a metric's values. From Percentile on, the n-th is the
// n-th of the configured percentiles.
type Statistic int

const (
	Value Statistic = iota // of a gauge, in its unit
	Total                  // of a counter, which counts and has no unit
	Count
	Sum
	Min
	Max
	Mean
	Variance
	StdDev
	Rate1
	Rate5
	Rate15
	RateMean
	Percentile
)

// Of returns the statistic of some values, in the unit if it has one: counts and rates have none,
// the variance has its square.
func (s Statistic) Of(v *reading.Values, u unit.Unit) float64 {
	switch s {
	case Value:
		return u.Apply(v.Value)
	case Total:
		return v.Value
	case Count:
		return float64(v.Stats.Count)
	case Sum:
		return u.Apply(v.Stats.Sum)
	case Min:
		return u.Apply(v.Stats.MinFloat64)
	case Max:
		return u.Apply(v.Stats.MaxFloat64)
	case Mean:
		return u.Apply(v.Stats.Mean)
	case Variance:
		return u.Apply(u.Apply(v.Stats.Variance))
	case StdDev:
		return u.Apply(v.Stats.StdDev)
	case Rate1:
		return v.Stats.Rate1
	case Rate5:
		return v.Stats.Rate5
	case Rate15:
		return v.Stats.Rate15
	case RateMean:
		return v.Stats.RateMean
	}
	if n := int(s - Percentile); n < len(v.Stats.Percentiles) {
		return u.Apply(v.Stats.Percentiles[n])
	}
	return math.NaN()
}
