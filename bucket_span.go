package metrics

import (
	"sync/atomic"
	"unsafe"

	"github.com/go-metrics-plus/metrics/internal/buckets"
)

// span is the part of all buckets that has been used. It is replaced by a
// larger one when need be; the chunks stay.
type span struct {
	scheme *buckets.Scheme
	finder buckets.Finder // of the positive side
	first  int            // number of the first of the chunks
	chunks []*chunk

	// What count takes care of: buckets of values that aren't negative, wide or
	// beyond the chunks. There are extent such values from lowest on.
	lowest, extent uint64
}

// setExtent finds out what count takes care of.
func (w *span) setExtent() {
	side := w.scheme.Positive()
	first, end := max(w.first, 0)<<chunkBits, min((w.first+len(w.chunks))<<chunkBits, side.Wide())
	if first < end {
		w.lowest = side.Lower(first)
		w.extent = max(min(side.Lower(end), buckets.Exact), w.lowest) - w.lowest
	}
}

// chunkOf returns the chunk of a bucket that setExtent admits, or nil if it is not
// made yet. That it is one of the chunks has been checked with the value.
func (w *span) chunkOf(n int) *chunk {
	i := n>>chunkBits - w.first
	return *(**chunk)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(w.chunks)), uintptr(i)*unsafe.Sizeof(w.chunks[0])))
}

// chunk is what is allocated at once: the words of 16 buckets, two cache lines.
// Chunk number i holds the buckets of positions 16i to 16i+15.
//
// A word is count·2^36 + the sum of the offsets of its values, which is how far
// they are from the end of the bucket that is closer to zero. So a value changes
// count and sum at once, and however many are counted in passing, every reading
// finds a sum that belongs to its counts.
//
// A word's sum is taken out when it reaches 2^34. It can't overflow before, since
// that would take 768 additions of the largest offset within the moments from
// such an addition to the exchange that follows it, while each of them starts
// an exchange itself. Half of the count's range is taken out when it is full.
type chunk [chunkSize]atomic.Uint64

// chunkAt returns the chunk of that number, making it if need be.
func (s *BucketSample) chunkAt(number int) *chunk {
	for {
		w := s.span.Load()
		if i := number - w.first; uint(i) < uint(len(w.chunks)) && w.chunks[i] != nil {
			return w.chunks[i]
		}
		larger, made := w.with(number)
		if s.span.CompareAndSwap(w, larger) {
			return made
		}
	}
}

// with returns a span that has a chunk of that number.
func (w *span) with(number int) (*span, *chunk) {
	first, end := number, number+1
	if len(w.chunks) > 0 {
		first, end = min(first, w.first), max(end, w.first+len(w.chunks))
	}
	larger := *w
	larger.first = first
	larger.chunks = make([]*chunk, end-first)
	if len(w.chunks) > 0 {
		copy(larger.chunks[w.first-first:], w.chunks)
	}
	made := new(chunk)
	larger.chunks[number-first] = made
	larger.setExtent()
	return &larger, made
}

// used returns how many buckets are in use, or were before a Clear.
func (w *span) used() int {
	n := 0
	for _, c := range w.chunks {
		if c == nil {
			continue
		}
		for i := range c {
			if c[i].Load() != 0 {
				n++
			}
		}
	}
	return n
}

// clear forgets what was counted.
func (c *chunk) clear() {
	for i := range c {
		c[i].Store(0)
	}
}
