package prometheusmetrics

import "math"

// figure names one number of a reading. From figurePercentile on, the n-th is
// the n-th of the configured percentiles.
type figure int

const (
	figureValue figure = iota // of a gauge, in its unit
	figureTotal               // of a counter, which counts and has no unit
	figureCount
	figureSum
	figureMin
	figureMax
	figureMean
	figureVariance
	figureStdDev
	figureRate1
	figureRate5
	figureRate15
	figureRateMean
	figurePercentile
)

// unit is how the numbers of a metric are brought to the unit they are shown
// in: divided by one number, multiplied by another. Two numbers, because
// dividing nanoseconds by 1e9 is exact where multiplying by 1e-9 is not.
type unit struct{ divisor, factor float64 }

func (u unit) apply(value float64) float64 { return value / u.divisor * u.factor }

// scaled returns the unit with a rule's scale put in. One like 0.001 is divided
// by its inverse: 9 ms are then 0.009 s and not 0.009000000000000001.
func (u unit) scaled(scale float64) unit {
	if inverse := math.Round(1 / scale); 1/inverse == scale {
		u.divisor *= inverse
	} else {
		u.factor *= scale
	}
	return u
}

// of returns the figure, in the unit if it has one: counts and rates have none,
// the variance has its square.
func (f figure) of(r *reading, u unit) float64 {
	switch f {
	case figureValue:
		return u.apply(r.value)
	case figureTotal:
		return r.value
	case figureCount:
		return float64(r.stats.Count)
	case figureSum:
		return u.apply(r.stats.Sum)
	case figureMin:
		return u.apply(float64(r.stats.Min))
	case figureMax:
		return u.apply(float64(r.stats.Max))
	case figureMean:
		return u.apply(r.stats.Mean)
	case figureVariance:
		return u.apply(u.apply(r.stats.Variance))
	case figureStdDev:
		return u.apply(r.stats.StdDev)
	case figureRate1:
		return r.stats.Rate1
	case figureRate5:
		return r.stats.Rate5
	case figureRate15:
		return r.stats.Rate15
	case figureRateMean:
		return r.stats.RateMean
	}
	if n := int(f - figurePercentile); n < len(r.stats.Percentiles) {
		return u.apply(r.stats.Percentiles[n])
	}
	return math.NaN()
}
