package metrics

import "math"

// Order statistics are computed as if the values of a bucket lay evenly spaced in
// it: the j-th of c at (j-1/2)/c of its width. Both that and the true value are
// among the integers of the bucket, so they differ by less than its width,
// which is less than the relative error of either.

// Size returns the number of buckets in use.
func (s *BucketSnapshot) Size() int { return len(s.buckets) }

// Values returns the middle of each bucket in use, in ascending order. They stand
// for different numbers of values, so don't compute statistics of them.
func (s *BucketSnapshot) Values() []int64 {
	values := make([]int64, 0, len(s.buckets))
	for _, b := range s.buckets {
		low, high := s.scheme.Limits(b.position)
		values = append(values, toInt64(low+(high-low)/2))
	}
	return values
}

// Min returns the lowest value to within the relative error, 0 if there is none.
func (s *BucketSnapshot) Min() int64 { return toInt64(s.MinFloat64()) }

// Max returns the highest value to within the relative error, 0 if there is none.
func (s *BucketSnapshot) Max() int64 { return toInt64(s.MaxFloat64()) }

// MinFloat64 is Min with its fraction, which values of a HistogramFloat64 have.
func (s *BucketSnapshot) MinFloat64() float64 { return s.Percentile(0) }

// MaxFloat64 is Max with its fraction, which values of a HistogramFloat64 have.
func (s *BucketSnapshot) MaxFloat64() float64 { return s.Percentile(1) }

// Mean returns the exact mean of the values, 0 if there is none.
func (s *BucketSnapshot) Mean() float64 {
	if s.count == 0 {
		return 0
	}
	return s.SumFloat64() / float64(s.count)
}

// StdDev returns the population's standard deviation of the values, 0 if there
// is none. It differs from the exact one by no more than the relative error of
// the root mean square: values that lie closer together than buckets are wide
// look the same.
func (s *BucketSnapshot) StdDev() float64 { return math.Sqrt(s.Variance()) }

// Variance returns the square of StdDev.
func (s *BucketSnapshot) Variance() float64 {
	if s.count == 0 {
		return 0
	}
	n, mean := float64(s.count), 0.0
	for _, b := range s.buckets {
		low, high := s.scheme.Limits(b.position)
		mean += float64(b.count) / n * (low/2 + high/2)
	}
	variance := 0.0
	for _, b := range s.buckets {
		low, high := s.scheme.Limits(b.position)
		count, width, distance := float64(b.count), high-low, low/2+high/2-mean
		within := width * width / 12 * (1 - 1/(count*count)) // of evenly spaced values
		variance += count / n * (distance*distance + within)
	}
	return variance
}

// Percentile returns the value below which the fraction p of the values lies, 0
// if there is none. As with SamplePercentiles, it is at position p·(n+1), linear
// between neighbours. It is within the relative error of the exact result; only
// where it falls between a negative and a positive neighbour, the error is
// that of the one farther from zero.
func (s *BucketSnapshot) Percentile(p float64) float64 {
	switch {
	case s.count == 0:
		return 0
	case math.IsNaN(p):
		return p
	}
	position := p * float64(s.count+1)
	if !(position > 1) {
		return s.value(1)
	}
	if position >= float64(s.count) {
		return s.value(uint64(s.count))
	}
	below, fraction := math.Modf(position)
	lower, upper := s.value(uint64(below)), s.value(uint64(below)+1)
	return lower + fraction*(upper-lower)
}

// Percentiles returns the percentiles at ps.
func (s *BucketSnapshot) Percentiles(ps []float64) []float64 {
	vs := make([]float64, len(ps))
	for i, p := range ps {
		vs[i] = s.Percentile(p)
	}
	return vs
}

// value estimates the value of a rank, from 1 to the count. The lowest is not
// above the mean, and the highest not below, so that a single one is exact.
func (s *BucketSnapshot) value(rank uint64) float64 {
	within := rank
	for _, b := range s.buckets {
		if within > b.count {
			within -= b.count
			continue
		}
		low, high := s.scheme.Limits(b.position)
		v := low + (high-low)*((float64(within)-0.5)/float64(b.count))
		if rank == 1 {
			v = min(v, s.Mean())
		}
		if rank == uint64(s.count) {
			v = max(v, s.Mean())
		}
		return min(max(v, low), high)
	}
	return 0
}

// describe computes the part of Statistics that describes the sample.
func (s *BucketSnapshot) describe(to *Statistics, ps []float64) {
	to.Min, to.Max, to.Mean = s.Min(), s.Max(), s.Mean()
	to.MinFloat64, to.MaxFloat64 = s.MinFloat64(), s.MaxFloat64()
	to.Variance = s.Variance()
	to.StdDev = math.Sqrt(to.Variance)
	to.percentiles = append(to.percentiles[:0], ps...)
	to.Percentiles = to.Percentiles[:0]
	for _, p := range ps {
		to.Percentiles = append(to.Percentiles, s.Percentile(p))
	}
}

// toInt64 rounds to the nearest integer within the range of int64.
func toInt64(v float64) int64 {
	switch { // converting would overflow
	case v >= math.MaxInt64:
		return math.MaxInt64
	case v <= math.MinInt64:
		return math.MinInt64
	}
	return int64(math.Round(v))
}
