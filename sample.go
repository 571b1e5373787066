package metrics

import (
	"math"
	"slices"
)

// Sample is what a Histogram or Timer computes its statistics from: a selection
// of the values recorded. It is an interface so that users can bring their own,
// which may embed one of this package and override a method. A Histogram then keeps
// count and sum by itself, unless the sample embeds one of this package, whose own
// are exact.
type Sample interface {
	Clear()
	Count() int64 // values recorded since the start
	Max() int64   // of the values in the sample, as all that follow
	Mean() float64
	Min() int64
	Percentile(p float64) float64 // p from 0 to 1
	Percentiles(ps []float64) []float64
	Size() int        // values in the sample
	Snapshot() Sample // a copy that doesn't change
	StdDev() float64
	Sum() int64 // of all values since the start
	Update(value int64)
	Values() []int64 // a copy of the values in the sample
	Variance() float64
}

// recorder is what a Histogram or Timer asks of its sample beyond Sample. The
// samples of this package implement it, foreignSample does it for all others.
type recorder interface {
	// record samples v. The time t is unknown, or that of the clock; the result
	// is t, or the time if record read the clock, or unknown.
	record(v, t int64) int64
	// wake makes the next record read the clock.
	wake()
	// totals returns count and sum since the start, as of one moment.
	totals() tally
	// capture returns a snapshot, and the count and sum that belong to it.
	capture() (Sample, tally)
	// statistics fills in the statistics of the sample, and returns count and sum.
	statistics(s *Statistics, ps []float64) tally
	// restart forgets everything.
	restart()
}

var (
	_ Sample   = (*ExpDecaySample)(nil)
	_ Sample   = (*UniformSample)(nil)
	_ recorder = (*reservoir)(nil)
)

// ExpDecaySample prefers recent values: the weight of a value halves with each
// ln(2)/alpha seconds of its age, in the choice of the sample and in the
// statistics. It is made with NewExpDecaySample.
//
// Count and Sum are exact totals since the start; everything else describes the
// values in the sample. An update allocates nothing; once the sample is full, and more
// than size·alpha values come per second, most neither take a lock nor read the
// clock. All methods may be called concurrently.
type ExpDecaySample struct{ reservoir }

// NewExpDecaySample returns a sample of up to size values. Common are 1028 values
// with an alpha of 0.015, which makes the last five minutes count; a size that
// isn't positive, or an alpha that is negative, infinite or NaN, is replaced by
// these. Memory grows with use, to 18 bytes per value.
func NewExpDecaySample(size int, alpha float64) Sample {
	if UseNilMetrics {
		return new(SampleSnapshot)
	}
	s := new(ExpDecaySample)
	s.open(size, alpha)
	return s
}

// UniformSample gives every value since the start the same chance to be in the sample.
// It is made with NewUniformSample. What is said of ExpDecaySample holds here
// too, but statistics of a UniformSample hardly move after some hours.
type UniformSample struct{ reservoir }

// NewUniformSample returns a sample of up to size values; 1028 if size isn't
// positive. Memory grows with use, to 18 bytes per value.
func NewUniformSample(size int) Sample {
	if UseNilMetrics {
		return new(SampleSnapshot)
	}
	s := new(UniformSample)
	s.open(size, 0)
	return s
}

// Update records a value.
func (r *reservoir) Update(value int64) { r.update(value) }

// Clear forgets all values, count and sum included. An update that runs at the
// same time may be cleared in part.
func (r *reservoir) Clear() { r.restart() }

// Count returns how many values were recorded since the start.
func (r *reservoir) Count() int64 { return r.total.read().Count() }

// Sum returns the sum of all values since the start, clamped to the range of int64.
func (r *reservoir) Sum() int64 { return r.total.read().Sum() }

// Size returns how many values are in the sample.
func (r *reservoir) Size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.members.count()
}

// Values returns a copy of the sample, in ascending order.
func (r *reservoir) Values() []int64 {
	var values []int64
	r.with(func(d *distribution) { values = slices.Clone(d.values) })
	return values
}

// Max returns the highest value in the sample, 0 if there is none.
func (r *reservoir) Max() (v int64) {
	r.with(func(d *distribution) { v = d.max() })
	return v
}

// Min returns the lowest value in the sample, 0 if there is none.
func (r *reservoir) Min() (v int64) {
	r.with(func(d *distribution) { v = d.min() })
	return v
}

// Mean returns the weighted mean of the sample.
func (r *reservoir) Mean() (mean float64) {
	r.with(func(d *distribution) { mean = d.mean() })
	return mean
}

// Variance returns the weighted variance of the sample.
func (r *reservoir) Variance() (variance float64) {
	r.with(func(d *distribution) { variance = d.variance(d.mean()) })
	return variance
}

// StdDev returns the weighted standard deviation of the sample.
func (r *reservoir) StdDev() float64 { return math.Sqrt(r.Variance()) }

// Percentile returns the value below which the fraction p of the weight lies.
func (r *reservoir) Percentile(p float64) (v float64) {
	r.with(func(d *distribution) { v = d.percentile(p) })
	return v
}

// Percentiles returns the percentiles at ps, all of one moment.
func (r *reservoir) Percentiles(ps []float64) (vs []float64) {
	r.with(func(d *distribution) { vs = d.percentiles(ps) })
	return vs
}

// Snapshot returns a *SampleSnapshot of the sample as it is now.
func (r *reservoir) Snapshot() Sample {
	s, _ := r.capture()
	return s
}
