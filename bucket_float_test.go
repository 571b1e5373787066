package metrics

import (
	"runtime"
	"slices"
	"sync"
	"testing"
)

// A recorder that finds a shard taken uses another, and a reading has both.
func TestFloatShards(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	h := NewHistogramFloat64()
	f := h.state.buckets
	for range 3 {
		for _, s := range *f.shards.Load() {
			s.mu.Lock() // taken by somebody
		}
		h.Update(0.5)
		h.Update(-1.5)
		for _, s := range (*f.shards.Load())[:len(*f.shards.Load())] {
			s.mu.TryLock()
			s.mu.Unlock()
		}
		h.Update(20)
	}
	if n := len(*f.shards.Load()); n < 3 || n > 4 {
		t.Errorf("%d shards, want 3 or 4", n)
	}
	b := h.Buckets()
	if b.Count() != 9 || b.SumFloat64() != 3*19 || b.Size() != 3 {
		t.Errorf("counted %v of sum %v", b, b.SumFloat64())
	}
	if !slices.IsSortedFunc(b.buckets, func(a, b bucketCount) int { return a.position - b.position }) {
		t.Errorf("not in order: %v", b.buckets)
	}
	h.Clear()
	if b := h.Buckets(); b.Count() != 0 || b.SumFloat64() != 0 {
		t.Errorf("after Clear %v", b)
	}
}

// With as many shards as processors, recorders wait for each other, and none is lost.
func TestFloatShardsAreBounded(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const goroutines, each = 16, 3000
	h := NewHistogramFloat64()
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for i := range each {
				h.Update(float64(g*i%7 - 3))
				if i%8 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	all.Wait()
	want := 0
	for g := range goroutines {
		for i := range each {
			want += g*i%7 - 3
		}
	}
	if h.Count() != goroutines*each || h.Sum() != float64(want) {
		t.Errorf("count %d sum %v, want %d and %d", h.Count(), h.Sum(), goroutines*each, want)
	}
	if n := len(*h.state.buckets.shards.Load()); n > 2+goroutines {
		t.Errorf("%d shards", n)
	}
}

// While values come, each snapshot agrees with itself, and nothing goes down.
func TestFloatSnapshotsAgree(t *testing.T) {
	h := NewHistogramFloat64()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					h.UpdateN(float64(i%2)+0.5, 2) // on average 1
					h.UpdateN(1.5-float64(i%2), 2)
				}
			}
		})
	}
	var b, last BucketSnapshot
	for range 2000 {
		h.ReadBuckets(&b)
		var inBuckets uint64
		for _, n := range b.Positive() {
			inBuckets += n
		}
		if uint64(b.Count()) != inBuckets {
			t.Fatalf("count %d, in buckets %d", b.Count(), inBuckets)
		}
		halves := b.Count() - 2*countBelow(&b, 1)
		if want := float64(b.Count()) + 0.5*float64(halves); b.SumFloat64() != want {
			t.Fatalf("sum %v, want %v of %d values", b.SumFloat64(), want, b.Count())
		}
		if b.Count() < last.Count() || b.SumFloat64() < last.SumFloat64() {
			t.Fatalf("went down from %d, %v to %d, %v", last.Count(), last.SumFloat64(), b.Count(), b.SumFloat64())
		}
		last.copy(&b)
	}
	close(stop)
	all.Wait()
}

// countBelow returns how many values are at or below a classic bound.
func countBelow(b *BucketSnapshot, bound float64) int64 {
	for upper, n := range b.Classic() {
		if upper == bound {
			return int64(n)
		}
	}
	return -1
}

// With as many shards as processors, a recorder waits for one.
func TestFloatShardsAreAwaited(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	f := NewHistogramFloat64().state.buckets
	f.shards.Store(&[]*floatShard{new(floatShard), new(floatShard)})
	shards := *f.shards.Load()
	for _, s := range shards {
		s.mu.Lock()
	}
	recorded := make(chan struct{})
	go func() { defer close(recorded); f.record(1, 1) }()
	for range 100 { // until it waits, most likely
		runtime.Gosched()
	}
	for _, s := range shards {
		s.mu.Unlock()
	}
	<-recorded
	if n := len(*f.shards.Load()); n != 2 {
		t.Errorf("%d shards, want 2", n)
	}
}

// A snapshot that is read again has what is there now, and says whether that is new.
func TestReadFloatBuckets(t *testing.T) {
	h := NewHistogramFloat64()
	var s BucketSnapshot
	sum := 0.0
	read := func(what string, want bool) {
		t.Helper()
		if changed, ok := h.ReadBuckets(&s); changed != want || !ok {
			t.Errorf("%s: changed %v ok %v", what, changed, ok)
		}
		full := new(BucketSnapshot) // nothing is left in it from before
		h.ReadBuckets(full)
		if !sameBuckets(&s, full) || s.restarts != full.restarts || s.sum != sum || full.sum != sum {
			t.Errorf("%s: %v of sum %v differs from %v, want sum %v", what, s.buckets, s.sum, full.buckets, sum)
		}
	}
	read("the first time", true) // it has a scheme now
	read("nothing", false)
	for _, v := range []float64{0, 0.5, 0.5, 1000, 0, 0x1p-20, -3, 1e6, -3, 0.5} {
		h.Update(v)
		sum += v
		read("an update", true)
		read("nothing", false)
	}
	h.UpdateWithExemplar(2, Labels{"a": "b"})
	sum += 2
	read("an exemplar", true)
	read("nothing", false)
	h.Clear()
	sum = 0
	read("Clear", true)
	read("nothing", false)
	h.Update(0.5)
	sum = 0.5
	read("an update", true)
	h.Clear()
	h.Update(0.5)
	read("Clear and the same update", true)
	h.Clear()
	h.Update(0.25)
	sum = 0.25
	read("Clear and less", true)
	read("nothing", false)
}

// Whatever rounding does when shards are added up, a sum of positive values stays.
func TestFloatSumStays(t *testing.T) {
	h := NewHistogramFloat64()
	h.Update(0)
	h.Update(1)
	if h.Sum(); h.state.buckets.last != 1 {
		t.Errorf("the last sum was %v, want 1", h.state.buckets.last)
	}
	h.state.buckets.last = 5 // as an earlier reading had it
	if got := h.Sum(); got != 5 {
		t.Errorf("sum %v, want 5", got)
	}
	h.Update(-1)
	if got := h.Sum(); got != 0 {
		t.Errorf("with a negative value, sum %v, want 0", got)
	}
}
