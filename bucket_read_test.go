package metrics

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/internal/buckets"
)

// readWhile calls read over and over until the writers have finished.
func readWhile(writers int, write func(i int), read func()) {
	var wg sync.WaitGroup
	var running atomic.Int64
	running.Store(int64(writers))
	for i := range writers {
		wg.Go(func() {
			defer running.Add(-1)
			write(i)
		})
	}
	for running.Load() > 0 {
		read()
	}
	wg.Wait()
	read()
}

// TestBucketsAgreeWhileUpdated reads while constants are recorded, so that the
// only right sum is count times constant.
func TestBucketsAgreeWhileUpdated(t *testing.T) {
	side := buckets.SpecOf(0.05, nil).Plain().Positive()
	for _, v := range []int64{
		7, 0, -7, 12_345_678,
		int64(side.Lower(side.Wide()) - 1), // spills at every 256th update
		-int64(side.Lower(side.Wide()) - 1),
	} {
		h := NewHistogram(NewBucketSample(0.05))
		const writers, updates = 4, 50_000
		last := int64(0)
		var reused BucketSnapshot
		readWhile(writers, func(int) {
			for range updates {
				h.Update(v)
			}
		}, func() {
			snapshot := h.Snapshot()
			h.ReadBuckets(&reused)
			for _, got := range []tally{snapshot.tally, reused.tally} {
				if want := new(big.Int).Mul(big.NewInt(got.count), big.NewInt(v)); exactSum(got).Cmp(want) != 0 {
					t.Fatalf("sum %d of %d times %d", exactSum(got), got.count, v)
				}
				if got.count < last {
					t.Fatalf("count went from %d to %d", last, got.count)
				}
				last = got.count
			}
			if got := reused.bucketTotal(); got != uint64(reused.count) {
				t.Fatalf("%d in buckets, count %d", got, reused.count)
			}
		})
		if last != writers*updates {
			t.Errorf("%d updates of %d", last, writers*updates)
		}
	}
}

// TestBucketsNeverGoDown reads while all kinds of values are recorded, and counts
// are spilled.
func TestBucketsNeverGoDown(t *testing.T) {
	s := NewBucketSample(0.05, 0.5, 3, 1000).(*BucketSample)
	const writers, updates = 4, 20_000
	sums := make([]big.Int, writers)
	skipped := int64(0)
	for _, v := range []int64{3, 5, 1000} { // these spill their counts
		position := buckets.SpecOf(0.05, []float64{0.5, 3, 1000}).Plain().Position(v)
		s.Update(v)
		s.chunkAt(position >> chunkBits)[position&(chunkSize-1)].Add((1<<27 - 100) << bucketShift)
		skipped += 1<<27 - 99
	}
	earlier := snapshotOfBuckets(s)
	start := *earlier
	readWhile(writers, func(i int) {
		random := rand.New(rand.NewPCG(5, uint64(i)))
		for range updates {
			v := anyInt64(random)
			if random.IntN(2) == 0 {
				v = []int64{3, 5, 1000}[random.IntN(3)]
			}
			s.Update(v)
			sums[i].Add(&sums[i], big.NewInt(v))
		}
	}, func() {
		later := snapshotOfBuckets(s)
		if !new(BucketSnapshot).subtract(later, earlier) {
			t.Fatal("a bucket went down")
		}
		if later.bucketTotal() != uint64(later.count) {
			t.Fatalf("%d in buckets, count %d", later.bucketTotal(), later.count)
		}
		earlier = later
	})
	if got, want := earlier.count, skipped+writers*updates; got != want {
		t.Errorf("count %d, want %d", got, want)
	}
	want := exactSum(start.tally)
	for i := range sums {
		want.Add(want, &sums[i])
	}
	if got := exactSum(earlier.tally); got.Cmp(want) != 0 {
		t.Errorf("sum %d, want %d", got, want)
	}
}

// TestBucketsOfMany has everybody need new chunks at once.
func TestBucketsOfMany(t *testing.T) {
	for range 50 {
		s := NewBucketSample(0.05)
		var wg sync.WaitGroup
		begin := make(chan struct{})
		for i := range 8 {
			wg.Go(func() {
				<-begin
				for shift := range 63 {
					s.Update(1 << ((shift + 8*i) % 63))
					s.Update(-1 << ((shift + 8*i) % 63))
				}
			})
		}
		close(begin)
		wg.Wait()
		if got := snapshotOfBuckets(s); got.Count() != 8*63*2 || got.Size() != 2*63 || got.Sum() != 0 {
			t.Fatalf("%d values in %d buckets, sum %d", got.Count(), got.Size(), got.Sum())
		}
	}
}

// TestBucketsEverything calls all there is at once, for the race detector.
func TestBucketsEverything(t *testing.T) {
	bucketed := NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) }))
	timer := newTimer(nil, place{registry: bucketed})
	var figures Statistics
	var buckets BucketSnapshot
	readWhile(3, func(i int) {
		random := rand.New(rand.NewPCG(7, uint64(i)))
		for n := range 3000 {
			d := time.Duration(anyInt64(random))
			switch n % 100 {
			case 0:
				timer.Clear()
			case 1:
				timer.UpdateWithExemplar(d, Labels{"n": "1"})
			case 2:
				timer.UpdateSince(time.Now())
			default:
				timer.Update(d)
			}
		}
	}, func() {
		timer.ReadStatistics(&figures, []float64{0.5, 0.99})
		timer.ReadBuckets(&buckets)
		if min, max := buckets.Min(), buckets.Max(); min > max {
			t.Fatalf("from %d to %d", min, max)
		}
		if p := timer.Snapshot().Percentile(0.5); math.IsNaN(p) {
			t.Fatal("NaN")
		}
	})
	timer.Clear()
	timer.Update(7)
	if got := timer.Snapshot(); got.Count() != 1 || got.Sum() != 7 {
		t.Errorf("count %d sum %d after Clear", got.Count(), got.Sum())
	}
}

// A sample says what its snapshot says, now and when more has come.
func TestBucketSampleReads(t *testing.T) {
	s := NewBucketSample(0.05).(*BucketSample)
	for _, v := range []int64{0, -7, 1000, 3, 1 << 40} {
		s.Update(v)
		got, want := [2][]float64{}, snapshotOfBuckets(s)
		for i, sample := range []Sample{s, want} {
			got[i] = append(sample.Percentiles([]float64{0.1, 0.9}), sample.Percentile(0.5), sample.Mean(), sample.Variance(),
				sample.StdDev(), float64(sample.Min()), float64(sample.Max()), float64(sample.Sum()), float64(sample.Count()),
				float64(sample.Size()))
			for _, value := range sample.Values() {
				got[i] = append(got[i], float64(value))
			}
		}
		if !slices.Equal(got[0], got[1]) || s.Size() == 0 || len(s.Values()) == 0 {
			t.Errorf("with %d: %v, its snapshot says %v", v, got[0], got[1])
		}
	}
}

func TestReadBuckets(t *testing.T) {
	var s BucketSnapshot
	for _, h := range []Histogram{{}, NewHistogram(nil), NewHistogram(NewUniformSample(10))} {
		if changed, ok := h.ReadBuckets(&s); changed || ok {
			t.Error("read buckets where there are none")
		}
	}
	if changed, ok := (Timer{}).ReadBuckets(&s); changed || ok {
		t.Error("read buckets of nothing")
	}
	if changed, ok := (HistogramFloat64{}).ReadBuckets(&s); changed || ok {
		t.Error("read buckets of floats of nothing")
	}
	if changed, ok := NewHistogramFloat64().ReadBuckets(nil); changed || ok {
		t.Error("read floats into nothing")
	}
	if changed, ok := NewHistogram(NewBucketSample(0.05)).ReadBuckets(nil); changed || ok {
		t.Error("read into nothing")
	}

	timer := newTimer(nil, place{registry: NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) }))})
	read := func(what string, want bool) {
		t.Helper()
		changed, ok := timer.ReadBuckets(&s)
		if changed != want || !ok {
			t.Errorf("%s: changed %v ok %v", what, changed, ok)
		}
		if full := timer.Snapshot().Sample().(*BucketSnapshot); !sameBuckets(&s, full) || s.restarts != full.restarts {
			t.Errorf("%s: %v differs from the snapshot %v", what, s, full)
		}
	}
	read("the first time", true) // it has another unit now
	read("nothing", false)
	for _, d := range []time.Duration{time.Second, time.Second, 1, -1, 0, time.Hour, time.Second} {
		timer.Update(d)
		read("an update", true)
		read("nothing", false)
	}
	timer.UpdateWithExemplar(time.Second, Labels{"a": "b"})
	read("an exemplar", true)
	read("nothing", false)
	timer.Clear()
	read("Clear", true)
	read("nothing", false)
	timer.Update(time.Second)
	read("an update", true)
	timer.Clear()
	timer.Update(time.Second)
	read("Clear and the same update", true)
	if s.Count() != 1 {
		t.Errorf("count %d", s.Count())
	}
}
