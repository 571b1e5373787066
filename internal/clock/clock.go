// Package clock decides how seldom an instrument may read the time, which costs five
// to nine times the addition that it would time.
package clock

import (
	"sync/atomic"
	"time"
)

// epoch is the zero of the package's clock. Only differences matter, so any
// moment will do; one in this process carries a monotonic reading, which a step
// of the wall clock can't touch.
var epoch = time.Now()

// Unknown stands for the time where the clock wasn't read. It is earlier than any
// other, so that "is it due?" is a single comparison.
const Unknown = -1 << 63

// Now is the time since epoch in nanoseconds. Inside a testing/synctest bubble
// it is the bubble's, decades before epoch: nothing may take it for positive,
// and nothing may loop over the seconds between two readings.
func Now() int64 { return int64(time.Since(epoch)) }

// Since translates a time at hand to that of Now.
func Since(t time.Time) int64 { return int64(t.Sub(epoch)) }

const (
	// Sparse is the number of updates of a busy instrument of which one reads the
	// clock. A sixteenth of what the clock costs can be borne.
	Sparse     = 16
	sparseMask = Sparse - 1

	// busy is how quickly 16 calls must follow each other for an instrument to
	// count as busy. It bounds what reading the clock seldom costs in accuracy.
	// One of a thousand instruments that take turns is busy, too.
	busy = int64(16 * time.Millisecond)
)

// Coarse decides which updates of an instrument read the clock. Slow instruments
// read it at each update, busy ones whenever their count passes a multiple of
// Sparse. All methods may be called concurrently, and none waits. The zero value
// is ready for use.
type Coarse struct {
	last   atomic.Int64  // about when the clock was read last
	mask   atomic.Uint32 // 0 or sparseMask
	streak atomic.Uint32 // readings in a row that came soon after last
}

// passes reports whether a count that n has just been added to passed a multiple
// of mask+1 on the way. It holds for negative n too; nothing passes with n 0.
func passes(count, n int64, mask uint64) bool { return uint64(count^(count-n)) > mask }

// Due reports whether the update that brought the count to count by adding n has
// to call Read.
func (c *Coarse) Due(count, n int64) bool { return passes(count, n, c.Mask()) }

// Mask is Due for callers who number their updates one by one: an update is due if its
// number has none of these bits.
func (c *Coarse) Mask() uint64 { return uint64(c.mask.Load()) }

// Read reads the clock for an update that was due, and decides whether the next
// one is. Sixteen calls must have come within busy before one goes without, so a
// handful that come at once are all timed exactly.
func (c *Coarse) Read() int64 {
	t := Now()
	elapsed := t - c.last.Load()
	recent := elapsed >= 0 && elapsed < busy
	switch sparsely := c.mask.Load() != 0; {
	case recent && sparsely:
		// An atomic store costs as much as the update. A time that is hardly
		// newer may be left as it is: this only makes us read the clock more often.
		if elapsed > busy/2 {
			c.last.Store(t)
		}
	case recent:
		if c.streak.Add(1) >= Sparse {
			c.last.Store(t)
			c.mask.Store(sparseMask)
		}
	default:
		c.last.Store(t)
		c.streak.Store(1)
		if sparsely {
			c.mask.Store(0)
		}
	}
	return t
}

// Wake makes the next update read the clock. Readers of an instrument
// call it: one that was busy may have gone quiet since, and its next update may
// be the only one for long.
func (c *Coarse) Wake() {
	if c.mask.Load() != 0 {
		c.mask.Store(0)
	}
}
