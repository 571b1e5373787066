package metrics

import "github.com/go-metrics-plus/metrics/internal/clock"

var _ recorder = (*foreignSample)(nil)

// foreignSample keeps the totals of a sample that somebody else implemented, and
// decides when to read the clock. All that it calls of the sample is user code: no
// lock may be held.
type foreignSample struct {
	Sample
	exact bool  // count and sum of the sample are totals, since it embeds one of ours
	total total // of the values as they were given to it
	clock clock.Coarse
}

// newForeignSample goes on from where the sample is.
func newForeignSample(s Sample) *foreignSample {
	f := &foreignSample{Sample: s}
	_, f.exact = s.(recorder) // by the methods that embedding promotes
	guard("", "sample panicked", func() { f.total.set(totalsOf(s)) })
	return f
}

func totalsOf(s Sample) (t tally) {
	t.add(s.Count(), s.Sum())
	return t
}

func (f *foreignSample) record(v, t int64) int64 {
	f.Update(v)
	if count := f.total.add(v); t == clock.Unknown && f.clock.Due(count, 1) {
		t = f.clock.Read()
	}
	return t
}

func (f *foreignSample) wake() { f.clock.Wake() }

// updates returns how many values were recorded. It runs no user code.
func (f *foreignSample) updates() int64 { return f.total.read().count }

func (f *foreignSample) totals() tally {
	if f.exact {
		return totalsOf(f.Sample)
	}
	return f.total.read()
}

func (f *foreignSample) capture() (Sample, tally) {
	f.clock.Wake()
	s := f.Snapshot()
	if isNil(s) {
		s = new(SampleSnapshot)
	}
	if f.exact {
		switch s := s.(type) { // count and sum of one moment, and the sum whole
		case *SampleSnapshot:
			return s, s.tally
		case *BucketSnapshot:
			return s, s.tally
		}
	}
	return s, f.totals()
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
