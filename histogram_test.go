package metrics

import (
	"sync"
	"testing"
)

// ringSample is a sample as a user might write it: the last 100 values.
type ringSample struct {
	mu     sync.Mutex
	count  int64
	values []int64
}

func (s *ringSample) frozen() *SampleSnapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return NewSampleSnapshot(s.count, s.values)
}

func (s *ringSample) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count, s.values = 0, nil
}

func (s *ringSample) Update(v int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	s.values = append(s.values[max(0, len(s.values)-99):], v)
}

func (s *ringSample) Count() int64                       { return s.frozen().Count() }
func (s *ringSample) Max() int64                         { return s.frozen().Max() }
func (s *ringSample) Mean() float64                      { return s.frozen().Mean() }
func (s *ringSample) Min() int64                         { return s.frozen().Min() }
func (s *ringSample) Percentile(p float64) float64       { return s.frozen().Percentile(p) }
func (s *ringSample) Percentiles(ps []float64) []float64 { return s.frozen().Percentiles(ps) }
func (s *ringSample) Size() int                          { return s.frozen().Size() }
func (s *ringSample) Snapshot() Sample                   { return s.frozen() }
func (s *ringSample) StdDev() float64                    { return s.frozen().StdDev() }
func (s *ringSample) Sum() int64                         { return s.frozen().Sum() }
func (s *ringSample) Values() []int64                    { return s.frozen().Values() }
func (s *ringSample) Variance() float64                  { return s.frozen().Variance() }

// reading is what histograms, timers and their snapshots have in common.
type reading interface {
	Count() int64
	Max() int64
	Mean() float64
	Min() int64
	Percentile(float64) float64
	Percentiles([]float64) []float64
	StdDev() float64
	Sum() int64
	Variance() float64
}

// answers are all that there is to read.
type answers struct {
	count, sum, min, max          int64
	mean, stddev, variance        float64
	median, percentile75, highest float64
}

func readAll(r reading) answers {
	ps := r.Percentiles([]float64{0.75, 1})
	return answers{
		count: r.Count(), sum: r.Sum(), min: r.Min(), max: r.Max(),
		mean: r.Mean(), stddev: r.StdDev(), variance: r.Variance(),
		median: r.Percentile(0.5), percentile75: ps[0], highest: ps[1],
	}
}

func readStatistics(s *Statistics) answers {
	return answers{
		count: s.Count, sum: int64(s.Sum), min: s.Min, max: s.Max,
		mean: s.Mean, stddev: s.StdDev, variance: s.Variance,
		median: s.Percentiles[0], percentile75: s.Percentiles[1], highest: s.Percentiles[2],
	}
}

var asked = []float64{0.5, 0.75, 1}

// of1To100 are the figures of the values from 1 to 100.
var of1To100 = answers{
	count: 100, sum: 5050, min: 1, max: 100,
	mean: 50.5, stddev: 28.86607004772212, variance: 833.25,
	median: 50.5, percentile75: 75.75, highest: 100,
}

func samples() map[string]func() Sample {
	return map[string]func() Sample{
		"decaying": func() Sample { return NewExpDecaySample(200, 0.015) },
		"uniform":  func() Sample { return NewUniformSample(200) },
		"default":  func() Sample { return nil },
		"user":     func() Sample { return &ringSample{} },
		"zero":     func() Sample { return &ExpDecaySample{} },
	}
}

func TestHistogramOverAnySample(t *testing.T) {
	for name, sample := range samples() {
		t.Run(name, func(t *testing.T) {
			h := NewHistogram(sample(), Labels{"a": "1"})
			if got := readAll(h); got != (answers{}) {
				t.Errorf("empty: %+v", got)
			}
			for v := range int64(100) {
				h.Update(100 - v)
			}
			snapshot := h.WithLabels(Labels{"b": "2"})
			var s Statistics
			h.ReadStatistics(&s, asked)
			for what, got := range map[string]answers{
				"histogram": readAll(h), "snapshot": readAll(snapshot.Snapshot()), "statistics": readStatistics(&s),
			} {
				if got != of1To100 {
					t.Errorf("%s:\n%+v, want\n%+v", what, got, of1To100)
				}
			}
			h.Update(1000)
			h.Clear()
			h.ReadStatistics(&s, asked)
			if got := readAll(h); got != (answers{}) || readStatistics(&s) != (answers{}) {
				t.Errorf("cleared: %+v %+v", got, s)
			}
			if got := readAll(snapshot); got != of1To100 || snapshot.SumFloat64() != 5050 {
				t.Errorf("the snapshot changed: %+v", got)
			}
			if h.Sample() == nil || snapshot.Sample().Size() != 100 {
				t.Error("no sample to be had")
			}
		})
	}
}

func TestCountAndSumAreOfAllValues(t *testing.T) {
	for name, sample := range samples() {
		h := NewHistogram(sample())
		for range 100_000 {
			h.Update(1_000_000)
		}
		if h.Count() != 100_000 || h.Sum() != 100_000_000_000 || h.Mean() != 1_000_000 {
			t.Errorf("%s: count %d, sum %d, mean %v", name, h.Count(), h.Sum(), h.Mean())
		}
	}
}

func TestSumBeyondInt64(t *testing.T) {
	for name, sample := range samples() {
		h := NewHistogram(sample())
		for range 8 {
			h.Update(1 << 62)
		}
		if s := h.Snapshot(); s.Sum() != 1<<63-1 || s.SumFloat64() != 1<<65 {
			t.Errorf("%s: sum %d, %g", name, s.Sum(), s.SumFloat64())
		}
		for range 24 {
			h.Update(-1 << 62)
		}
		var s Statistics
		h.ReadStatistics(&s, nil)
		if h.Sum() != -1<<63 || s.Sum != -1<<66 {
			t.Errorf("%s: sum %d, %g", name, h.Sum(), s.Sum)
		}
	}
}
