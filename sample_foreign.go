package metrics

import "github.com/go-metrics-plus/metrics/internal/clock"

var _ recorder = (*foreignSample)(nil)

// foreignSample keeps the totals of a sample that somebody else implemented,
// and decides when to read the clock.
type foreignSample struct {
	Sample
	total total
	clock clock.Coarse
}

// newForeignSample goes on from where the sample is.
func newForeignSample(s Sample) *foreignSample {
	f := &foreignSample{Sample: s}
	var initial tally
	initial.add(s.Count(), s.Sum())
	f.total.set(initial)
	return f
}

func (f *foreignSample) record(v, t int64) int64 {
	f.Update(v)
	if count := f.total.add(v); t == clock.Unknown && f.clock.Due(count, 1) {
		t = f.clock.Read()
	}
	return t
}

func (f *foreignSample) wake() { f.clock.Wake() }

func (f *foreignSample) totals() tally { return f.total.read() }

func (f *foreignSample) capture() (Sample, tally) {
	f.clock.Wake()
	s := f.Snapshot()
	if s == nil {
		s = new(SampleSnapshot)
	}
	return s, f.total.read()
}

func (f *foreignSample) statistics(s *Statistics, ps []float64) tally {
	sample, totals := f.capture()
	s.describeSample(sample, ps)
	return totals
}

func (f *foreignSample) restart() {
	f.Clear()
	f.total.set(tally{})
}
