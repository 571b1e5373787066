package metrics

import (
	"math"
	"slices"
)

// SampleMax returns the highest of the values, 0 if there is none.
func SampleMax(values []int64) int64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Max(values)
}

// SampleMin returns the lowest of the values, 0 if there is none.
func SampleMin(values []int64) int64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Min(values)
}

// SampleMean returns the mean of the values, 0 if there is none.
func SampleMean(values []int64) float64 {
	return meanOf(values, SampleMin(values), SampleMax(values))
}

// SamplePercentile returns the percentile p, from 0 to 1, of the values in any
// order, which is left as it is: see SamplePercentiles.
func SamplePercentile(values []int64, p float64) float64 {
	d := equallyWeighted(values)
	return d.percentile(p)
}

// SamplePercentiles returns the percentiles ps, from 0 to 1, of the values in any
// order, which is left as it is. That of p lies at position p·(n+1) among the n
// values in ascending order, linear between neighbours, and clamped to the
// ends. Without values it is 0.
func SamplePercentiles(values []int64, ps []float64) []float64 {
	d := equallyWeighted(values)
	return d.percentiles(ps)
}

// SampleStdDev returns the population's standard deviation of the values.
func SampleStdDev(values []int64) float64 { return math.Sqrt(SampleVariance(values)) }

// SampleSum returns the sum of the values, clamped to the range of int64.
func SampleSum(values []int64) int64 {
	var t tally
	for _, v := range values {
		t.add(1, v)
	}
	return t.Sum()
}

// SampleVariance returns the population's variance of the values.
func SampleVariance(values []int64) float64 {
	if len(values) == 0 {
		return 0
	}
	lowest, highest := SampleMin(values), SampleMax(values)
	return squaresOf(values, meanOf(values, lowest, highest), lowest, highest) / float64(len(values))
}
