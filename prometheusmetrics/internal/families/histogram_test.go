package families

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

func TestSparse(t *testing.T) {
	for _, test := range []struct {
		buckets []int32 // indices, each counted by its position from 1
		spans   []Span
		deltas  []int64
	}{
		{nil, nil, nil},
		{[]int32{0}, []Span{{0, 1}}, []int64{1}},
		{[]int32{-5, -4}, []Span{{-5, 2}}, []int64{1, 1}},
		{[]int32{7, 10}, []Span{{7, 4}}, []int64{1, -1, 0, 2}},
		{[]int32{7, 11}, []Span{{7, 1}, {3, 1}}, []int64{1, 1}},
		{[]int32{2, 3, 9}, []Span{{2, 2}, {5, 1}}, []int64{1, 1, 1}},
	} {
		a := NewArena(nil)
		s := a.newSparse()
		for i, index := range test.buckets {
			s.add(a, index, uint64(i+1))
		}
		got := s.done(a)
		if !slices.Equal(got.Spans, test.spans) || !slices.Equal(got.Deltas, test.deltas) {
			t.Errorf("buckets %v became %v, want %v %v", test.buckets, got, test.spans, test.deltas)
		}
	}
}

// TestFillTwice: what is filled again shows what came since, and the histogram of
// the exposition before stays as it was.
func TestFillTwice(t *testing.T) {
	sample := metrics.NewBucketSample(0.05, 10, 100)
	sample.Update(5)
	var first Histogram
	a := NewArena(nil)
	a.Fill(&first, sample.Snapshot().(*metrics.BucketSnapshot), unit.One)
	sample.Update(50)
	sample.Update(-3)
	second := first
	a = NewArena(a)
	a.Fill(&second, sample.Snapshot().(*metrics.BucketSnapshot), unit.One)
	if first.Count != 1 || !slices.Equal(first.Cumulative, []uint64{1, 1}) || len(first.Negative.Spans) != 0 {
		t.Errorf("the earlier one has become %+v", first)
	}
	if second.Count != 3 || second.Sum != 52 || !slices.Equal(second.Cumulative, []uint64{2, 3}) ||
		len(second.Negative.Deltas) != 1 || len(second.Positive.Deltas) == 0 {
		t.Errorf("the later one is %+v", second)
	}
	if &first.Bounds[0] != &second.Bounds[0] {
		t.Error("bounds that are the same take memory twice")
	}
	moved := first
	a.Adopt(&moved)
	if !slices.Equal(moved.Cumulative, first.Cumulative) || &moved.Cumulative[0] == &first.Cumulative[0] ||
		!slices.Equal(moved.Positive.Deltas, first.Positive.Deltas) {
		t.Errorf("adopting %+v gave %+v", first, moved)
	}
}

// TestFillInSeconds: nanoseconds shown in seconds fall into the native buckets of
// seconds, up to a bucket beside, and the next ones do, too.
func TestFillInSeconds(t *testing.T) {
	sample := metrics.NewBucketSample(0.05, 1e9)
	seconds := unit.Unit{Divisor: 1e9, Factor: 1}
	var h Histogram
	for round, nanos := range []int64{3e9, 7e8} {
		sample.Update(nanos)
		sample.Update(-nanos)
		NewArena(nil).Fill(&h, sample.Snapshot().(*metrics.BucketSnapshot), seconds)
		lowest := math.Log2(float64(nanos)/1e9) * math.Exp2(float64(h.Schema)) // the new ones are lower
		for name, side := range map[string]Sparse{"positive": h.Positive, "negative": h.Negative} {
			if first := float64(side.Spans[0].Offset); math.Abs(first-lowest) > 2 {
				t.Errorf("round %d, %s: the first bucket is %v, want about %v", round, name, first, lowest)
			}
		}
		if !slices.Equal(h.Bounds, []float64{1}) || h.Sum != 0 || h.Count != uint64(2*round+2) {
			t.Errorf("round %d: bounds %v, sum %v, count %d", round, h.Bounds, h.Sum, h.Count)
		}
	}
}

// TestFillFromSeconds: the bounds of a timer's buckets are in seconds already, though
// its values are nanoseconds.
func TestFillFromSeconds(t *testing.T) {
	sample := func() metrics.Sample { return metrics.NewBucketSample(0.05, 0.25, 1) }
	timer := metrics.GetOrRegisterTimer("t", metrics.NewRegistry(metrics.WithSample(sample)))
	var b metrics.BucketSnapshot
	for round, u := range []unit.Unit{{Divisor: 1e9, Factor: 1}, {Divisor: 1e6, Factor: 1}} {
		timer.Update(500 * time.Millisecond)
		timer.ReadBuckets(&b)
		var h Histogram
		NewArena(nil).Fill(&h, &b, u)
		n := uint64(round + 1)
		want := []float64{0.25e9 / u.Divisor, 1e9 / u.Divisor}
		if !slices.Equal(h.Bounds, want) || !slices.Equal(h.Cumulative, []uint64{0, n}) ||
			h.Sum != float64(n)*5e8/u.Divisor {
			t.Errorf("in units of %v ns: bounds %v, counts %v, sum %v", u.Divisor, h.Bounds, h.Cumulative, h.Sum)
		}
	}
}

// TestArenaHasRoom: an arena takes what the one before held and an eighth more
// without growing, and no more memory than that.
func TestArenaHasRoom(t *testing.T) {
	a := NewArena(&Arena{counts: make([]uint64, 80), spans: make([]Span, 16), deltas: make([]int64, 7)})
	if cap(a.counts) != 90 || cap(a.spans) != 18 || cap(a.deltas) != 7 || len(a.counts)+len(a.spans)+len(a.deltas) != 0 {
		t.Errorf("room for %d counts, %d spans and %d deltas", cap(a.counts), cap(a.spans), cap(a.deltas))
	}
}

func TestFillAllocatesNothing(t *testing.T) {
	sample := metrics.NewBucketSample(0.05, 10, 100)
	for v := range int64(1000) {
		sample.Update(v * v)
	}
	buckets := sample.Snapshot().(*metrics.BucketSnapshot)
	var h Histogram
	a := NewArena(nil)
	a.Fill(&h, buckets, unit.One)
	if n := testing.AllocsPerRun(100, func() {
		a.counts, a.spans, a.deltas = a.counts[:0], a.spans[:0], a.deltas[:0]
		a.Fill(&h, buckets, unit.One)
	}); n > 0 {
		t.Errorf("filling a histogram allocates %v times", n)
	}
}
