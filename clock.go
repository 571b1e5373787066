package metrics

import (
	"sync/atomic"
	"time"
)

// epoch is the zero of the package's clock. Only differences matter, so any
// moment will do; one in this process carries a monotonic reading, which a step
// of the wall clock can't touch.
var epoch = time.Now()

// unknown stands for a time that nobody has looked up. It is earlier than any
// other, so that "is it due?" is a single comparison.
const unknown = -1 << 63

// now is the time since epoch in nanoseconds. Inside a testing/synctest bubble
// it is the bubble's, decades before epoch: nothing may take it for positive,
// and nothing may loop over the seconds between two readings.
func now() int64 { return int64(time.Since(epoch)) }

// since translates a time at hand to that of now.
func since(t time.Time) int64 { return int64(t.Sub(epoch)) }

const (
	// sparseMask makes a busy instrument look at the clock when its count
	// passes a multiple of 16: a clock costs five to nine times the addition
	// that it would time, and a sixteenth of that can be borne.
	sparseMask = sparse - 1
	sparse     = 16

	// busy is how quickly 16 calls must follow each other for an instrument to
	// count as busy. It bounds what looking sparsely costs in accuracy.
	busy = int64(time.Millisecond)
)

// A coarseClock decides which updates of an instrument read the clock. Slow
// instruments read it at each update, busy ones whenever their count passes a
// multiple of 16. The zero value is ready for use.
type coarseClock struct {
	mask   atomic.Uint64 // 0 or sparseMask
	last   atomic.Int64  // about when somebody looked
	streak atomic.Uint32 // looks in a row that came within a millisecond of last
}

// passes tells whether a count that n has just been added to passed a multiple
// of mask+1 on the way. It holds for negative n too; nothing passes with n 0.
func passes(count, n int64, mask uint64) bool { return uint64(count^(count-n)) > mask }

// due tells whether the update that brought the count to count by adding n is
// to look at the clock.
func (c *coarseClock) due(count, n int64) bool { return passes(count, n, c.mask.Load()) }

// look reads the clock for an update that was due, and settles whether the next
// one is. Sixteen calls must have come within a millisecond before any goes
// unlooked, so a handful that come at once are all timed exactly.
func (c *coarseClock) look() int64 {
	t := now()
	elapsed := t - c.last.Load()
	recent := elapsed >= 0 && elapsed < busy
	switch sparsely := c.mask.Load() != 0; {
	case recent && sparsely:
		// An atomic store costs as much as the update. A time that is hardly
		// newer may be left as it is: this only makes us look more often.
		if elapsed > busy/2 {
			c.last.Store(t)
		}
	case recent:
		if c.streak.Add(1) >= sparse {
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

// wake makes the next update look at the clock. Whoever reads an instrument
// calls it: one that was busy may have gone quiet since, and must not keep its
// next 16 updates waiting.
func (c *coarseClock) wake() {
	if c.mask.Load() != 0 {
		c.mask.Store(0)
	}
}

// origin is what every instrument keeps beside its figures.
type origin struct {
	labels  *labelSet
	created atomic.Int64 // wall clock, nanoseconds since 1970
}

// begin marks the instrument as made, or cleared, just now.
func (o *origin) begin() { o.created.Store(time.Now().UnixNano()) }

// provenance copies the origin for a snapshot.
func (o *origin) provenance() provenance { return provenance{o.labels, o.created.Load()} }

// provenance is what every snapshot keeps of its instrument beside the figures.
type provenance struct {
	labels  *labelSet
	created int64
}

// Labels returns a copy of the labels, never nil.
func (p provenance) Labels() Labels { return p.labels.Labels() }

// Created returns when the instrument was made or last cleared, by the wall
// clock. It is the zero time for the snapshot of a no-op.
func (p provenance) Created() time.Time {
	if p.created == 0 {
		return time.Time{}
	}
	return time.Unix(0, p.created)
}

func (p provenance) labelSet() *labelSet { return p.labels }

// with returns the provenance with labels added.
func (p provenance) with(labels Labels) provenance {
	return provenance{p.labels.with(labels), p.created}
}
