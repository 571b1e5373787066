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
	cells      []stripe
	shift      uint          // leaves as many bits of a hash as number the cells
	multiplier atomic.Uint64 // odd; of the hash that spreads goroutines over the cells
}

// stripe fills a cache line of 64 bytes.
type stripe struct {
	n atomic.Int64
	_ [56]byte
}

const (
	// golden is 2^64 divided by the golden ratio: its multiples are spread evenly.
	golden = 0x9e3779b97f4a7c15

	// probeMask makes one addition in 4096 watch whether others add to the same word.
	probeMask = 1<<12 - 1

	fewestStripes, mostStripes = 8, 128
)

// newStripes returns at least two cells for each core, up to mostStripes.
func newStripes() *stripes {
	width := bits.Len(uint(2*runtime.GOMAXPROCS(0) - 1))
	n := min(max(1<<width, fewestStripes), mostStripes)
	s := &stripes{cells: make([]stripe, n), shift: uint(64 - bits.Len(uint(n-1)))}
	s.multiplier.Store(golden)
	return s
}

// stackPlace returns where the stack of this goroutine is, in units of the smallest
// stack there is. It is the one thing in which goroutines differ that costs nothing to
// find out.
func stackPlace() uint64 {
	var here byte
	return uint64(uintptr(unsafe.Pointer(&here))) >> 11
}

// add adds n to a cell that depends on the goroutine. Where two that run at once share
// a cell, all are spread anew.
func (s *stripes) add(n int64) {
	multiplier := s.multiplier.Load()
	cell := &s.cells[stackPlace()*multiplier>>(s.shift&63)].n
	if mayProbe(cell.Add(n)) && contended(cell) {
		s.multiplier.CompareAndSwap(multiplier, multiplier*golden)
	}
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
