package metrics

import (
	"math"
	"slices"
)

var (
	_ Sample   = (*SampleSnapshot)(nil)
	_ recorder = (*SampleSnapshot)(nil)
)

// SampleSnapshot is a sample as it was at one moment. It never changes: Clear
// and Update do nothing. The zero value is an empty one.
type SampleSnapshot struct {
	tally
	distribution
}

// NewSampleSnapshot returns a sample of these values, equally weighted, from a
// stream of count. The sum is that of the values. They are copied.
func NewSampleSnapshot(count int64, values []int64) *SampleSnapshot {
	s := &SampleSnapshot{distribution: equallyWeighted(values)}
	for _, v := range values {
		s.add(0, v)
	}
	s.count = count
	return s
}

// Clear does nothing.
func (s *SampleSnapshot) Clear() {}

// Update does nothing.
func (s *SampleSnapshot) Update(int64) {}

// Max returns the highest value, 0 if there is none.
func (s *SampleSnapshot) Max() int64 { return s.max() }

// Min returns the lowest value, 0 if there is none.
func (s *SampleSnapshot) Min() int64 { return s.min() }

// Mean returns the weighted mean of the values.
func (s *SampleSnapshot) Mean() float64 { return s.mean() }

// Variance returns the weighted variance of the values.
func (s *SampleSnapshot) Variance() float64 { return s.variance(s.mean()) }

// StdDev returns the weighted standard deviation of the values.
func (s *SampleSnapshot) StdDev() float64 { return math.Sqrt(s.Variance()) }

// Percentile returns the value below which the fraction p of the weight lies.
func (s *SampleSnapshot) Percentile(p float64) float64 { return s.percentile(p) }

// Percentiles returns the percentiles at ps.
func (s *SampleSnapshot) Percentiles(ps []float64) []float64 { return s.percentiles(ps) }

// Size returns the number of values.
func (s *SampleSnapshot) Size() int { return len(s.values) }

// Values returns a copy of the values, in ascending order.
func (s *SampleSnapshot) Values() []int64 { return slices.Clone(s.values) }

// Snapshot returns the snapshot itself.
func (s *SampleSnapshot) Snapshot() Sample { return s }

func (s *SampleSnapshot) record(_, t int64) int64  { return t }
func (s *SampleSnapshot) wake()                    {}
func (s *SampleSnapshot) totals() tally            { return s.tally }
func (s *SampleSnapshot) capture() (Sample, tally) { return s, s.tally }
func (s *SampleSnapshot) restart()                 {}

func (s *SampleSnapshot) statistics(to *Statistics, ps []float64) tally {
	to.source = nil
	to.describe(&s.distribution, ps)
	return s.tally
}
