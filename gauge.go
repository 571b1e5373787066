package metrics

import (
	"math"
	"sync/atomic"
	"time"
)

// Gauge is an integer that is set to what was measured last, such as the length
// of a queue; a functional gauge computes it when it is read. Copies of a Gauge
// are the same gauge, all methods may be called concurrently, and nothing in it
// allocates. The zero value is a no-op that always reads 0.
type Gauge struct{ state *gaugeState }

type gaugeState struct {
	origin
	value atomic.Int64
	f     func() int64 // nil unless the gauge is functional
}

// NewGauge returns a gauge that no registry knows yet. It reads 0 until updated.
func NewGauge(labels ...Labels) Gauge { return newGauge(newLabelSet(labels...), nowhere) }

// GetOrRegisterGauge returns the gauge of that name and those labels, making it
// if need be. A nil registry is DefaultRegistry. If the name belongs to a metric
// of another type, the gauge works but isn't exported.
func GetOrRegisterGauge(name string, r Registry, labels ...Labels) Gauge {
	return getOrRegister(name, r, labels, newGauge)
}

// NewRegisteredGauge makes a gauge and registers it, nil meaning
// DefaultRegistry. It works, unexported, even if the series is taken already.
func NewRegisteredGauge(name string, r Registry, labels ...Labels) Gauge {
	return newRegistered(name, r, NewGauge(labels...))
}

// NewFunctionalGauge returns a gauge whose value is f's result at the time of
// reading. Any goroutine may read it, at any time, so f must allow concurrent
// calls and be quick. A nil f makes it a plain gauge.
func NewFunctionalGauge(f func() int64, labels ...Labels) Gauge {
	g := NewGauge(labels...)
	if g.state != nil {
		g.state.f = f
	}
	return g
}

// NewRegisteredFunctionalGauge makes a functional gauge and registers it, nil
// meaning DefaultRegistry. It works, unexported, even if the series is taken already.
func NewRegisteredFunctionalGauge(name string, r Registry, f func() int64, labels ...Labels) Gauge {
	return newRegistered(name, r, NewFunctionalGauge(f, labels...))
}

func newGauge(labels *labelSet, _ place) Gauge {
	if UseNilMetrics {
		return Gauge{}
	}
	state := &gaugeState{origin: origin{labels: labels}}
	state.begin()
	return Gauge{state}
}

// Update sets the value. It does nothing to a functional gauge.
func (g Gauge) Update(value int64) {
	if g.state != nil {
		g.state.value.Store(value) // a functional gauge never reads it
	}
}

// Inc adds n, which may be negative, with one atomic addition: for what begins
// and ends, such as requests in flight. It does nothing to a functional gauge.
func (g Gauge) Inc(n int64) {
	if g.state != nil {
		g.state.value.Add(n)
	}
}

// Dec subtracts n; see Inc.
func (g Gauge) Dec(n int64) { g.Inc(-n) }

// Value returns the value set last, or that of the function.
func (g Gauge) Value() int64 {
	switch {
	case g.state == nil:
		return 0
	case g.state.f != nil:
		return g.state.f()
	}
	return g.state.value.Load()
}

// Labels returns a copy of the gauge's labels, never nil.
func (g Gauge) Labels() Labels { return g.provenance().Labels() }

// Created returns when the gauge was made, by the wall clock; the zero time for
// a no-op.
func (g Gauge) Created() time.Time { return g.provenance().Created() }

// Snapshot returns a read-only copy of the gauge as it is now.
func (g Gauge) Snapshot() GaugeSnapshot { return GaugeSnapshot{g.provenance(), g.Value()} }

// WithLabels returns a snapshot with labels added to the gauge's own, which stay
// as they are. An empty value takes a label away.
func (g Gauge) WithLabels(labels Labels) GaugeSnapshot { return g.Snapshot().WithLabels(labels) }

func (g Gauge) provenance() (p provenance) {
	if g.state != nil {
		p = g.state.provenance()
	}
	return p
}

// GaugeSnapshot is a gauge as it was at one moment. It never changes.
type GaugeSnapshot struct {
	provenance
	value int64
}

// Value returns the value at the time of the snapshot.
func (s GaugeSnapshot) Value() int64 { return s.value }

// Snapshot returns the snapshot itself.
func (s GaugeSnapshot) Snapshot() GaugeSnapshot { return s }

// WithLabels returns a copy with labels added; an empty value takes one away.
func (s GaugeSnapshot) WithLabels(labels Labels) GaugeSnapshot {
	s.provenance = s.with(labels)
	return s
}

// GaugeFloat64 is a Gauge for numbers with a fraction. NaN and the infinities
// are kept as they are.
type GaugeFloat64 struct{ state *gaugeFloat64State }

type gaugeFloat64State struct {
	origin
	bits atomic.Uint64
	f    func() float64 // nil unless the gauge is functional
}

// NewGaugeFloat64 is NewGauge for numbers with a fraction.
func NewGaugeFloat64(labels ...Labels) GaugeFloat64 {
	return newGaugeFloat64(newLabelSet(labels...), nowhere)
}

// GetOrRegisterGaugeFloat64 is GetOrRegisterGauge for numbers with a fraction.
func GetOrRegisterGaugeFloat64(name string, r Registry, labels ...Labels) GaugeFloat64 {
	return getOrRegister(name, r, labels, newGaugeFloat64)
}

// NewRegisteredGaugeFloat64 is NewRegisteredGauge for numbers with a fraction.
func NewRegisteredGaugeFloat64(name string, r Registry, labels ...Labels) GaugeFloat64 {
	return newRegistered(name, r, NewGaugeFloat64(labels...))
}

// NewFunctionalGaugeFloat64 is NewFunctionalGauge for numbers with a fraction.
func NewFunctionalGaugeFloat64(f func() float64, labels ...Labels) GaugeFloat64 {
	g := NewGaugeFloat64(labels...)
	if g.state != nil {
		g.state.f = f
	}
	return g
}

// NewRegisteredFunctionalGaugeFloat64 is NewRegisteredFunctionalGauge for
// numbers with a fraction.
func NewRegisteredFunctionalGaugeFloat64(name string, r Registry, f func() float64, labels ...Labels) GaugeFloat64 {
	return newRegistered(name, r, NewFunctionalGaugeFloat64(f, labels...))
}

func newGaugeFloat64(labels *labelSet, _ place) GaugeFloat64 {
	if UseNilMetrics {
		return GaugeFloat64{}
	}
	state := &gaugeFloat64State{origin: origin{labels: labels}}
	state.begin()
	return GaugeFloat64{state}
}

// Update sets the value. It does nothing to a functional gauge.
func (g GaugeFloat64) Update(value float64) {
	if g.state != nil {
		g.state.bits.Store(math.Float64bits(value))
	}
}

// Inc adds n, which may be negative. Of concurrent calls none is lost, also not
// beside Update; each is rounded as float64 addition is. It does nothing to a
// functional gauge.
func (g GaugeFloat64) Inc(n float64) {
	if g.state != nil {
		addFloat(&g.state.bits, n)
	}
}

// addFloat adds n to the float64 whose bits are in the word.
func addFloat(bits *atomic.Uint64, n float64) {
	for {
		before := bits.Load()
		if bits.CompareAndSwap(before, math.Float64bits(math.Float64frombits(before)+n)) {
			return
		}
	}
}

// Dec subtracts n; see Inc.
func (g GaugeFloat64) Dec(n float64) { g.Inc(-n) }

// Value returns the value set last, or that of the function.
func (g GaugeFloat64) Value() float64 {
	switch {
	case g.state == nil:
		return 0
	case g.state.f != nil:
		return g.state.f()
	}
	return math.Float64frombits(g.state.bits.Load())
}

// Labels returns a copy of the gauge's labels, never nil.
func (g GaugeFloat64) Labels() Labels { return g.provenance().Labels() }

// Created returns when the gauge was made, by the wall clock; the zero time for
// a no-op.
func (g GaugeFloat64) Created() time.Time { return g.provenance().Created() }

// Snapshot returns a read-only copy of the gauge as it is now.
func (g GaugeFloat64) Snapshot() GaugeFloat64Snapshot {
	return GaugeFloat64Snapshot{g.provenance(), g.Value()}
}

// WithLabels returns a snapshot with labels added to the gauge's own, which stay
// as they are. An empty value takes a label away.
func (g GaugeFloat64) WithLabels(labels Labels) GaugeFloat64Snapshot {
	return g.Snapshot().WithLabels(labels)
}

func (g GaugeFloat64) provenance() (p provenance) {
	if g.state != nil {
		p = g.state.provenance()
	}
	return p
}

// GaugeFloat64Snapshot is a gauge as it was at one moment. It never changes.
type GaugeFloat64Snapshot struct {
	provenance
	value float64
}

// Value returns the value at the time of the snapshot.
func (s GaugeFloat64Snapshot) Value() float64 { return s.value }

// Snapshot returns the snapshot itself.
func (s GaugeFloat64Snapshot) Snapshot() GaugeFloat64Snapshot { return s }

// WithLabels returns a copy with labels added; an empty value takes one away.
func (s GaugeFloat64Snapshot) WithLabels(labels Labels) GaugeFloat64Snapshot {
	s.provenance = s.with(labels)
	return s
}
