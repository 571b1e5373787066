package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func bucketsOf(relativeError float64, values ...int64) *BucketSnapshot {
	s := NewBucketSample(relativeError)
	for _, v := range values {
		s.Update(v)
	}
	return snapshotOfBuckets(s)
}

// sameBuckets reports whether two snapshots count the same.
func sameBuckets(a, b *BucketSnapshot) bool {
	return a.tally == b.tally && a.schemeOrDefault() == b.schemeOrDefault() && slices.Equal(a.buckets, b.buckets)
}

func someValues(random *rand.Rand, n int) []int64 {
	values := make([]int64, n)
	for i := range values {
		values[i] = anyInt64(random)
		if random.IntN(2) == 0 {
			values[i] &= 0xff
		}
	}
	return values
}

func TestBucketMerge(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 100 {
		a, b := someValues(random, random.IntN(50)), someValues(random, random.IntN(50))
		first, second := bucketsOf(0.05, a...), bucketsOf(0.05, b...)
		want := bucketsOf(0.05, slices.Concat(a, b)...)
		if got := first.Merge(second); !sameBuckets(got, want) {
			t.Fatalf("%v and %v: %v, want %v", a, b, got, want)
		}
		if got := second.Merge(first); !sameBuckets(got, want) {
			t.Fatalf("%v and %v: %v, want %v", b, a, got, want)
		}
		if !sameBuckets(first, bucketsOf(0.05, a...)) || !sameBuckets(second, bucketsOf(0.05, b...)) {
			t.Fatal("merging changed what was merged")
		}
		if got := want.Sub(first); !sameBuckets(got, second) && len(a) > 0 {
			t.Fatalf("%v less %v: %v, want %v", want, a, got, second)
		}
	}
}

func TestBucketMergeOfNothing(t *testing.T) {
	some := bucketsOf(0.01, -1, 0, 7, 1000)
	for _, nothing := range []*BucketSnapshot{nil, {}, bucketsOf(0.01)} {
		if got := some.Merge(nothing); !sameBuckets(got, some) {
			t.Errorf("%v", got)
		}
		if got := some.Sub(nothing); !sameBuckets(got, some) {
			t.Errorf("%v", got)
		}
		if nothing == nil {
			continue
		}
		if got := nothing.Merge(some); !sameBuckets(got, some) {
			t.Errorf("%v", got)
		}
		if got := nothing.Sub(nothing); got.Count() != 0 || got.Sum() != 0 {
			t.Errorf("%v", got)
		}
		if got := nothing.Sub(some); got.Count() != 0 || got.Sum() != 0 {
			t.Errorf("%v", got)
		}
	}
	got := some.Merge(nil)
	got.buckets[0].count = 100
	if some.buckets[0].count == 100 {
		t.Error("the result shares memory with what was merged")
	}
}

// TestBucketMergeOfOtherBuckets has errors add up, but no more than that.
func TestBucketMergeOfOtherBuckets(t *testing.T) {
	values := someValues(rand.New(rand.NewPCG(13, 14)), 1000)
	inSeconds := NewBucketSample(0.1).(*BucketSample)
	inSeconds.becomeTimers()
	for _, v := range values {
		inSeconds.Update(v)
	}
	for _, other := range []*BucketSnapshot{bucketsOf(0.1, values...), snapshotOfBuckets(inSeconds)} {
		s := bucketsOf(0.05, values...)
		got := s.Merge(other)
		if got.Count() != 2000 || got.bucketTotal() != 2000 || got.Schema() != 4 || got.Unit() != 1 {
			t.Errorf("count %d, in buckets %d, schema %d, unit %v", got.Count(), got.bucketTotal(), got.Schema(), got.Unit())
		}
		twice := slices.Concat(values, values)
		for i := range 1000 {
			p := float64(i) / 1000
			want := SamplePercentile(twice, p)
			if v := got.Percentile(p); far(v, want, 0.16, want) && math.Abs(want) > 100 {
				t.Errorf("percentile %v: %v, want %v", p, v, want)
			}
		}
		if !slices.IsSortedFunc(got.buckets, func(a, b bucketCount) int { return a.position - b.position }) {
			t.Error("buckets are out of order")
		}
	}
}

// Values count at the middle of their buckets; those of several narrow ones may come
// together in a wide one.
func TestBucketMergeMovesToTheMiddle(t *testing.T) {
	wide := bucketsOf(0.3, 1000) // from 862 to 1024
	if got := bucketsOf(0.01).Merge(wide).Percentile(0.5); got < 930 || got > 955 {
		t.Errorf("the middle is %v", got)
	}
	if got := bucketsOf(0.01, 5).Merge(wide); got.Size() != 2 || got.Percentile(0.9) < 930 || got.Percentile(0.9) > 955 {
		t.Errorf("merged %v, of which the higher is %v", got.buckets, got.Percentile(0.9))
	}
	if got := bucketsOf(0.3, 5, 5).Merge(bucketsOf(0.01, 900, 950, 1000, 2100, 2200)); got.Size() != 3 || got.Count() != 7 {
		t.Errorf("merged %v", got.buckets)
	}
}

// A sample that was cleared between two merges is no earlier state of itself.
func TestBucketMergeKnowsOfClear(t *testing.T) {
	one, other := bucketsOf(0.05, 7), NewBucketSample(0.05)
	other.Update(7)
	before := one.Merge(snapshotOfBuckets(other))
	other.Clear()
	other.Update(7)
	other.Update(7)
	if got := one.Merge(snapshotOfBuckets(other)).Sub(before); got.Count() != 3 {
		t.Errorf("%d values since, want all 3", got.Count())
	}
}

// Whatever rounding does to the sum of floats, that of nothing is 0, and that of positive
// values is not negative.
func TestBucketSubOfRoundedSums(t *testing.T) {
	h := NewHistogramFloat64()
	h.Update(0)
	earlier := h.Buckets()
	h.Update(0)
	later := h.Buckets()
	earlier.sum = 1e-9
	if got := later.Sub(earlier); got.Count() != 1 || got.SumFloat64() != 0 {
		t.Errorf("%d values of sum %v, want 1 of 0", got.Count(), got.SumFloat64())
	}
	later.sum = 2e-9
	if got := later.Sub(earlier); got.SumFloat64() != 1e-9 {
		t.Errorf("sum %v, want 1e-9", got.SumFloat64())
	}
	if got := earlier.Sub(&BucketSnapshot{scheme: earlier.scheme, buckets: earlier.buckets}); got.SumFloat64() != 0 {
		t.Errorf("nothing has the sum %v", got.SumFloat64())
	}
}

func TestBucketSub(t *testing.T) {
	s := NewBucketSample(0.05)
	for _, v := range []int64{-5, 0, 7, 7, 1_000_000} {
		s.Update(v)
	}
	earlier := snapshotOfBuckets(s)
	for _, v := range []int64{7, 8, -5} {
		s.Update(v)
	}
	later := snapshotOfBuckets(s)
	if got := later.Sub(earlier); !sameBuckets(got, bucketsOf(0.05, 7, 8, -5)) {
		t.Errorf("%v", got)
	}
	if got := later.Sub(later); got.Count() != 0 || got.Size() != 0 || got.Sum() != 0 || got.Percentile(0.5) != 0 {
		t.Errorf("%v", got)
	}
	if got := later.Merge(later).Sub(earlier.Merge(earlier)); !sameBuckets(got, bucketsOf(0.05, 7, 8, -5, 7, 8, -5)) {
		t.Errorf("%v", got)
	}

	if got := earlier.Sub(later); !sameBuckets(got, earlier) {
		t.Errorf("later from earlier: %v", got)
	}
	if got := later.Sub(bucketsOf(0.1, 7)); !sameBuckets(got, later) {
		t.Errorf("other buckets: %v", got)
	}
	if got := later.Sub(bucketsOf(0.05, 9)); !sameBuckets(got, later) {
		t.Errorf("another sample: %v", got)
	}
	if got := bucketsOf(0.05, 7, 8).Sub(bucketsOf(0.05, 7, 7)); !sameBuckets(got, bucketsOf(0.05, 7, 8)) {
		t.Errorf("one of two buckets went down: %v", got)
	}
	s.Clear()
	for range 2 { // all that was there before is there again
		for _, v := range []int64{-5, 0, 7, 7, 1_000_000} {
			s.Update(v)
		}
	}
	if got := snapshotOfBuckets(s).Sub(earlier); got.Count() != 10 {
		t.Errorf("after Clear: %v", got)
	}
}

// TestHistogramOfBucketSnapshot exports what was computed from snapshots.
func TestHistogramOfBucketSnapshot(t *testing.T) {
	s := bucketsOf(0.05, 1, 2, 3)
	h := NewHistogram(s)
	h.Update(4)
	h.Clear()
	if h.Count() != 3 || h.Sum() != 6 || h.Max() != 3 || h.Snapshot().Sample() != Sample(s) {
		t.Errorf("count %d sum %d max %d", h.Count(), h.Sum(), h.Max())
	}
	var figures Statistics
	if h.ReadStatistics(&figures, []float64{0.5}); figures.Percentiles[0] != 2 || figures.Count != 3 {
		t.Errorf("%+v", figures)
	}
	var into BucketSnapshot
	for i := range 2 {
		if changed, ok := h.ReadBuckets(&into); changed != (i == 0) || !ok || !sameBuckets(&into, s) {
			t.Errorf("changed %v ok %v: %v", changed, ok, into)
		}
	}
	s.Clear()
	if s.Update(9); s.Count() != 3 {
		t.Errorf("count %d", s.Count())
	}
	live := NewHistogram(NewBucketSample(0.05))
	live.Update(1000)
	for range 2 { // the same statistics hold what they were read from last
		for want, h := range map[int64]Histogram{3: h, 1000: live} {
			if h.ReadStatistics(&figures, nil); figures.Max < want || figures.Max > want+want/20 {
				t.Errorf("max %d, want %d", figures.Max, want)
			}
		}
	}
}

// What differs in anything has changed.
func TestReadBucketsOfSnapshots(t *testing.T) {
	for name, change := range map[string]func(*BucketSnapshot){
		"scheme":    func(s *BucketSnapshot) { s.scheme = bucketsOf(0.01).scheme },
		"count":     func(s *BucketSnapshot) { s.count++ },
		"sum":       func(s *BucketSnapshot) { s.sum++ },
		"restarts":  func(s *BucketSnapshot) { s.restarts++ },
		"exemplars": func(s *BucketSnapshot) { s.examples = new(exemplarList) },
		"buckets":   func(s *BucketSnapshot) { s.buckets[0].position++ },
	} {
		other, into := bucketsOf(0.05, 1, 2), bucketsOf(0.05, 1, 2)
		change(other)
		for i := range 2 {
			if changed, ok := NewHistogram(other).ReadBuckets(into); changed != (i == 0) || !ok {
				t.Errorf("another %s, read for time %d: changed %v, ok %v", name, i+1, changed, ok)
			}
		}
	}
}

// TestBucketSubInto: a snapshot that is used again holds what Sub returns, and
// nothing of what it held before.
func TestBucketSubInto(t *testing.T) {
	sample := NewBucketSample(0.05)
	sample.Update(1)
	sample.Update(1000)
	first := sample.Snapshot().(*BucketSnapshot)
	sample.Update(50)
	second := sample.Snapshot().(*BucketSnapshot)
	var rest BucketSnapshot
	for _, test := range []struct{ later, earlier *BucketSnapshot }{
		{second, nil}, {second, first}, {first, second}, {first, nil}, {second, first},
	} {
		test.later.SubInto(&rest, test.earlier)
		want := test.later.Sub(test.earlier)
		if rest.Count() != want.Count() || rest.Sum() != want.Sum() || !slices.Equal(rest.Values(), want.Values()) {
			t.Errorf("%v less %v is %v, want %v", test.later.Values(), test.earlier, rest.Values(), want.Values())
		}
	}
	if n := testing.AllocsPerRun(10, func() { second.SubInto(&rest, first) }); n > 0 {
		t.Errorf("subtracting into a snapshot that was used before allocates %v times", n)
	}
}
