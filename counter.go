package metrics

import (
	"math"
	"sync/atomic"
	"time"
)

// Counter is a number that goes up and down by whole steps, such as requests
// served or connections open. It is one atomic integer behind a pointer: copies
// of a Counter are the same counter, and all methods may be called concurrently.
// The zero value is a no-op that always reads 0.
//
// A counter that several cores keep increasing at the same moment is spread over
// cells of a cache line each, two for each core: 512 bytes on up to four cores, at
// most 8 KiB, allocated once. Its Count stays exact.
//
// A Counter wraps around at the ends of int64. Prometheus takes a counter that
// went down for one that was restarted; for what really goes down use a Gauge.
type Counter struct{ state *counterState }

type counterState struct {
	count atomic.Int64
	rare  atomic.Pointer[counterRare]
	origin
}

// counterRare is what few counters have: it is allocated when one needs it, and
// replaced when it gets stripes. It fills a cache line, which all cores only read.
type counterRare struct {
	*counterExtras
	stripes             // what was added since the counter was fought for
	wanted  atomic.Bool // stripes, by addSpread
	_       [8]byte
}

// counterExtras stay the same when the rare part is replaced.
type counterExtras struct {
	exemplar  atomic.Pointer[exemplar]
	fractions atomic.Uint64 // bits of the sum of what IncFloat64 added that was no whole number
}

// NewCounter returns a counter that no registry knows yet.
func NewCounter(labels ...Labels) Counter { return newCounter(newLabelSet(labels...), nowhere) }

// GetOrRegisterCounter returns the counter of that name and those labels,
// making it if need be. A nil registry is DefaultRegistry. If the name belongs
// to a metric of another type, the counter works but isn't exported.
func GetOrRegisterCounter(name string, r Registry, labels ...Labels) Counter {
	return getOrRegister(name, r, labels, newCounter)
}

// NewRegisteredCounter makes a counter and registers it, nil meaning
// DefaultRegistry. It works, unexported, even if the series is taken already.
func NewRegisteredCounter(name string, r Registry, labels ...Labels) Counter {
	return newRegistered(name, r, NewCounter(labels...))
}

func newCounter(labels *labelSet, _ place) Counter {
	if UseNilMetrics {
		return Counter{}
	}
	state := &counterState{origin: origin{labels: labels}}
	state.begin()
	return Counter{state}
}

// Inc adds n, which may be negative. It takes one atomic addition, and allocates
// nothing, except once for a counter that cores fight for.
func (c Counter) Inc(n int64) { c.state.add(n, (*counterState).addSpread, (*counterState).probe) }

// Dec subtracts n.
func (c Counter) Dec(n int64) {
	if c.state != nil {
		c.state.count.Add(-n)
	}
}

// IncFloat64 adds n, which may have a fraction and be negative, for what isn't counted
// in whole steps, such as seconds. Whole numbers are added as by Inc; the others are
// summed up beside them as a float64, so that CountFloat64 has the fractions too. NaN
// and infinities are not added, since they would spoil the sum for good; the first is
// logged. It allocates once, for the first fraction.
func (c Counter) IncFloat64(n float64) {
	switch whole := int64(n); {
	case c.state == nil:
	case float64(whole) == n && math.Abs(n) < 1<<63: // at the ends conversion depends on the processor
		c.Inc(whole)
	case math.IsNaN(n - n):
		problems.Once("", "value not added to a counter", errNotFinite)
	default:
		addFloat(&c.state.extras().fractions, n)
	}
}

// add adds n to count, and now and then probes for contention; once there is a rare
// part, it leaves the addition to addSpread. The two come as arguments because then
// the compiler inlines all of this where a program calls Inc: a stack frame costs as
// much again as half of the addition.
func (s *counterState) add(n int64, addSpread, probe func(*counterState, int64)) {
	if s != nil {
		if s.rare.Load() != nil {
			addSpread(s, n)
		} else if s.count.Add(n)&probeMask == 0 {
			probe(s, n)
		}
	}
}

// addSpread adds n to the cell of this goroutine, if there are stripes. Where two that
// run at once share a cell, all are spread anew. What is negative goes to count, which
// a reading takes first: so none sees a decrement without the increment before it.
//
// Nothing is called here that isn't inlined, which saves the stack frame. So where
// there are no stripes yet, it can only ask for them.
func (s *counterState) addSpread(n int64) {
	rare := s.rare.Load()
	if rare.mask == 0 || n < 0 {
		if mayProbe(s.count.Add(n)) && rare.mask == 0 && contended(&s.count) {
			rare.wanted.Store(true)
		}
		return
	}
	shift := rare.shift.Load()
	cell := rare.cell(shift)
	if mayProbe(cell.Add(n)) && contended(cell) {
		rare.respread(shift)
	}
}

// probe makes stripes if others add at this moment. It is called after n was added.
func (s *counterState) probe(n int64) {
	if mayProbeSum(s.count.Load(), n) && contended(&s.count) {
		s.spread()
	}
}

// spread makes stripes, unless there are some.
func (s *counterState) spread() {
	fresh := counterRare{counterExtras: s.needRare().counterExtras}
	fresh.open()
	for {
		rare := s.rare.Load()
		if rare.mask != 0 || s.rare.CompareAndSwap(rare, &fresh) {
			return
		}
	}
}

// needRare returns the rare part, made if it is not there.
func (s *counterState) needRare() *counterRare {
	if s.rare.Load() == nil {
		s.rare.CompareAndSwap(nil, &counterRare{counterExtras: new(counterExtras)})
	}
	return s.rare.Load()
}

// extras returns what few counters have, made if it is not there, and makes stripes if
// they are wanted.
func (s *counterState) extras() *counterExtras {
	rare := s.needRare()
	if rare.wanted.Load() {
		s.spread()
	}
	return rare.counterExtras
}

// Clear sets the counter to 0 and renews its creation time. An Inc that runs at the
// same time may be cleared or not, and a Count may see the counter cleared in part.
func (c Counter) Clear() {
	if c.state == nil {
		return
	}
	c.state.begin()
	c.state.count.Store(0)
	if rare := c.state.rare.Load(); rare != nil {
		rare.exemplar.Store(nil)
		rare.fractions.Store(0)
		rare.stripes.clear()
	}
}

// Count returns the current value, rounded down if fractions were added. As long as
// nothing negative is added and nobody clears, it never goes down from one call to the
// next.
func (c Counter) Count() int64 {
	return wholeOf(c.read())
}

// wholeOf adds fractions, rounded down. A sum of them beyond int64 counts as the end of
// int64, since what conversion makes of it depends on the processor.
func wholeOf(whole int64, fractions float64) int64 {
	switch {
	case fractions >= 1<<63:
		return math.MaxInt64
	case fractions < -1<<63:
		return math.MinInt64
	}
	return whole + int64(math.Floor(fractions))
}

// CountFloat64 is Count with the fractions that IncFloat64 added.
func (c Counter) CountFloat64() float64 {
	whole, fractions := c.read()
	return float64(whole) + fractions
}

// read returns the sum of what was added in whole numbers, and that of the rest.
func (c Counter) read() (whole int64, fractions float64) {
	if c.state == nil {
		return 0, 0
	}
	whole = c.state.count.Load()
	if rare := c.state.rare.Load(); rare != nil {
		fractions = math.Float64frombits(rare.fractions.Load())
		whole += rare.stripes.sum()
	}
	return whole, fractions
}

// Labels returns a copy of the counter's labels, never nil.
func (c Counter) Labels() Labels { return c.provenance().Labels() }

// Created returns when the counter was made or last cleared, by the wall clock;
// the zero time for a no-op.
func (c Counter) Created() time.Time { return c.provenance().Created() }

// Snapshot returns a read-only copy of the counter as it is now.
func (c Counter) Snapshot() CounterSnapshot {
	whole, fractions := c.read()
	return CounterSnapshot{c.provenance(), whole, fractions, c.exemplar()}
}

// WithLabels returns a snapshot with labels added to the counter's own, which
// stay as they are. An empty value takes a label away.
func (c Counter) WithLabels(labels Labels) CounterSnapshot {
	return c.Snapshot().WithLabels(labels)
}

func (c Counter) provenance() (p provenance) {
	if c.state != nil {
		p = c.state.provenance()
	}
	return p
}

// CounterSnapshot is a counter as it was at one moment. It never changes.
type CounterSnapshot struct {
	provenance
	whole     int64
	fractions float64
	exemplar  *exemplar
}

// Count returns the value at the time of the snapshot, rounded down if fractions were
// added.
func (s CounterSnapshot) Count() int64 { return wholeOf(s.whole, s.fractions) }

// CountFloat64 is Count with the fractions that IncFloat64 added.
func (s CounterSnapshot) CountFloat64() float64 { return float64(s.whole) + s.fractions }

// Snapshot returns the snapshot itself.
func (s CounterSnapshot) Snapshot() CounterSnapshot { return s }

// WithLabels returns a copy with labels added; an empty value takes one away.
func (s CounterSnapshot) WithLabels(labels Labels) CounterSnapshot {
	s.provenance = s.with(labels)
	return s
}
