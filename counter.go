package metrics

import (
	"sync/atomic"
	"time"
)

// Counter is a number that goes up and down by whole steps, such as requests
// served or connections open. It is one atomic integer behind a pointer: copies
// of a Counter are the same counter, all methods may be called concurrently,
// and nothing in it allocates. The zero value is a no-op that always reads 0.
//
// A Counter wraps around at the ends of int64. Prometheus takes a counter that
// went down for one that was restarted; for what really
// goes down use a Gauge.
type Counter struct{ state *counterState }

type counterState struct {
	origin
	count    atomic.Int64
	exemplar atomic.Pointer[exemplar]
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

// Inc adds n, which may be negative.
func (c Counter) Inc(n int64) {
	if c.state != nil {
		c.state.count.Add(n)
	}
}

// Dec subtracts n.
func (c Counter) Dec(n int64) {
	if c.state != nil {
		c.state.count.Add(-n)
	}
}

// Clear sets the counter to 0 and renews its creation time.
func (c Counter) Clear() {
	if c.state != nil {
		c.state.begin()
		c.state.count.Store(0)
		c.state.exemplar.Store(nil)
	}
}

// Count returns the current value.
func (c Counter) Count() int64 {
	if c.state == nil {
		return 0
	}
	return c.state.count.Load()
}

// Labels returns a copy of the counter's labels, never nil.
func (c Counter) Labels() Labels { return c.provenance().Labels() }

// Created returns when the counter was made or last cleared, by the wall clock;
// the zero time for a no-op.
func (c Counter) Created() time.Time { return c.provenance().Created() }

// Snapshot returns a read-only copy of the counter as it is now.
func (c Counter) Snapshot() CounterSnapshot {
	return CounterSnapshot{c.provenance(), c.Count(), c.exemplar()}
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
	count    int64
	exemplar *exemplar
}

// Count returns the value at the time of the snapshot.
func (s CounterSnapshot) Count() int64 { return s.count }

// Snapshot returns the snapshot itself.
func (s CounterSnapshot) Snapshot() CounterSnapshot { return s }

// WithLabels returns a copy with labels added; an empty value takes one away.
func (s CounterSnapshot) WithLabels(labels Labels) CounterSnapshot {
	s.provenance = s.with(labels)
	return s
}
