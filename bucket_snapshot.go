package metrics

import (
	"cmp"
	"slices"

	"github.com/go-metrics-plus/metrics/internal/buckets"
)

// BucketSnapshot is what a BucketSample had counted at one moment, or the sum or
// difference of such snapshots. The Sample of a snapshot of a Histogram or Timer
// that has a BucketSample is one:
//
//	buckets, ok := timer.Snapshot().Sample().(*metrics.BucketSnapshot)
//
// It is a Sample: Clear and Update do nothing. Its count is that of its buckets,
// and its sum is of exactly the values counted. That of a HistogramFloat64 holds
// floats: what is int64 is rounded then, and SumFloat64, MinFloat64, MaxFloat64 and
// the percentiles say it all. It doesn't change unless it is
// passed to ReadBuckets, and may be read concurrently. The zero value is an empty
// one.
type BucketSnapshot struct {
	tally            // of floats, the count alone
	sum      float64 // of floats
	scheme   *buckets.Scheme
	buckets  []bucketCount // ascending
	restarts uint64        // how often it was cleared
	examples *exemplarList
}

// bucketCount is a bucket that is not empty.
type bucketCount struct {
	position int
	count    uint64
}

var (
	_ Sample   = (*BucketSnapshot)(nil)
	_ recorder = (*BucketSnapshot)(nil)
)

// plainScheme is what snapshots have that were made without a sample.
func plainScheme() *buckets.Scheme { return buckets.SpecOf(buckets.DefaultError, nil).Plain() }

// rescheme makes the snapshot one of a scheme; if it is another, it is empty then.
func (s *BucketSnapshot) rescheme(to *buckets.Scheme, changed *bool) {
	if s.scheme != to {
		s.scheme, s.buckets = to, s.buckets[:0]
		*changed = true
	}
}

// copy makes s a copy of another snapshot, and reports whether it was another before.
func (s *BucketSnapshot) copy(other *BucketSnapshot) bool {
	if s.scheme == other.scheme && s.tally == other.tally && s.sum == other.sum && s.restarts == other.restarts &&
		s.examples == other.examples && slices.Equal(s.buckets, other.buckets) {
		return false
	}
	buckets := append(s.buckets[:0], other.buckets...)
	*s = *other
	s.buckets = buckets
	return true
}

// Merge returns the counts of both snapshots together, such as those of one timer
// for each of several backends. Count and Sum are exact. If the other one has
// other buckets than s, because error, bounds or unit differ, its values are
// counted at the middle of their buckets, and relative errors add up. Nil counts
// as empty.
func (s *BucketSnapshot) Merge(other *BucketSnapshot) *BucketSnapshot {
	merged := new(BucketSnapshot)
	switch {
	case other == nil || other.scheme == nil:
		merged.copy(s)
		return merged
	case s.scheme == nil:
		merged.copy(other)
		return merged
	}
	merged.scheme = s.scheme
	merged.restarts = s.restarts + other.restarts
	merged.examples = s.examples.merge(other.examples)
	merged.tally, merged.sum = s.tally, s.sum
	merged.addTotals(other)
	merged.buckets = mergeBuckets(s.buckets, other.in(s.scheme))
	return merged
}

// addTotals adds count and sum of another snapshot, in the type that s has them in.
func (s *BucketSnapshot) addTotals(other *BucketSnapshot) {
	switch {
	case s.scheme.Float():
		s.count += other.count
		s.sum += other.SumFloat64()
	case other.scheme.Float():
		s.add(other.count, toInt64(other.sum))
	default:
		s.merge(other.tally)
	}
}

// Sum returns the sum of all values counted, or the end of the int64 range that it
// went beyond.
func (s *BucketSnapshot) Sum() int64 {
	if s.isFloat() {
		return toInt64(s.sum)
	}
	return s.tally.Sum()
}

// SumFloat64 returns the sum of all values counted, to the precision of a float64.
func (s *BucketSnapshot) SumFloat64() float64 {
	if s.isFloat() {
		return s.sum
	}
	return s.tally.SumFloat64()
}

func (s *BucketSnapshot) isFloat() bool { return s.scheme != nil && s.scheme.Float() }

// Sub returns what was counted between an earlier snapshot and s. Nothing is ever
// negative: if the earlier one can't be an earlier state of s, since the buckets
// are others or one of them held more, the instrument was cleared or replaced
// in between, and the result is all of s. Nil counts as empty.
func (s *BucketSnapshot) Sub(earlier *BucketSnapshot) *BucketSnapshot {
	rest := new(BucketSnapshot)
	s.SubInto(rest, earlier)
	return rest
}

// SubInto is Sub whose result takes the place of what into held, for those who
// subtract over and over: it allocates only when more buckets come into use. No one
// else may use into at the same time, and into is neither s nor earlier.
func (s *BucketSnapshot) SubInto(into, earlier *BucketSnapshot) {
	into.scheme, into.restarts, into.examples = s.scheme, s.restarts, s.examples
	into.buckets = slices.Grow(into.buckets[:0], len(s.buckets))
	if earlier == nil || !into.subtract(s, earlier) {
		into.tally, into.sum, into.buckets = s.tally, s.sum, append(into.buckets[:0], s.buckets...)
	}
}

// subtract fills s with later minus earlier. It is not ok if it can't be.
func (s *BucketSnapshot) subtract(later, earlier *BucketSnapshot) (ok bool) {
	if earlier.scheme != later.scheme || earlier.restarts != later.restarts {
		return false
	}
	before := earlier.buckets
	for _, b := range later.buckets {
		if len(before) > 0 && before[0].position == b.position {
			if before[0].count > b.count {
				return false
			}
			b.count -= before[0].count
			before = before[1:]
		}
		if b.count > 0 {
			s.buckets = append(s.buckets, b)
		}
	}
	s.tally = later.tally
	s.count -= earlier.count
	s.addSum(earlier.high, earlier.low, true)
	s.sum = later.sum - earlier.sum
	if len(s.buckets) == 0 {
		s.sum = 0
	} else if s.buckets[0].position >= 0 {
		s.sum = max(s.sum, 0) // whatever rounding has done
	}
	return len(before) == 0
}

// in returns the counts by the buckets of another scheme.
func (s *BucketSnapshot) in(to *buckets.Scheme) []bucketCount {
	if s.scheme == to {
		return s.buckets
	}
	moved := make([]bucketCount, 0, len(s.buckets))
	for _, b := range s.buckets {
		low, high := s.scheme.Limits(b.position)
		position := to.PositionFloat(low + (high-low)/2)
		if last := len(moved) - 1; last >= 0 && moved[last].position == position {
			moved[last].count += b.count
		} else {
			moved = append(moved, bucketCount{position, b.count})
		}
	}
	return moved
}

// mergeBuckets adds up two ascending lists.
func mergeBuckets(a, b []bucketCount) []bucketCount {
	merged := make([]bucketCount, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch cmp.Compare(a[0].position, b[0].position) {
		case -1:
			merged, a = append(merged, a[0]), a[1:]
		case 1:
			merged, b = append(merged, b[0]), b[1:]
		default:
			merged = append(merged, bucketCount{a[0].position, a[0].count + b[0].count})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// Clear does nothing.
func (s *BucketSnapshot) Clear() {}

// Update does nothing.
func (s *BucketSnapshot) Update(int64) {}

// Snapshot returns the snapshot itself.
func (s *BucketSnapshot) Snapshot() Sample { return s }

func (s *BucketSnapshot) record(_, t int64) int64  { return t }
func (s *BucketSnapshot) wake()                    {}
func (s *BucketSnapshot) totals() tally            { return s.tally }
func (s *BucketSnapshot) capture() (Sample, tally) { return s, s.tally }
func (s *BucketSnapshot) restart()                 {}

func (s *BucketSnapshot) statistics(to *Statistics, ps []float64) tally {
	to.source = nil
	s.describe(to, ps)
	return s.tally
}

// ReadBuckets refreshes into with what the histogram has counted, and reports
// whether anything has changed since it was last refreshed. It is not ok, and
// into is left alone, unless the histogram has a BucketSample. Use it instead of
// Snapshot to read many histograms over and over: it allocates only when buckets
// come into use. No one else may use into at the same time.
func (h Histogram) ReadBuckets(into *BucketSnapshot) (changed, ok bool) {
	if h.state == nil || into == nil {
		return false, false
	}
	switch sample := h.state.recorder.(type) {
	case *BucketSample:
		sample.wake()
		changed = sample.read(into)
	case *BucketSnapshot:
		return into.copy(sample), true
	default:
		return false, false
	}
	return h.state.exemplars.refresh(&into.examples) || changed, true
}

// ReadBuckets refreshes into with what the timer has counted, in nanoseconds: see
// Histogram.ReadBuckets.
func (t Timer) ReadBuckets(into *BucketSnapshot) (changed, ok bool) {
	return t.distribution().ReadBuckets(into)
}
