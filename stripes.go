package metrics

import (
	"math/bits"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// stripes are what a counter that several cores fight for is spread over: cells of a
// cache line each, so that additions to different cells don't wait for each other.
// The more cores, the more an addition to a single word has to wait.
type stripes struct {
	cells []stripe // a power of two; nil until there are any
	mask  uint64   // the bits of an offset in cells
	shift atomic.Uint32
}

// stripe fills a cache line of 64 bytes.
type stripe struct {
	n atomic.Int64
	_ [stripeSize - 8]byte
}

const (
	stripeSize = 64

	// golden is 2^64 divided by the golden ratio: its multiples are spread evenly.
	golden = 0x9e3779b97f4a7c15

	// probeMask makes one addition in 4096 watch whether others add to the same word.
	probeMask = 1<<12 - 1

	fewestStripes, mostStripes = 8, 128
)

// open makes at least two cells for each core, up to mostStripes.
func (s *stripes) open() {
	width := bits.Len(uint(2*runtime.GOMAXPROCS(0) - 1))
	n := min(max(1<<width, fewestStripes), mostStripes)
	s.cells = make([]stripe, n)
	s.mask = uint64(n-1) * stripeSize
	s.shift.Store(firstShift(s.mask))
}

// firstShift leads from the highest bits of a hash to an offset.
func firstShift(mask uint64) uint32 { return uint32(64 - bits.Len64(mask)) }

// stackPlace returns where the stack of this goroutine is, in units of the smallest
// stack there is. It is the one thing in which goroutines differ that costs nothing to
// find out: a variable without a size has an address, but needs no room.
func stackPlace() uint64 {
	var here struct{}
	return uint64(uintptr(unsafe.Pointer(&here))) >> 11
}

// cell returns the cell of this goroutine: with a shift, which picks bits of a hash of
// where its stack is. No index is checked here, since the code that panics for a wrong
// one would take the stack frame that addSpread does without.
func (s *stripes) cell(shift uint32) *atomic.Int64 {
	offset := stackPlace() * golden >> (shift & 63) & s.mask
	return (*atomic.Int64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(s.cells)), offset))
}

// respread has goroutines take other cells than with that shift. Those that still have
// the old one in hand add to their old cells, so nothing is lost.
func (s *stripes) respread(shift uint32) {
	next := shift - 5
	if next < 16 {
		next = firstShift(s.mask)
	}
	s.shift.CompareAndSwap(shift, next)
}

// sum adds up the cells. While none is ever subtracted from, it never goes down.
func (s *stripes) sum() (sum int64) {
	for i := range s.cells {
		sum += s.cells[i].n.Load()
	}
	return sum
}

// clear sets all cells to 0.
func (s *stripes) clear() {
	for i := range s.cells {
		s.cells[i].n.Store(0)
	}
}

// mayProbe reports whether an addition that had this result is one of the few that
// look for contention. The higher bits make it few of those, too, that add 4096 each
// time.
func mayProbe(result int64) bool { return (result+result>>13)&probeMask == 0 }

// mayProbeSum does the same for an addition of n that led to a multiple of 4096, where
// more bits are looked at the more of n are 0. Others may have added to sum since.
func mayProbeSum(sum, n int64) bool {
	even := bits.TrailingZeros64(uint64(n))
	return n != 0 && sum>>12&(1<<even-1) == 0
}

// contended reports whether others keep changing the word, each time within the tenth
// of a microsecond or two that so many loads take: an addition that is fought for
// takes less.
func contended(word *atomic.Int64) bool {
	const watches, loads = 8, 512
	for range watches {
		before, same := word.Load(), 0
		for same < loads && word.Load() == before {
			same++
		}
		if same == loads {
			return false
		}
	}
	return true
}
