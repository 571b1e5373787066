package metrics

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics/internal/buckets"
	"github.com/go-metrics-plus/metrics/internal/clock"
)

// BucketSample counts all values since the start in buckets so narrow that order
// statistics follow from the counts to within a relative error. It is made
// with NewBucketSample.
//
// Its buckets are those of a Prometheus native histogram, so that what it
// recorded can be exported as one, or as a classic histogram, and be
// aggregated over instances; nothing that a reservoir keeps can. Its statistics
// are of everything since the start. Those of a stretch of time are the
// difference of two snapshots: see BucketSnapshot.Sub.
//
// An update is one atomic addition to the count of its bucket and allocates
// nothing, save for the first value in 16 neighbouring buckets. Values so large that
// their bucket is more than 2^26 wide, as durations from 1.5 s at an error of 5 %,
// take a lock for an instant. All methods may be called concurrently. The zero value
// is as if made with an error of 0.05.
type BucketSample struct {
	// What updates only read has a cache line of its own, so that cores which
	// update the same sample don't wait for each other twice.
	span    atomic.Pointer[span]
	clock   clock.Coarse
	spec    *buckets.Spec
	spilled []spillover // by the lock
	_       [8]byte     // the size is to be more than 112, which wouldn't be aligned

	calls atomic.Int64 // updates of a timer that don't know the time

	// A field of a word that gets full is emptied into what follows. A part that
	// was taken out of a word and has not arrived here yet would be missing from
	// a reading; folding counts these, and a reading taken while there is one
	// is taken again.
	folding atomic.Int32
	seconds bool // the bounds hold in seconds; by the lock

	mu       sync.Mutex
	offsets  tally // sum of offsets, the count is not used
	restarts uint64
}

// spillover has the counts taken out of the words of a chunk, in units of 2^27.
// They would last for decades if one bucket alone was counted all the time.
type spillover struct {
	chunk int
	units [chunkSize]uint32
}

const (
	chunkBits = 4
	chunkSize = 1 << chunkBits

	bucketShift = 36
	bucketOne   = 1 << bucketShift
	offsetMask  = bucketOne - 1
	offsetBits  = 26 // of an offset; those of wide buckets are cut off to fit

	fullOffsets = 0b11 << 34
	fullCount   = 1 << 63
	countUnit   = fullCount >> bucketShift
)

var (
	_ Sample   = (*BucketSample)(nil)
	_ recorder = (*BucketSample)(nil)
)

// NewBucketSample returns a *BucketSample whose buckets are those of the coarsest
// Prometheus native histogram schema that grow by no more than relativeError, so
// that any value is known to within it. 0.05 gives schema 4, whose buckets
// grow by 4.4 %. What is smaller than 0.0028, the growth of the finest schema,
// counts as that, what is NaN or not positive as 0.05.
//
// Bounds are those of the classic histogram that is exported beside the native
// one; they are upper bounds, inclusive and exact. They are in the unit that is
// exposed: seconds when the sample becomes a timer's, else that of the values.
// NaN, infinities and repetitions are left out, and any order will do. Without
// bounds, timers have 1, 2.5, 5, 10, 25 … ms up to 60 s, histograms the powers of
// four up to 2^32.
//
// A timer that was made over the sample counts by the boundaries of seconds,
// unless values were recorded before.
//
// Memory grows with the range of the values: latencies within three decades need
// 2 KB at 5 %, a few hundred bytes more after a billion.
func NewBucketSample(relativeError float64, bounds ...float64) Sample {
	if UseNilMetrics {
		return new(SampleSnapshot)
	}
	return &BucketSample{spec: buckets.SpecOf(relativeError, bounds)}
}

// Update counts a value.
func (s *BucketSample) Update(value int64) {
	s.update(value, (*BucketSample).count, (*BucketSample).updateRarely)
}

// update is Update. What it calls are arguments so that it is inlined, as with
// Counter.Inc.
func (s *BucketSample) update(
	value int64, count func(*BucketSample, int64) (bool, bool), updateRarely func(*BucketSample, int64, bool),
) {
	if done, full := count(s, value); !done {
		updateRarely(s, value, full)
	}
}

// count counts a value where that is common, and reports whether all is done. A word
// may be full then, which has to be emptied. Since nothing is called here that isn't
// inlined, it takes no stack frame.
func (s *BucketSample) count(value int64) (done, full bool) {
	w := s.span.Load()
	if w == nil || uint64(value)-w.lowest >= w.extent {
		return false, false
	}
	n := w.finder.Find(uint64(value))
	c := w.chunkOf(n)
	if c == nil {
		return false, false
	}
	content := c[uint(n)%chunkSize].Add(bucketOne | uint64(value) - w.finder.Lower(n))
	full = content&(fullOffsets|fullCount) != 0
	return !full, full
}

// updateRarely is Update for all that is not common. If full, the value has been
// counted, in a word that is to be emptied.
func (s *BucketSample) updateRarely(v int64, full bool) {
	w := s.span.Load()
	if w == nil {
		w = s.open()
	}
	position := w.scheme.Position(v)
	word := &s.chunkAt(position >> chunkBits)[position&(chunkSize-1)]
	if !full {
		side, n := w.scheme.At(position)
		offset := uint64(v)
		if v < 0 {
			offset = -offset
		}
		offset -= side.Lower(n)
		shift := side.Shift(n)
		rest := int64(offset & (1<<shift - 1))
		if v < 0 {
			rest = -rest
		}
		content := s.addRest(word, bucketOne|offset>>shift, rest)
		full = content&(fullOffsets|fullCount) != 0
	}
	if full {
		s.spill(word, w.scheme, position)
	}
}

// addRest adds to a word, and to offsets the rest of an offset that doesn't fit
// there. The lock keeps readings from coming between the two.
func (s *BucketSample) addRest(word *atomic.Uint64, packed uint64, rest int64) uint64 {
	if rest != 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.offsets.add(0, rest)
	}
	return word.Add(packed)
}

// spill empties the full fields of a word. The exchange comes before the lock, so
// that a goroutine that loses its processor while holding the lock can't keep
// others from emptying the word.
func (s *BucketSample) spill(word *atomic.Uint64, of *buckets.Scheme, position int) {
	s.folding.Add(1)
	content := word.And(^uint64(offsetMask | fullCount))
	side, n := of.At(position)
	s.mu.Lock()
	defer s.mu.Unlock()
	var taken tally
	taken.addProduct(content&offsetMask, 1<<side.Shift(n))
	s.offsets.addSum(taken.high, taken.low, position < 0)
	if content&fullCount != 0 {
		s.spilledAt(position >> chunkBits).units[position&(chunkSize-1)]++
	}
	s.folding.Add(-1)
}

// spilledAt returns the counts taken out of a chunk. Hold the lock.
func (s *BucketSample) spilledAt(number int) *spillover {
	if of := s.spilledOf(number); of != nil {
		return of
	}
	all := make([]spillover, len(s.spilled)+1)
	copy(all, s.spilled)
	s.spilled = all
	last := &all[len(all)-1]
	last.chunk = number
	return last
}

// spilledOf returns the same if there are any, or nil. Hold the lock.
func (s *BucketSample) spilledOf(number int) *spillover {
	for i := range s.spilled {
		if s.spilled[i].chunk == number {
			return &s.spilled[i]
		}
	}
	return nil
}

// open returns the span, making it for the first value.
func (s *BucketSample) open() *span {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.span.Load(); w != nil {
		return w
	}
	scheme := s.scheme()
	w := &span{scheme: scheme, finder: scheme.Positive().Finder()}
	s.span.Store(w)
	return w
}

// scheme returns that of the span, or the one it would get. Hold the lock.
func (s *BucketSample) scheme() *buckets.Scheme {
	if w := s.span.Load(); w != nil {
		return w.scheme
	}
	if s.spec == nil {
		s.spec = buckets.SpecOf(buckets.DefaultError, nil)
	}
	if s.seconds {
		return s.spec.Seconds()
	}
	return s.spec.Plain()
}

// becomeTimers makes the histogram's sample one of a timer.
func (h Histogram) becomeTimers() {
	if h.state != nil && h.state.buckets != nil {
		h.state.buckets.becomeTimers()
	}
}

// becomeTimers takes values for nanoseconds that are exposed in seconds, unless
// there are values already.
func (s *BucketSample) becomeTimers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seconds = true
	s.scheme()
}

// prepare has the tables of the buckets made, so that the first update doesn't wait for
// them.
func (s *BucketSample) prepare() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scheme()
}

// due reports whether an update of a timer that doesn't know the time is to read
// the clock. It takes an addition of its own: one of any 16 updates in a row must,
// and the counts of many buckets don't number them.
func (s *BucketSample) due() bool { return uint64(s.calls.Add(1))&s.clock.Mask() == 0 }

// record counts v. It leaves the clock to timers.
func (s *BucketSample) record(v, t int64) int64 {
	s.Update(v)
	return t
}

// wake makes the next record read the clock.
func (s *BucketSample) wake() { s.clock.Wake() }

// restart forgets everything, but keeps the memory.
func (s *BucketSample) restart() {
	for {
		s.mu.Lock()
		if w := s.span.Load(); w != nil {
			for _, c := range w.chunks {
				if c != nil {
					c.clear()
				}
			}
		}
		s.offsets = tally{}
		s.spilled = nil
		s.restarts++
		whole := s.folding.Load() == 0 // else something old is yet to come
		s.mu.Unlock()
		if whole {
			return
		}
		runtime.Gosched()
	}
}
