package metrics

import (
	"iter"
	"math"
	"slices"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/buckets"
	"github.com/go-metrics-plus/metrics/internal/buckets/bucketstest"
)

// nativeBucket is a bucket as Prometheus sees it.
type nativeBucket struct{ lower, upper, count float64 }

// nativeBuckets returns what Prometheus would have, in ascending order.
func nativeBuckets(s *BucketSnapshot) (buckets []nativeBucket) {
	bound := func(index int32) float64 { return math.Exp2(math.Ldexp(float64(index), -int(s.Schema()))) }
	for index, count := range s.Negative() {
		buckets = append(buckets, nativeBucket{-bound(index), -bound(index - 1), float64(count)})
	}
	slices.Reverse(buckets)
	if s.ZeroCount() > 0 {
		buckets = append(buckets, nativeBucket{0, 0, float64(s.ZeroCount())})
	}
	for index, count := range s.Positive() {
		buckets = append(buckets, nativeBucket{bound(index - 1), bound(index), float64(count)})
	}
	return buckets
}

// histogramQuantile does what PromQL's histogram_quantile does with a native
// histogram: from 0.5 on it counts from the top, and inside a bucket it
// interpolates exponentially.
func histogramQuantile(q float64, buckets []nativeBucket, n float64) float64 {
	rank, ordered := q*n, slices.All(buckets)
	if q >= 0.5 {
		rank, ordered = (1-q)*n, slices.Backward(buckets)
	}
	count, b := 0.0, nativeBucket{}
	for _, b = range ordered {
		if count += b.count; count >= rank {
			break
		}
	}
	fraction := (rank - (count - b.count)) / b.count
	if q >= 0.5 {
		fraction = (count - rank) / b.count
	}
	switch {
	case b.lower > 0:
		return b.lower * math.Pow(b.upper/b.lower, fraction)
	case b.upper < 0:
		return b.lower * math.Pow(b.upper/b.lower, fraction)
	}
	return 0
}

// exactQuantile is the value that the same rank has among the values themselves.
func exactQuantile(q float64, values []int64) float64 {
	n := float64(len(values))
	if q >= 0.5 {
		fromTop := max(int(math.Ceil((1-q)*n)), 1)
		return float64(values[len(values)-fromTop])
	}
	return float64(values[max(int(math.Ceil(q*n)), 1)-1])
}

func TestHistogramQuantileIsWithinTheError(t *testing.T) {
	forDistributions(t, func(t *testing.T, relativeError float64, s *BucketSnapshot, values []int64) {
		buckets := nativeBuckets(s)
		for _, q := range []float64{0, 0.01, 0.1, 0.25, 0.499, 0.5, 0.501, 0.9, 0.99, 0.999, 1} {
			got := histogramQuantile(q, buckets, float64(s.Count())) * s.Unit()
			if want := exactQuantile(q, values); far(got, want, relativeError, want) {
				t.Errorf("quantile %v: %v, want %v", q, got, want)
			}
		}
	})
}

// TestExportedBucketsAreThoseOfTheValues compares what is exported with counts of
// the values, by the definition of either kind of bucket.
func TestExportedBucketsAreThoseOfTheValues(t *testing.T) {
	forDistributions(t, func(t *testing.T, _ float64, s *BucketSnapshot, values []int64) {
		positive, negative, zeros := map[int32]uint64{}, map[int32]uint64{}, uint64(0)
		for _, v := range values {
			switch {
			case v > 0:
				positive[nativeIndex(v, s)]++
			case v < 0:
				negative[nativeIndex(v, s)]++
			default:
				zeros++
			}
		}
		if s.ZeroCount() != zeros {
			t.Errorf("%d zeros, want %d", s.ZeroCount(), zeros)
		}
		compareBuckets(t, "positive", s.Positive(), positive)
		compareBuckets(t, "negative", s.Negative(), negative)

		last := math.Inf(-1)
		for bound, count := range s.Classic() {
			floor, _ := buckets.Floor(bound, int64(s.Unit()))
			want := 0
			for want < len(values) && values[want] <= floor {
				want++
			}
			if count != uint64(want) || bound <= last {
				t.Errorf("%d values up to %v, want %d; the bound before was %v", count, bound, want, last)
			}
			last = bound
		}
	})
}

// nativeIndex finds the index of a value's bucket by the exact definition, close
// to where the logarithm says.
func nativeIndex(v int64, s *BucketSnapshot) int32 {
	m := uint64(max(v, -v))
	index := int32(math.Ceil(math.Ldexp(math.Log2(float64(m)/s.Unit()), int(s.Schema())))) - 2
	for !bucketstest.NoHigher(m, s.Schema(), int64(s.Unit()), index) {
		index++
	}
	return index
}

func compareBuckets(t *testing.T, what string, got iter.Seq2[int32, uint64], want map[int32]uint64) {
	t.Helper()
	last, n := int32(math.MinInt32), 0
	for index, count := range got {
		if count != want[index] || index <= last {
			t.Errorf("%s bucket %d has %d, want %d; the one before was %d", what, index, count, want[index], last)
		}
		last, n = index, n+1
	}
	if n != len(want) {
		t.Errorf("%d %s buckets, want %d", n, what, len(want))
	}
}

// TestClassicBoundsAreExact looks at values on a bound and next to it.
func TestClassicBoundsAreExact(t *testing.T) {
	timer := NewCustomTimer(NewHistogram(NewBucketSample(0.05, 0.3, 0.1, 1)), Meter{})
	for _, d := range []int64{
		-1, 0, 99_999_999, 100_000_000, 100_000_001, 299_999_999, 300_000_000, 300_000_001, 1_000_000_000, 1_000_000_001,
	} {
		timer.Sample().Update(d)
	}
	s := timer.Snapshot().Sample().(*BucketSnapshot)
	want := [][2]float64{{0.1, 4}, {0.3, 7}, {1, 9}}
	i := 0
	for bound, count := range s.Classic() {
		if i >= len(want) || bound != want[i][0] || count != uint64(want[i][1]) {
			t.Errorf("%d values up to %v, want %v", count, bound, want)
		}
		i++
	}
	// Whoever stops early must be let go.
	for range s.Classic() {
		break
	}
	for range s.Positive() {
		break
	}
	for range s.Negative() {
		break
	}
	if s.Count() != 10 {
		t.Errorf("count %d", s.Count())
	}
}

// TestDefaultBounds is about those that nobody asked for.
func TestDefaultBounds(t *testing.T) {
	s := NewBucketSample(0.05).(*BucketSample)
	bounds := func() (bounds []float64) {
		for bound := range snapshotOfBuckets(s).Classic() {
			bounds = append(bounds, bound)
		}
		return bounds
	}
	if got := bounds(); got[0] != 1 || got[1] != 4 || got[len(got)-1] != 1<<32 {
		t.Errorf("histogram: %v", got)
	}
	s.becomeTimers()
	if got := bounds(); got[0] != 0.001 || got[1] != 0.0025 || got[len(got)-1] != 60 {
		t.Errorf("timer: %v", got)
	}
}
