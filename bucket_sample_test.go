package metrics

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/internal/buckets"
	"github.com/go-metrics-plus/metrics/internal/buckets/bucketstest"
)

// exactSum is the sum of a tally.
func exactSum(t tally) *big.Int {
	sum := big.NewInt(t.high)
	sum.Lsh(sum, 64)
	return sum.Add(sum, new(big.Int).SetUint64(t.low))
}

// snapshotOfBuckets returns the snapshot of a sample.
func snapshotOfBuckets(s Sample) *BucketSnapshot { return s.Snapshot().(*BucketSnapshot) }

// total is the sum of the counts, which Count must be.
func (s *BucketSnapshot) bucketTotal() (total uint64) {
	for _, b := range s.buckets {
		total += b.count
	}
	return total
}

// anyInt64 draws a number of random magnitude.
func anyInt64(random *rand.Rand) int64 {
	v := int64(random.Uint64() >> random.IntN(65))
	if random.IntN(8) == 0 {
		v = -v
	}
	return v
}

// TestBucketTotals counts values all over the range, by every schema and unit.
func TestBucketTotals(t *testing.T) {
	extremes := []int64{
		math.MinInt64, math.MinInt64 + 1, -1 << 62, -1, 0, 0, 1, 2, 3, 1 << 26, 1 << 40, math.MaxInt64 - 1, math.MaxInt64,
	}
	for _, relativeError := range []float64{1e-9, 0.05, 1, 1e9} {
		for _, bounds := range bucketstest.Bounds {
			for _, seconds := range []bool{false, true} {
				s := NewBucketSample(relativeError, bounds...).(*BucketSample)
				if seconds {
					s.becomeTimers()
				}
				random := rand.New(rand.NewPCG(1, uint64(len(bounds))))
				count, sum := int64(0), new(big.Int)
				for i := range 20_000 {
					v := anyInt64(random)
					if i < len(extremes) {
						v = extremes[i]
					}
					s.Update(v)
					count++
					sum.Add(sum, big.NewInt(v))
				}
				got := snapshotOfBuckets(s)
				if got.Count() != count || got.bucketTotal() != uint64(count) || exactSum(got.tally).Cmp(sum) != 0 {
					t.Errorf("error %v bounds %v: %d in buckets, count %d, sum %d, want %d and %d", relativeError, bounds,
						got.bucketTotal(), got.Count(), exactSum(got.tally), count, sum)
				}
				if s.Count() != count || s.Sum() != got.Sum() || got.SumFloat64() != s.totals().SumFloat64() {
					t.Errorf("error %v bounds %v: the sample differs from its snapshot", relativeError, bounds)
				}
			}
		}
	}
}

// TestBucketSpills fills the fields of the words over and over.
func TestBucketSpills(t *testing.T) {
	const updates = 5000
	side := buckets.SpecOf(0.05, nil).Plain().Positive()
	narrow := int64(side.Lower(side.Wide()) - 1) // has the largest offset that is not shifted
	wide := int64(side.Lower(side.Wide()+1) - 1)
	for _, v := range []int64{narrow, -narrow, wide, -wide, math.MaxInt64, math.MinInt64 + 1} {
		s := NewBucketSample(0.05).(*BucketSample)
		want := new(big.Int)
		for range updates {
			s.Update(v)
			want.Add(want, big.NewInt(v))
		}
		if s.Count() != updates || exactSum(s.totals()).Cmp(want) != 0 {
			t.Errorf("%d: count %d sum %d, want %d and %d", v, s.Count(), exactSum(s.totals()), updates, want)
		}
		if abs := new(big.Int).Abs(exactSum(s.offsets)); abs.Sign() == 0 {
			t.Errorf("%d: nothing was spilled, so nothing was tested", v)
		}
	}
}

// TestBucketCountSpills has several buckets reach what a word can count.
func TestBucketCountSpills(t *testing.T) {
	s := NewBucketSample(0.05).(*BucketSample)
	values := []int64{-1_000_000, 0, 7, 8, 1_000_000}
	const almost = 1<<27 - 2
	want := int64(0)
	for range 3 {
		for _, v := range values {
			s.Update(v) // makes the chunk, and holds what follows to a full word
			position := s.span.Load().scheme.Position(v)
			s.chunkAt(position >> chunkBits)[position&(chunkSize-1)].Add(almost << bucketShift)
			s.Update(v)
			s.Update(v)
			want += almost + 3
		}
	}
	got := snapshotOfBuckets(s)
	if got.Count() != want || got.bucketTotal() != uint64(want) {
		t.Errorf("count %d, in buckets %d, want %d", got.Count(), got.bucketTotal(), want)
	}
	for _, b := range got.buckets {
		if b.count != 3*(almost+3) {
			t.Errorf("bucket at %d: %d, want %d", b.position, b.count, 3*(almost+3))
		}
	}
	if len(s.spilled) == 0 {
		t.Error("nothing was spilled, so nothing was tested")
	}
	if s.Clear(); s.Count() != 0 || s.Sum() != 0 {
		t.Errorf("%d %d after Clear", s.Count(), s.Sum())
	}
}

// TestBucketCacheLines: what updates write is apart from what they only read.
func TestBucketCacheLines(t *testing.T) {
	sample := reflect.TypeFor[BucketSample]()
	aligned := sample.Size() > 112 && sample.Size() <= 128
	if calls, _ := sample.FieldByName("calls"); bits.UintSize == 64 && (calls.Offset != 64 || !aligned) {
		t.Errorf("calls are at %d of %d", calls.Offset, sample.Size())
	}
}

func TestBucketClear(t *testing.T) {
	s := NewBucketSample(0.05)
	for _, v := range []int64{-1 << 50, -5, 0, 7, 1 << 50} {
		s.Update(v)
	}
	s.Clear()
	if got := snapshotOfBuckets(s); got.Count() != 0 || got.Size() != 0 || exactSum(got.tally).Sign() != 0 {
		t.Errorf("%v after Clear", got)
	}
	s.Update(7)
	if s.Count() != 1 || s.Sum() != 7 || s.Max() != 7 {
		t.Errorf("%d values, sum %d, max %d", s.Count(), s.Sum(), s.Max())
	}
}

func TestBucketZeroValue(t *testing.T) {
	s := new(BucketSample)
	if s.Count() != 0 || s.Max() != 0 || s.Percentile(0.5) != 0 || len(s.Values()) != 0 {
		t.Error("the zero value must be empty")
	}
	h := NewHistogram(s)
	h.Update(100)
	if h.Count() != 1 || h.Sum() != 100 || snapshotOfBuckets(s).Schema() != 4 {
		t.Errorf("%d values, sum %d, schema %d", h.Count(), h.Sum(), snapshotOfBuckets(s).Schema())
	}
}

func TestBucketsOfTimers(t *testing.T) {
	unit := func(s Sample) float64 { return snapshotOfBuckets(s).Unit() }
	bucketed := NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) }))

	timer := GetOrRegisterTimer("timer", bucketed)
	if got := unit(timer.Sample()); got != 1e9 {
		t.Errorf("timer: unit %v", got)
	}
	timer.Update(time.Second)
	if got := timer.Snapshot().Sample().(*BucketSnapshot).Unit(); got != 1e9 {
		t.Errorf("updated timer: unit %v", got)
	}
	if got := unit(GetOrRegisterHistogram("histogram", bucketed, nil).Sample()); got != 1 {
		t.Errorf("histogram: unit %v", got)
	}
	custom := NewCustomTimer(NewHistogram(NewBucketSample(0.05)), NewMeter())
	if got := unit(custom.Sample()); got != 1e9 {
		t.Errorf("custom timer: unit %v", got)
	}
	used := NewBucketSample(0.05)
	used.Update(1)
	if got := unit(NewCustomTimer(NewHistogram(used), NewMeter()).Sample()); got != 1 {
		t.Errorf("custom timer over a used sample: unit %v", got)
	}
	NewCustomTimer(Histogram{}, NewMeter()).Update(1) // has no sample to tell
}

func TestNilBuckets(t *testing.T) {
	UseNilMetrics = true
	defer func() { UseNilMetrics = false }()
	s := NewBucketSample(0.05)
	if s.Update(1); s.Count() != 0 {
		t.Errorf("count %d", s.Count())
	}
}

func TestBucketAllocs(t *testing.T) {
	bucketed := NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) }))
	timer := GetOrRegisterTimer("timer", bucketed)
	histogram := NewHistogram(NewBucketSample(0.05))
	values := []int64{-5e6, 0, 1, 5e6, 6e6, 7e6, 1 << 40, math.MaxInt64}
	update := func() {
		for _, v := range values {
			timer.Update(time.Duration(v))
			histogram.Update(v)
		}
	}
	wantAllocs(t, "update", 0, update)
	start := time.Now()
	timer.UpdateSince(start)
	var snapshot BucketSnapshot
	var figures Statistics
	ps := []float64{0.5, 0.99}
	wantAllocs(t, "read", 0, func() {
		update()
		timer.ReadBuckets(&snapshot)
		timer.ReadStatistics(&figures, ps)
	})
	wantAllocs(t, "export", 0, func() {
		total := uint64(0)
		for _, count := range snapshot.Positive() {
			total += count
		}
		for _, count := range snapshot.Negative() {
			total += count
		}
		for _, count := range snapshot.Classic() {
			total = max(total, count)
		}
		for range snapshot.Exemplars() {
			total++
		}
		if total == 0 {
			t.Error("nothing to export")
		}
	})
}

// TestBucketMemory holds a timer and all that belongs to it to its budget.
func TestBucketMemory(t *testing.T) {
	const timers = 2000
	r := NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) }))
	made := make([]Timer, timers)
	warm := newTimer(nil, place{registry: r})
	for v := time.Millisecond; v <= time.Second; v += 100 * time.Microsecond {
		warm.Update(v)
	}
	before := heapInUse()
	for i := range made {
		made[i] = newTimer(nil, place{registry: r})
	}
	fresh := heapInUse()
	for i := range made {
		for v := time.Millisecond; v <= time.Second; v += v / 64 {
			made[i].Update(v)
		}
		made[i].Update(time.Second)
	}
	used := heapInUse()
	t.Logf("%d bytes never updated, %d with three decades", (fresh-before)/timers, (used-before)/timers)
	if each := (fresh - before) / timers; each > 600 {
		t.Errorf("a timer never updated needs %d bytes", each)
	}
	if each := (used - before) / timers; each > 2500 {
		t.Errorf("a timer of three decades needs %d bytes in %d chunks",
			each, len(made[0].state.buckets.span.Load().chunks))
	}
	runtime.KeepAlive(made)
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A reading of wide buckets has the whole sum of just the values that it counts.
func TestWideBucketsAreReadWholeConcurrentSafe(t *testing.T) {
	const value, updates = 3_123_456_789_123, 300_000 // 52 minutes, in a bucket that is 2^37 wide
	for _, v := range []int64{value, -value} {
		s := NewBucketSample(0.05)
		var writers, readers sync.WaitGroup
		var done atomic.Bool
		for range 2 {
			readers.Go(func() {
				for !done.Load() {
					if got := s.Snapshot(); got.Sum() != got.Count()*v {
						t.Errorf("sum %d of %d values, want %d", got.Sum(), got.Count(), got.Count()*v)
						return
					}
				}
			})
			writers.Go(func() {
				for range updates {
					s.Update(v)
				}
			})
		}
		writers.Wait()
		done.Store(true)
		readers.Wait()
		if s.Count() != 2*updates || s.Sum() != 2*updates*v {
			t.Errorf("count %d sum %d", s.Count(), s.Sum())
		}
	}
}
