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
	MinFloat64, MaxFloat64 float64 // the same; with their fraction of a HistogramFloat64
	Mean, StdDev, Variance float64

	// Rates are events per second, of timers only.
	Rate1, Rate5, Rate15, RateMean float64

	// Percentiles are parallel to those that ReadStatistics was given. The slice is
	// overwritten by the next call.
	Percentiles []float64

	// What was described last, to see whether it has changed:
	source      recorder
	version     uint64
	percentiles []float64
}

// current reports whether s still describes the sample of r.
func (s *Statistics) current(r recorder, version uint64, ps []float64) bool {
	return s.source == r && s.version == version && slices.Equal(s.percentiles, ps)
}

// setTotals takes over count and sum.
func (s *Statistics) setTotals(t tally) { s.Count, s.Sum = t.count, t.SumFloat64() }

// setRates takes over the rates.
func (s *Statistics) setRates(v rateValues) {
	s.Rate1, s.Rate5, s.Rate15, s.RateMean = v.Rate1(), v.Rate5(), v.Rate15(), v.RateMean()
}

// describe computes the statistics of the sample from its values.
func (s *Statistics) describe(d *distribution, ps []float64) {
	s.Min, s.Max = d.min(), d.max()
	s.MinFloat64, s.MaxFloat64 = float64(s.Min), float64(s.Max)
	s.Mean = d.mean()
	s.Variance = d.variance(s.Mean)
	s.StdDev = math.Sqrt(s.Variance)
	s.percentiles = append(s.percentiles[:0], ps...)
	s.Percentiles = s.Percentiles[:0]
	for _, p := range ps {
		s.Percentiles = append(s.Percentiles, d.percentile(p))
	}
}

// describeSample reads the statistics of a sample that isn't of this package.
func (s *Statistics) describeSample(sample Sample, ps []float64) {
	s.source = nil
	s.Min, s.Max = sample.Min(), sample.Max()
	s.MinFloat64, s.MaxFloat64 = float64(s.Min), float64(s.Max)
	s.Mean, s.StdDev, s.Variance = sample.Mean(), sample.StdDev(), sample.Variance()
	s.Percentiles = append(s.Percentiles[:0], sample.Percentiles(ps)...)
}

// clear describes a no-op.
func (s *Statistics) clear(ps []float64) {
	*s = Statistics{Percentiles: s.Percentiles[:0], percentiles: s.percentiles[:0]}
	for range ps {
		s.Percentiles = append(s.Percentiles, 0)
	}
}

// distribution is a number of values in ascending order, each with its weight.
// All methods leave it as it is; they return 0 for an empty one.
type distribution struct {
	values  []int64
	weights []float64 // parallel to values; empty if all weigh the same
	weight  float64   // the sum of weights
	squares float64   // the sum of their squares
	marks   []float64 // the sum of all weights before each multiple of markEvery
}

// markEvery is how many weights a percentile has to add up at most before it knows where
// it is.
const markEvery = 32

// even is the spread of the logarithms of weights up to which all count as equal. At
// alpha 0.015 it is that of the values of half a second.
const even = 1. / 128

// weigh completes a distribution whose weights are still logarithms. Only their
// differences matter.
func (d *distribution) weigh() {
	if len(d.weights) == 0 {
		return
	}
	lightest, heaviest := d.weights[0], d.weights[0]
	for _, w := range d.weights { // none is NaN, for which min and max would care
		if w < lightest {
			lightest = w
		} else if w > heaviest {
			heaviest = w
		}
	}
	if heaviest-lightest <= even {
		d.weights = d.weights[:0]
		return
	}
	for i, logarithm := range d.weights {
		d.weights[i] = math.Exp(logarithm - heaviest)
	}
	d.sumUp()
}

// sumUp completes a distribution whose weights have been set.
func (d *distribution) sumUp() {
	weight, squares := 0.0, 0.0
	d.marks = d.marks[:0]
	for i, w := range d.weights {
		if i%markEvery == 0 {
			d.marks = append(d.marks, weight)
		}
		weight += w
		squares += w * w
	}
	d.weight, d.squares = weight, squares
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
		return meanOf(d.values, d.min(), d.max())
	}
	// Measured from a value in the middle, so that a constant comes out as it is.
	middle := float64(d.values[len(d.values)/2])
	sum := 0.0
	for i, v := range d.values {
		sum += d.weights[i] * (float64(v) - middle)
	}
	return within(middle+sum/d.weight, d.min(), d.max())
}

// meanOf returns the mean of values in any order, the lowest and highest of which the
// caller knows.
func meanOf(values []int64, lowest, highest int64) float64 {
	if len(values) == 0 {
		return 0
	}
	return within(sumOf(values, lowest, highest)/float64(len(values)), lowest, highest)
}

// sumOf adds up values in any order, whose ends it is told: as whole numbers, in a fifth
// of the time, unless they might overflow.
func sumOf(values []int64, lowest, highest int64) float64 {
	if limit := math.MaxInt64 / int64(len(values)); lowest >= -limit && highest <= limit {
		sum := int64(0)
		for ; len(values) >= 8; values = values[8:] {
			v := (*[8]int64)(values)
			sum += v[0] + v[1] + v[2] + v[3] + v[4] + v[5] + v[6] + v[7]
		}
		for _, v := range values {
			sum += v
		}
		return float64(sum)
	}
	sum := 0.0
	for _, v := range values {
		sum += float64(v)
	}
	return sum
}

// squaresOf adds up the squares of the distances of values from their mean. It is told
// their ends: where no distance is large, it computes with whole numbers, in half the time.
func squaresOf(values []int64, mean float64, lowest, highest int64) float64 {
	const limit = 1<<30 - 1 // eight squares fit into an int64
	if mean-float64(lowest) < limit && float64(highest)-mean < limit && math.Abs(mean) < maxWhole {
		return wholeSquaresOf(values, mean)
	}
	var a, b, c, d float64 // so that an addition need not wait for the one before it
	for ; len(values) >= 4; values = values[4:] {
		v := (*[4]int64)(values)
		a += square(float64(v[0]) - mean)
		b += square(float64(v[1]) - mean)
		c += square(float64(v[2]) - mean)
		d += square(float64(v[3]) - mean)
	}
	for _, v := range values {
		a += square(float64(v) - mean)
	}
	return (a + b) + (c + d)
}

// maxWhole bounds the numbers of which a float64 tells the half.
const maxWhole = 1 << 52

// wholeSquaresOf measures from the whole number nearest to the mean, whose distance it
// takes off in the end.
func wholeSquaresOf(values []int64, mean float64) float64 {
	middle := int64(math.Round(mean))
	n, sum := float64(len(values)), 0.0
	for ; len(values) >= 8; values = values[8:] {
		v := (*[8]int64)(values)
		a, b, c, d := v[0]-middle, v[1]-middle, v[2]-middle, v[3]-middle
		e, f, g, h := v[4]-middle, v[5]-middle, v[6]-middle, v[7]-middle
		sum += float64(a*a + b*b + c*c + d*d + e*e + f*f + g*g + h*h)
	}
	for _, v := range values {
		sum += float64((v - middle) * (v - middle))
	}
	return max(sum-n*square(mean-float64(middle)), 0)
}

func square(x float64) float64 { return x * x }

// within corrects what rounding has put beyond the ends.
func within(mean float64, lowest, highest int64) float64 {
	return min(max(mean, float64(lowest)), float64(highest))
}

// variance is the population's, around the mean.
func (d *distribution) variance(mean float64) float64 {
	if len(d.values) == 0 {
		return 0
	}
	if len(d.weights) == 0 {
		return squaresOf(d.values, mean, d.min(), d.max()) / float64(len(d.values))
	}
	sum := 0.0
	for i, v := range d.values {
		sum += d.weights[i] * square(float64(v)-mean)
	}
	return sum / d.weight
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
// between weighted positions, it ignores values that weigh nothing: these would
// otherwise rule the high percentiles of a slow instrument for hours.
func (d *distribution) weightedPercentile(p float64) float64 {
	width := d.squares / d.weight // 1/n* of the weight
	to := min(max(p*(d.weight+width), width), d.weight)
	from := to - width

	mark, found := slices.BinarySearch(d.marks, from)
	if !found {
		mark = max(mark-1, 0)
	}
	i, reached := mark*markEvery, d.marks[mark]
	for i < len(d.weights)-1 && reached+d.weights[i] <= from {
		reached += d.weights[i]
		i++
	}
	lowest, highest := float64(d.values[i]), float64(d.values[i])
	sum, covered := 0.0, 0.0
	for ; i < len(d.weights) && reached < to; i++ {
		end := reached + d.weights[i]
		if overlap := min(end, to) - max(reached, from); overlap > 0 {
			highest = float64(d.values[i])
			sum += overlap * highest
			covered += overlap
		}
		reached = end
	}
	if covered == 0 {
		return lowest // a matter of rounding
	}
	return min(max(sum/covered, lowest), highest)
}
