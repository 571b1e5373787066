package metrics

import (
	"time"

	"github.com/go-metrics-plus/metrics/internal/clock"
)

// Histogram records the distribution of integers, such as sizes in bytes.
// Copies of a Histogram are the same histogram, and all methods may be called
// concurrently. The zero value is a no-op that always reads 0.
//
// Count and Sum are exact totals since the start. Min, Max, Mean, StdDev,
// Variance and the percentiles describe the current sample, which with the
// default one is mostly of the last five minutes. Each call computes its result
// anew: take a Snapshot to read several, all of one moment.
type Histogram struct{ state *histogramState }

type histogramState struct {
	origin
	recorder  recorder      // the sample, or a *foreignSample in front of it
	reservoir *reservoir    // the recorder if it is one, for calls that can be inlined
	buckets   *BucketSample // likewise
	exemplars exemplars
}

// NewHistogram returns a histogram over s that no registry knows yet. A nil
// sample is the default one: NewExpDecaySample(1028, 0.015).
func NewHistogram(s Sample, labels ...Labels) Histogram {
	return newHistogramOf(s, newLabelSet(labels...), nowhere)
}

// GetOrRegisterHistogram returns the histogram of that name and those labels,
// making it over s if need be. A nil registry is DefaultRegistry, a nil sample
// the registry's default one. If the name belongs to a metric of another type,
// the histogram works but isn't exported.
func GetOrRegisterHistogram(name string, r Registry, s Sample, labels ...Labels) Histogram {
	if h, ok := lookup[Histogram](name, r, labels); ok {
		return h
	}
	return getOrRegister(name, r, labels, func(l *labelSet, at place) Histogram {
		return newHistogramOf(s, l, at)
	})
}

// NewRegisteredHistogram makes a histogram over s and registers it, nil meaning
// DefaultRegistry and its default sample. It works, unexported, even if the
// series is taken already.
func NewRegisteredHistogram(name string, r Registry, s Sample, labels ...Labels) Histogram {
	return newRegistered(name, r, newHistogramOf(s, newLabelSet(labels...), place{r, name}))
}

// newHistogram makes one over the registry's default sample.
func newHistogram(labels *labelSet, at place) Histogram { return newHistogramOf(nil, labels, at) }

func newHistogramOf(s Sample, labels *labelSet, at place) Histogram {
	if UseNilMetrics {
		return Histogram{}
	}
	if isNil(s) {
		s = at.sample(at.unit())
	}
	state := &histogramState{origin: origin{labels: labels}}
	state.begin()
	switch s := s.(type) {
	case *ExpDecaySample:
		state.reservoir = &s.reservoir
		state.recorder = s
	case *UniformSample:
		state.reservoir = &s.reservoir
		state.recorder = s
	case *BucketSample:
		s.prepare()
		state.buckets = s
		state.recorder = s
	case *SampleSnapshot:
		state.recorder = s
	case *BucketSnapshot:
		state.recorder = s
	default: // also a type that embeds one of these, since it may override methods
		state.recorder = newForeignSample(s)
	}
	return Histogram{state}
}

// Update records a value. It allocates nothing, and with the default sample on a
// busy instrument takes no lock.
func (h Histogram) Update(value int64) {
	h.state.update(value, (*BucketSample).count, (*histogramState).updateRarely)
}

// update records a value without knowing the time. What it calls are arguments so
// that it is inlined, as with Counter.Inc.
func (s *histogramState) update(
	v int64, count func(*BucketSample, int64) (bool, bool), updateRarely func(*histogramState, int64, bool),
) {
	if s != nil {
		var done, full bool
		if s.buckets != nil {
			done, full = count(s.buckets, v)
		}
		if !done {
			updateRarely(s, v, full)
		}
	}
}

// updateRarely is update for all but what is common with buckets. If full, the value
// has been counted in a word that is to be emptied.
func (s *histogramState) updateRarely(v int64, full bool) {
	if s.reservoir != nil {
		if packed, done := s.reservoir.add(v); !done {
			s.reservoir.recordSlow(v, clock.Unknown, packed)
		}
	} else if s.buckets != nil {
		s.buckets.updateRarely(v, full)
	} else {
		s.recorder.record(v, clock.Unknown)
	}
}

// record is the method of the recorder, inlined where possible.
func (s *histogramState) record(v, t int64) int64 {
	if s.reservoir != nil {
		return s.reservoir.record(v, t)
	}
	return s.recorder.record(v, t)
}

// Clear forgets all values, count and sum included, and renews the creation
// time. An update that runs at the same time may be cleared in part.
func (h Histogram) Clear() {
	if h.state != nil {
		h.state.begin()
		h.state.exemplars.clear()
		h.state.recorder.restart()
	}
}

// totals returns count and sum as of one moment.
func (h Histogram) totals() tally {
	if h.state == nil {
		return tally{}
	}
	return h.state.recorder.totals()
}

// wake makes the next update read the clock, and returns the totals.
func (h Histogram) wake() tally {
	if h.state == nil {
		return tally{}
	}
	h.state.recorder.wake()
	return h.state.recorder.totals()
}

// Sample returns the sample itself, not a copy; an empty one that can't be
// updated for a no-op.
func (h Histogram) Sample() Sample {
	if h.state == nil {
		return new(SampleSnapshot)
	}
	if foreign, ok := h.state.recorder.(*foreignSample); ok {
		return foreign.Sample
	}
	return h.state.recorder.(Sample)
}

// Count returns how many values were recorded since the start.
func (h Histogram) Count() int64 { return h.totals().Count() }

// Sum returns the sum of all values since the start, clamped to the range of int64;
// SumFloat64 of a snapshot is not clamped.
func (h Histogram) Sum() int64 { return h.totals().Sum() }

// Max returns the highest value in the sample, 0 if it is empty.
func (h Histogram) Max() int64 { return h.Sample().Max() }

// Mean returns the mean of the sample, 0 if it is empty.
func (h Histogram) Mean() float64 { return h.Sample().Mean() }

// Min returns the lowest value in the sample, 0 if it is empty.
func (h Histogram) Min() int64 { return h.Sample().Min() }

// Percentile returns the value below which the fraction p, from 0 to 1, of the
// sample lies.
func (h Histogram) Percentile(p float64) float64 { return h.Sample().Percentile(p) }

// Percentiles returns the percentiles at ps, all of one moment.
func (h Histogram) Percentiles(ps []float64) []float64 { return h.Sample().Percentiles(ps) }

// StdDev returns the population's standard deviation of the sample.
func (h Histogram) StdDev() float64 { return h.Sample().StdDev() }

// Variance returns the population's variance of the sample.
func (h Histogram) Variance() float64 { return h.Sample().Variance() }

// Labels returns a copy of the histogram's labels, never nil.
func (h Histogram) Labels() Labels { return h.provenance().Labels() }

// Created returns when the histogram was made or last cleared, by the wall
// clock; the zero time for a no-op.
func (h Histogram) Created() time.Time { return h.provenance().Created() }

// Snapshot returns a read-only copy of the histogram as it is now.
func (h Histogram) Snapshot() HistogramSnapshot {
	if h.state == nil {
		return HistogramSnapshot{}
	}
	sample, totals := h.state.recorder.capture()
	return HistogramSnapshot{h.provenance(), sampleValues{totals, sample, h.state.snapshotExemplars(sample)}}
}

// WithLabels returns a snapshot with labels added to the histogram's own, which
// stay as they are. An empty value takes a label away.
func (h Histogram) WithLabels(labels Labels) HistogramSnapshot {
	return h.Snapshot().WithLabels(labels)
}

// ReadStatistics fills s with everything that a snapshot has, and the percentiles
// at ps, from 0 to 1. Use it instead of Snapshot to read many histograms over and
// over: see Statistics.
func (h Histogram) ReadStatistics(s *Statistics, ps []float64) {
	s.setTotals(h.statistics(s, ps))
	s.setRates(rateValues{})
}

// statistics fills in the statistics of the sample, and returns the totals.
func (h Histogram) statistics(s *Statistics, ps []float64) tally {
	if h.state == nil {
		s.clear(ps)
		return tally{}
	}
	return h.state.recorder.statistics(s, ps)
}

func (h Histogram) provenance() (p provenance) {
	if h.state != nil {
		p = h.state.provenance()
	}
	return p
}

// HistogramSnapshot is a histogram as it was at one moment. It never changes.
type HistogramSnapshot struct {
	provenance
	sampleValues
}

// Snapshot returns the snapshot itself.
func (s HistogramSnapshot) Snapshot() HistogramSnapshot { return s }

// WithLabels returns a copy with labels added; an empty value takes one away.
func (s HistogramSnapshot) WithLabels(labels Labels) HistogramSnapshot {
	s.provenance = s.with(labels)
	return s
}

// sampleValues are what a histogram or timer had recorded at one moment: totals
// since the start, and a sample.
type sampleValues struct {
	tally
	sample    Sample        // nil for a no-op
	exemplars *exemplarList // nil if there are none
}

// Sample returns the sample at the time of the snapshot.
func (v sampleValues) Sample() Sample {
	if v.sample == nil {
		return new(SampleSnapshot)
	}
	return v.sample
}

// Max returns the highest value in the sample, 0 if it is empty.
func (v sampleValues) Max() int64 { return v.Sample().Max() }

// Mean returns the mean of the sample, 0 if it is empty.
func (v sampleValues) Mean() float64 { return v.Sample().Mean() }

// Min returns the lowest value in the sample, 0 if it is empty.
func (v sampleValues) Min() int64 { return v.Sample().Min() }

// Percentile returns the value below which the fraction p, from 0 to 1, of the
// sample lies.
func (v sampleValues) Percentile(p float64) float64 { return v.Sample().Percentile(p) }

// Percentiles returns the percentiles at ps.
func (v sampleValues) Percentiles(ps []float64) []float64 { return v.Sample().Percentiles(ps) }

// StdDev returns the population's standard deviation of the sample.
func (v sampleValues) StdDev() float64 { return v.Sample().StdDev() }

// Variance returns the population's variance of the sample.
func (v sampleValues) Variance() float64 { return v.Sample().Variance() }
