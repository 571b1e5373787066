package metrics

import (
	"sync/atomic"
	"time"

	"github.com/go-metrics-plus/metrics/internal/clock"
	"github.com/go-metrics-plus/metrics/internal/rates"
)

// Meter counts events and knows how many come per second: as moving averages
// over 1, 5 and 15 minutes, like the load averages of UNIX, and as the mean since
// the start. Copies of a Meter are the same meter, and all methods may be called
// concurrently. The zero value is a no-op that always reads 0.
//
// A Meter needs no goroutine and no closing. The averages move in ticks of 5
// seconds, which are applied when somebody marks or reads. The first tick sets
// them, and those of an idle meter fall to exactly 0. A meter marked often reads the clock
// at one of up to 16 calls, so that as many may count in an earlier tick; none
// is lost.
type Meter struct{ state *meterState }

type meterState struct {
	origin
	count atomic.Int64
	clock clock.Coarse
	rates rates.Rates
}

// NewMeter returns a meter that no registry knows yet.
func NewMeter(labels ...Labels) Meter { return newMeter(newLabelSet(labels...), nowhere) }

// GetOrRegisterMeter returns the meter of that name and those labels, making it
// if need be. A nil registry is DefaultRegistry. If the name belongs to a metric
// of another type, the meter works but isn't exported.
func GetOrRegisterMeter(name string, r Registry, labels ...Labels) Meter {
	return getOrRegister(name, r, labels, newMeter)
}

// NewRegisteredMeter makes a meter and registers it, nil meaning
// DefaultRegistry. It works, unexported, even if the series is taken already.
func NewRegisteredMeter(name string, r Registry, labels ...Labels) Meter {
	return newRegistered(name, r, NewMeter(labels...))
}

func newMeter(labels *labelSet, _ place) Meter {
	if UseNilMetrics {
		return Meter{}
	}
	state := &meterState{origin: origin{labels: labels}}
	state.begin()
	state.rates.Restart(clock.Now())
	return Meter{state}
}

// Mark counts n events: one atomic addition, and now and then a reading of the
// clock. It allocates nothing and waits for nobody.
func (m Meter) Mark(n int64) { m.state.mark(n, (*meterState).markSlow) }

// mark adds n to the count, and calls markSlow where the clock has to be read. It is
// an argument in order that all else is inlined, as with Counter.Inc.
func (s *meterState) mark(n int64, markSlow func(*meterState, int64)) {
	if s != nil {
		if count := s.count.Add(n); s.clock.Due(count, n) {
			markSlow(s, n)
		}
	}
}

// markSlow is the less common part of Mark: it reads the clock and applies the ticks
// that are due.
func (s *meterState) markSlow(n int64) {
	if t := s.clock.Read(); s.rates.Due(t) {
		s.tick(t, n)
	}
}

// markAt is Mark where the time is known.
func (m Meter) markAt(n, t int64) {
	if m.state != nil {
		m.state.count.Add(n)
		if m.state.rates.Due(t) {
			m.state.tick(t, n)
		}
	}
}

// tick applies the ticks due by t, unless somebody else does. They take what was
// counted before the n events that have just been marked.
func (s *meterState) tick(t, n int64) {
	if s.rates.TryLock() {
		s.rates.Advance(t, s.count.Load()-n)
		s.rates.Unlock()
	}
}

// read returns the count and the rates that belong to it.
func (s *meterState) read() (int64, rateValues) {
	s.clock.Wake()
	s.rates.Lock()
	defer s.rates.Unlock()
	count := s.count.Load()
	return count, rateValues{s.rates.Read(clock.Now(), count)}
}

// clear starts over, for a timer that was made of this meter.
func (m Meter) clear() {
	if s := m.state; s != nil {
		s.rates.Lock()
		defer s.rates.Unlock()
		s.begin()
		s.count.Store(0)
		s.rates.Restart(clock.Now())
	}
}

// Stop does nothing, since there is nothing to stop: it is there for code
// written for libraries whose meters leak unless stopped.
func (m Meter) Stop() {}

// Count returns how many events were marked since the start.
func (m Meter) Count() int64 {
	if m.state == nil {
		return 0
	}
	return m.state.count.Load()
}

// Rate1 returns the moving average over a minute, in events per second.
func (m Meter) Rate1() float64 { return m.Snapshot().Rate1() }

// Rate5 returns the moving average over five minutes, in events per second.
func (m Meter) Rate5() float64 { return m.Snapshot().Rate5() }

// Rate15 returns the moving average over fifteen minutes, in events per second.
func (m Meter) Rate15() float64 { return m.Snapshot().Rate15() }

// RateMean returns the events per second since the start.
func (m Meter) RateMean() float64 { return m.Snapshot().RateMean() }

// Labels returns a copy of the meter's labels, never nil.
func (m Meter) Labels() Labels { return m.provenance().Labels() }

// Created returns when the meter was made, by the wall clock; the zero time for
// a no-op.
func (m Meter) Created() time.Time { return m.provenance().Created() }

// Snapshot returns a read-only copy of the meter as it is now. Its four rates
// and its count are of one moment, unlike those of separate calls.
func (m Meter) Snapshot() MeterSnapshot {
	if m.state == nil {
		return MeterSnapshot{}
	}
	count, rates := m.state.read()
	return MeterSnapshot{m.provenance(), rates, count}
}

// WithLabels returns a snapshot with labels added to the meter's own, which stay
// as they are. An empty value takes a label away.
func (m Meter) WithLabels(labels Labels) MeterSnapshot { return m.Snapshot().WithLabels(labels) }

func (m Meter) provenance() (p provenance) {
	if m.state != nil {
		p = m.state.provenance()
	}
	return p
}

// MeterSnapshot is a meter as it was at one moment. It never changes.
type MeterSnapshot struct {
	provenance
	rateValues
	count int64
}

// Count returns how many events had been marked by the time of the snapshot.
func (s MeterSnapshot) Count() int64 { return s.count }

// Snapshot returns the snapshot itself.
func (s MeterSnapshot) Snapshot() MeterSnapshot { return s }

// WithLabels returns a copy with labels added; an empty value takes one away.
func (s MeterSnapshot) WithLabels(labels Labels) MeterSnapshot {
	s.provenance = s.with(labels)
	return s
}
