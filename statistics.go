package metrics

import (
	"math"
	"slices"
	"sync"
)

// Statistics is filled by ReadStatistics. Pass the same one again, with the same
// percentiles, and nothing is allocated, and what has not changed since is not
// computed again. The zero value is ready for use; one Statistics must not be
// filled by two goroutines at once.
type Statistics struct {
	// Count and Sum are totals since the start, read as of one moment.
	Count int64
	Sum   float64

	// The following describe the current sample, and are 0 if it is empty.
	// Variance and StdDev are the population's.
	Min, Max               int64
	Mean, StdDev, Variance float64

	// Rates are events per second, of timers only.
	Rate1, Rate5, Rate15, RateMean float64

	// Percentiles are the answers, parallel to what was asked for. The slice is
	// overwritten by the next call.
	Percentiles []float64

	source  recorder  // where the figures come from,
	version uint64    // as of which change,
	asked   []float64 // and for which percentiles
}

// current tells whether the figures of the sample are still those of r.
func (s *Statistics) current(r recorder, version uint64, ps []float64) bool {
	return s.source == r && s.version == version && slices.Equal(s.asked, ps)
}

// setTotals takes over count and sum.
func (s *Statistics) setTotals(t tally) { s.Count, s.Sum = t.count, t.SumFloat64() }

// setRates takes over the rates.
func (s *Statistics) setRates(f rateFigures) {
	s.Rate1, s.Rate5, s.Rate15, s.RateMean = f.one, f.five, f.fifteen, f.mean
}

// describe computes the figures of the sample from its values.
func (s *Statistics) describe(d *distribution, ps []float64) {
	s.Min, s.Max = d.min(), d.max()
	s.Mean = d.mean()
	s.Variance = d.variance(s.Mean)
	s.StdDev = math.Sqrt(s.Variance)
	s.asked = append(s.asked[:0], ps...)
	s.Percentiles = s.Percentiles[:0]
	for _, p := range ps {
		s.Percentiles = append(s.Percentiles, d.percentile(p))
	}
}

// describeSample asks a sample that isn't of this package for its figures.
func (s *Statistics) describeSample(sample Sample, ps []float64) {
	s.source = nil
	s.Min, s.Max = sample.Min(), sample.Max()
	s.Mean, s.StdDev, s.Variance = sample.Mean(), sample.StdDev(), sample.Variance()
	s.Percentiles = append(s.Percentiles[:0], sample.Percentiles(ps)...)
}

// clear shows what there is to see of a no-op.
func (s *Statistics) clear(ps []float64) {
	*s = Statistics{Percentiles: s.Percentiles[:0], asked: s.asked[:0]}
	for range ps {
		s.Percentiles = append(s.Percentiles, 0)
	}
}

// distribution is a number of values in ascending order, each with its weight.
// All methods leave it as it is; they return 0 for an empty one.
type distribution struct {
	values  []int64
	weights []float64 // parallel to values; empty if all weigh the same
}

// scratch keeps distributions that are needed only while a result is computed.
var scratch = sync.Pool{New: func() any { return new(distribution) }}

// equallyWeighted sorts a copy of the values.
func equallyWeighted(values []int64) distribution {
	values = slices.Clone(values)
	slices.Sort(values)
	return distribution{values: values}
}

func (d *distribution) min() int64 {
	if len(d.values) == 0 {
		return 0
	}
	return d.values[0]
}

func (d *distribution) max() int64 {
	if len(d.values) == 0 {
		return 0
	}
	return d.values[len(d.values)-1]
}

func (d *distribution) mean() float64 {
	if len(d.values) == 0 {
		return 0
	}
	if len(d.weights) == 0 {
		sum := 0.0
		for _, v := range d.values {
			sum += float64(v)
		}
		return sum / float64(len(d.values))
	}
	// Measured from a value in the middle, so that a constant comes out as it is.
	middle := float64(d.values[len(d.values)/2])
	sum, weight := 0.0, 0.0
	for i, v := range d.values {
		sum += d.weights[i] * (float64(v) - middle)
		weight += d.weights[i]
	}
	return middle + sum/weight
}

// variance is the population's, around the mean.
func (d *distribution) variance(mean float64) float64 {
	if len(d.values) == 0 {
		return 0
	}
	sum, weight := 0.0, float64(len(d.values))
	if len(d.weights) == 0 {
		for _, v := range d.values {
			distance := float64(v) - mean
			sum += distance * distance
		}
		return sum / weight
	}
	weight = 0
	for i, v := range d.values {
		distance := float64(v) - mean
		sum += d.weights[i] * distance * distance
		weight += d.weights[i]
	}
	return sum / weight
}

// percentile returns the value below which the fraction p of the weight lies: 0
// or less gives the lowest value, 1 or more the highest, NaN gives NaN.
//
// Equally weighted, it is at position p·(n+1), linear between neighbours, and
// clamped to the ends (type 6 of Hyndman and Fan, Sample Quantiles in
// Statistical Packages, 1996).
func (d *distribution) percentile(p float64) float64 {
	switch {
	case len(d.values) == 0:
		return 0
	case math.IsNaN(p):
		return p
	case len(d.weights) != 0:
		return d.weightedPercentile(p)
	}
	position := p * float64(len(d.values)+1)
	if !(position > 1) {
		return float64(d.values[0])
	}
	if position >= float64(len(d.values)) {
		return float64(d.values[len(d.values)-1])
	}
	below, fraction := math.Modf(position)
	lower, upper := float64(d.values[int(below)-1]), float64(d.values[int(below)])
	return lower + fraction*(upper-lower)
}

// percentiles returns the percentile at each of ps.
func (d *distribution) percentiles(ps []float64) []float64 {
	vs := make([]float64, len(ps))
	for i, p := range ps {
		vs[i] = d.percentile(p)
	}
	return vs
}

// weightedPercentile is the same for unequal weights, after Akinshin, Weighted
// quantile estimators, 2023 (arXiv 2304.07265). With the effective number of
// values n* = (Σw)²/Σw², the result is the mean of the quantile function over the
// n*th part of the weight that ends at p·(n*+1)/n*. For equal weights this is the
// same position between the same two neighbours. Unlike an interpolation
// between weighted positions, it does not hear of values that weigh nothing:
// these would otherwise rule the high percentiles of a slow instrument for hours.
func (d *distribution) weightedPercentile(p float64) float64 {
	weight, squares := 0.0, 0.0
	for _, w := range d.weights {
		weight += w
		squares += w * w
	}
	width := squares / weight // 1/n* of the weight
	to := min(max(p*(weight+width), width), weight)
	from := to - width

	sum, covered, reached := 0.0, 0.0, 0.0
	first, last := 0, len(d.values)-1
	for i, w := range d.weights {
		overlap := min(reached+w, to) - max(reached, from)
		reached += w
		if overlap <= 0 {
			continue
		}
		if covered == 0 {
			first = i
		}
		last = i
		covered += overlap
		sum += overlap * float64(d.values[i])
		if reached >= to {
			break
		}
	}
	if covered == 0 { // rounding left nothing under the very end
		return float64(d.values[last])
	}
	return min(max(sum/covered, float64(d.values[first])), float64(d.values[last]))
}
