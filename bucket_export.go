package metrics

import (
	"iter"

	"github.com/go-metrics-plus/metrics/internal/buckets"
)

// Schema returns the schema of the native histogram, from -4 to 8: the ratio of
// the bounds of a bucket is 2^(2^-schema).
func (s *BucketSnapshot) Schema() int32 { return s.schemeOrDefault().Schema() }

// Unit returns how many recorded units make an exposed one: 1e9 for a timer,
// whose values are nanoseconds and whose bounds are seconds, else 1.
func (s *BucketSnapshot) Unit() float64 { return float64(s.schemeOrDefault().Unit()) }

// schemeOrDefault returns the scheme, for the zero value that of DefaultError.
func (s *BucketSnapshot) schemeOrDefault() *buckets.Scheme {
	if s.scheme == nil {
		return plainScheme()
	}
	return s.scheme
}

// ZeroCount returns how many values were exactly zero, which no other bucket of
// a native histogram has room for.
func (s *BucketSnapshot) ZeroCount() uint64 {
	for _, b := range s.buckets {
		if b.position == 0 {
			return b.count
		}
	}
	return 0
}

// Positive returns the buckets of a native histogram for positive values that are
// not empty: index and count, in ascending order. The bucket of index i counts
// the values x in the exposed unit for which
//
//	2^((i-1)/2^schema) < x ≤ 2^(i/2^schema)
func (s *BucketSnapshot) Positive() iter.Seq2[int32, uint64] {
	return func(yield func(int32, uint64) bool) { s.native(1, yield) }
}

// Negative is Positive for the negative values; x is then the absolute value.
func (s *BucketSnapshot) Negative() iter.Seq2[int32, uint64] {
	return func(yield func(int32, uint64) bool) { s.native(-1, yield) }
}

// native goes through one side, away from zero, and joins what classic bounds cut
// in two.
func (s *BucketSnapshot) native(sign int, yield func(int32, uint64) bool) {
	var index int32
	var count uint64
	for i := range s.buckets {
		b := s.buckets[i]
		if sign < 0 {
			b = s.buckets[len(s.buckets)-1-i]
		}
		if b.position*sign <= 0 {
			continue
		}
		if next := s.scheme.Index(b.position); next != index {
			if count > 0 && !yield(index, count) {
				return
			}
			index, count = next, 0
		}
		count += b.count
	}
	if count > 0 {
		yield(index, count)
	}
}

// Classic returns the buckets of a classic histogram: the upper bound in the
// exposed unit, and how many values are no higher. The bound of infinity, up to
// which all of Count is, isn't among them.
func (s *BucketSnapshot) Classic() iter.Seq2[float64, uint64] {
	return func(yield func(float64, uint64) bool) { s.classic(yield) }
}

func (s *BucketSnapshot) classic(yield func(float64, uint64) bool) {
	scheme, rest, below := s.schemeOrDefault(), s.buckets, uint64(0)
	for i, bound := range scheme.Bounds() {
		for ; len(rest) > 0 && rest[0].position <= scheme.End(i); rest = rest[1:] {
			below += rest[0].count
		}
		if !yield(bound, below) {
			return
		}
	}
}
