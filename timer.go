package metrics

import (
	"time"

	"github.com/go-metrics-plus/metrics/internal/clock"
	"github.com/go-metrics-plus/metrics/internal/rates"
)

// Timer records how long things take, and how many happen per second: it is a
// Histogram of durations in nanoseconds and a Meter at once. Copies of a Timer
// are the same timer, and all methods may be called concurrently. The zero value
// is a no-op that always reads 0.
//
// Count and Sum are exact totals since the start; all other statistics of
// durations describe the current sample, and the rates are those of a Meter.
// Update may read the clock at only one of 16 calls; UpdateSince and Time
// know the time and are exact.
type Timer struct{ state *timerState }

// timerState shares one count between durations and rates, that of the sample,
// so that an update changes it with one atomic addition. Only a custom timer
// has two, those of the instruments that it was made of.
type timerState struct {
	origin
	histogram *histogramState
	reservoir *reservoir    // histogram's, for calls that can be inlined; nil if custom
	buckets   *BucketSample // likewise
	rates     rates.Rates   // unused if custom
	custom    *customTimer
}

// customTimer holds what NewCustomTimer was given.
type customTimer struct {
	histogram Histogram
	meter     Meter
}

// NewTimer returns a timer that no registry knows yet, over the default sample.
func NewTimer(labels ...Labels) Timer { return newTimer(newLabelSet(labels...), nowhere) }

// NewCustomTimer returns a timer that records into h and m, for a sample of one's
// own choice. It shows the distribution of h and the rates of m.
func NewCustomTimer(h Histogram, m Meter, labels ...Labels) Timer {
	if UseNilMetrics {
		return Timer{}
	}
	h.becomeTimers()
	state := &timerState{
		origin: origin{labels: newLabelSet(labels...)},
		custom: &customTimer{h, m},
	}
	state.begin()
	return Timer{state}
}

// GetOrRegisterTimer returns the timer of that name and those labels, making it
// over the registry's default sample if need be. A nil registry is
// DefaultRegistry. If the name belongs to a metric of another type, the timer
// works but isn't exported.
func GetOrRegisterTimer(name string, r Registry, labels ...Labels) Timer {
	return getOrRegister(name, r, labels, newTimer)
}

// NewRegisteredTimer makes a timer over the registry's default sample and
// registers it, nil meaning DefaultRegistry. It works, unexported, even if the
// series is taken already.
func NewRegisteredTimer(name string, r Registry, labels ...Labels) Timer {
	return newRegistered(name, r, newTimer(newLabelSet(labels...), place{r, name}))
}

func newTimer(labels *labelSet, at place) Timer {
	if UseNilMetrics {
		return Timer{}
	}
	sample := at.sample(secondsUnit)
	if s, ok := sample.(*BucketSample); ok {
		s.becomeTimers()
	}
	h := newHistogramOf(sample, nil, at)
	state := &timerState{
		origin:    origin{labels: labels},
		histogram: h.state,
		reservoir: h.state.reservoir,
		buckets:   h.state.buckets,
	}
	state.begin()
	state.rates.Restart(clock.Now())
	return Timer{state}
}

// Update records a duration. It allocates nothing, and with the default sample
// on a busy timer takes no lock. A negative duration, as after a step of the
// wall clock, is recorded as it is.
func (t Timer) Update(d time.Duration) {
	if t.state != nil {
		t.state.update(int64(d))
	}
}

// UpdateSince records the time that has passed since start, however long that is.
// Only the zero time is a mistake, such as a request that never got its start: it
// is not recorded, and logged once.
func (t Timer) UpdateSince(start time.Time) {
	if t.state == nil {
		return
	}
	if start == start.Round(0) {
		if start.IsZero() {
			problems.Once("", "duration not recorded", errZeroStart)
			return
		}
		// Without a monotonic reading, it compares with the wall clock only.
		end := time.Now()
		t.state.record(int64(end.Sub(start)), clock.Since(end))
		return
	}
	end := clock.Now() // half the cost of time.Now, which reads both clocks
	t.state.record(end-clock.Since(start), end)
}

// Time calls f and records how long it took, also if f panics.
func (t Timer) Time(f func()) {
	if t.state == nil {
		f()
		return
	}
	start := clock.Now()
	defer func() {
		end := clock.Now()
		t.state.record(end-start, end)
	}()
	f()
}

// update records v without knowing the time, and reads the clock if that is due.
func (s *timerState) update(v int64) {
	if s.buckets != nil {
		s.buckets.Update(v)
		if s.buckets.due() {
			s.readClock()
		}
	} else if s.reservoir == nil {
		s.record(v, clock.Unknown)
	} else if packed, done := s.reservoir.add(v); !done {
		if t := s.reservoir.recordSlow(v, clock.Unknown, packed); s.rates.Due(t) {
			s.tick(t)
		}
	}
}

// record records v at t, and advances the rates if the time is known by then.
// Otherwise v counts for them when the clock is read next.
func (s *timerState) record(v, t int64) {
	switch {
	case s.reservoir != nil:
		t = s.reservoir.record(v, t)
	case s.buckets != nil:
		t = s.buckets.record(v, t)
	case s.custom != nil:
		s.custom.record(v, t)
		return
	default:
		t = s.histogram.record(v, t)
	}
	if s.rates.Due(t) {
		s.tick(t)
	}
}

func (c *customTimer) record(v, t int64) {
	if c.histogram.state != nil {
		t = c.histogram.state.record(v, t)
	}
	if t == clock.Unknown {
		c.meter.Mark(1)
	} else {
		c.meter.markAt(1, t)
	}
}

// readClock is the less common part of an update into buckets: it reads the clock
// and applies the ticks that are due.
func (s *timerState) readClock() {
	if t := s.buckets.clock.Read(); s.rates.Due(t) {
		s.tick(t)
	}
}

// tick applies the ticks due by t, unless somebody else does. They take what was
// counted before the value that has just been recorded.
func (s *timerState) tick(t int64) {
	if s.rates.TryLock() {
		s.rates.Advance(t, s.updates()-1)
		s.rates.Unlock()
	}
}

// updates returns how many values were recorded. It runs no user code.
func (s *timerState) updates() int64 {
	if foreign, ok := s.histogram.recorder.(*foreignSample); ok {
		return foreign.updates()
	}
	return s.histogram.recorder.totals().count
}

// distribution returns the histogram whose distribution the timer shows.
func (t Timer) distribution() Histogram {
	switch {
	case t.state == nil:
		return Histogram{}
	case t.state.custom != nil:
		return t.state.custom.histogram
	}
	return Histogram{t.state.histogram}
}

// read returns the totals that readTotals returns, and the rates of the same moment.
func (s *timerState) read(readTotals func() tally) (tally, rateValues) {
	if s.custom != nil {
		totals := readTotals()
		return totals, s.custom.meter.Snapshot().rateValues
	}
	if s.histogram.runsUserCode() { // which may read the timer itself
		totals := readTotals()
		s.rates.Lock()
		defer s.rates.Unlock()
		return totals, rateValues{s.rates.Read(clock.Now(), s.updates())}
	}
	s.rates.Lock()
	defer s.rates.Unlock()
	totals := readTotals()
	return totals, rateValues{s.rates.Read(clock.Now(), totals.count)}
}

// Clear forgets all values, count, sum and rates included, and renews the
// creation time. An update that runs at the same time may be cleared in part.
func (t Timer) Clear() {
	s := t.state
	if s == nil {
		return
	}
	s.begin()
	if s.custom != nil {
		s.custom.histogram.Clear()
		s.custom.meter.clear()
		return
	}
	restart := s.histogram.recorder.restart
	if s.histogram.runsUserCode() { // which may read the timer itself
		restart()
		restart = func() {}
	}
	s.rates.Lock()
	defer s.rates.Unlock()
	s.histogram.exemplars.clear()
	restart()
	s.rates.Restart(clock.Now())
}

// Stop does nothing, since there is nothing to stop: it is there for code
// written for libraries whose timers leak unless stopped.
func (t Timer) Stop() {}

// Sample returns the sample itself, not a copy, in nanoseconds; an empty one that
// can't be updated for a no-op.
func (t Timer) Sample() Sample { return t.distribution().Sample() }

// Count returns how many durations were recorded since the start.
func (t Timer) Count() int64 { return t.distribution().Count() }

// Sum returns the sum of all durations since the start in nanoseconds, clamped to the
// range of int64; SumFloat64 of a snapshot is not clamped.
func (t Timer) Sum() int64 { return t.distribution().Sum() }

// Max returns the longest duration in the sample in nanoseconds.
func (t Timer) Max() int64 { return t.distribution().Max() }

// Mean returns the mean of the sample in nanoseconds.
func (t Timer) Mean() float64 { return t.distribution().Mean() }

// Min returns the shortest duration in the sample in nanoseconds.
func (t Timer) Min() int64 { return t.distribution().Min() }

// Percentile returns the duration in nanoseconds below which the fraction p,
// from 0 to 1, of the sample lies.
func (t Timer) Percentile(p float64) float64 { return t.distribution().Percentile(p) }

// Percentiles returns the percentiles at ps in nanoseconds, all of one moment.
func (t Timer) Percentiles(ps []float64) []float64 { return t.distribution().Percentiles(ps) }

// StdDev returns the population's standard deviation of the sample in
// nanoseconds.
func (t Timer) StdDev() float64 { return t.distribution().StdDev() }

// Variance returns the population's variance of the sample in square
// nanoseconds.
func (t Timer) Variance() float64 { return t.distribution().Variance() }

// Rate1 returns the moving average over a minute, in events per second.
func (t Timer) Rate1() float64 { return t.readRates().Rate1() }

// Rate5 returns the moving average over five minutes, in events per second.
func (t Timer) Rate5() float64 { return t.readRates().Rate5() }

// Rate15 returns the moving average over fifteen minutes, in events per second.
func (t Timer) Rate15() float64 { return t.readRates().Rate15() }

// RateMean returns the events per second since the start.
func (t Timer) RateMean() float64 { return t.readRates().RateMean() }

func (t Timer) readRates() rateValues {
	if t.state == nil {
		return rateValues{}
	}
	_, rates := t.state.read(t.distribution().wake)
	return rates
}

// Labels returns a copy of the timer's labels, never nil.
func (t Timer) Labels() Labels { return t.provenance().Labels() }

// Created returns when the timer was made or last cleared, by the wall clock;
// the zero time for a no-op.
func (t Timer) Created() time.Time { return t.provenance().Created() }

// Snapshot returns a read-only copy of the timer as it is now.
func (t Timer) Snapshot() TimerSnapshot {
	if t.state == nil {
		return TimerSnapshot{}
	}
	var values sampleValues
	_, rates := t.state.read(func() tally {
		values = t.distribution().Snapshot().sampleValues
		return values.tally
	})
	return TimerSnapshot{t.provenance(), rates, values}
}

// WithLabels returns a snapshot with labels added to the timer's own, which stay
// as they are. An empty value takes a label away.
func (t Timer) WithLabels(labels Labels) TimerSnapshot { return t.Snapshot().WithLabels(labels) }

// ReadStatistics fills s with everything that a snapshot has, in nanoseconds, and
// the percentiles at ps, from 0 to 1. Use it instead of Snapshot to read many
// timers over and over: see Statistics.
func (t Timer) ReadStatistics(s *Statistics, ps []float64) {
	if t.state == nil {
		s.clear(ps)
		return
	}
	totals, rates := t.state.read(func() tally { return t.distribution().statistics(s, ps) })
	s.setTotals(totals)
	s.setRates(rates)
}

func (t Timer) provenance() (p provenance) {
	if t.state != nil {
		p = t.state.provenance()
	}
	return p
}

// TimerSnapshot is a timer as it was at one moment, durations in nanoseconds. It
// never changes.
type TimerSnapshot struct {
	provenance
	rateValues
	sampleValues
}

// Snapshot returns the snapshot itself.
func (s TimerSnapshot) Snapshot() TimerSnapshot { return s }

// WithLabels returns a copy with labels added; an empty value takes one away.
func (s TimerSnapshot) WithLabels(labels Labels) TimerSnapshot {
	s.provenance = s.with(labels)
	return s
}
