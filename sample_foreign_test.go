package metrics

import (
	"slices"
	"testing"
)

func TestHistogramOverASampleInUse(t *testing.T) {
	s := &ringSample{}
	s.Update(5)
	h := NewHistogram(s)
	h.Update(7)
	if h.Count() != 2 || h.Sum() != 12 {
		t.Errorf("count %d, sum %d", h.Count(), h.Sum())
	}

	shared := NewUniformSample(10)
	a, b := NewHistogram(shared), NewHistogram(shared)
	a.Update(1)
	b.Update(2)
	if a.Sum() != 3 || b.Count() != 2 || !slices.Equal(shared.Values(), []int64{1, 2}) {
		t.Errorf("two histograms over one sample: %+v %+v", readAll(a), readAll(b))
	}

	frozen := NewHistogram(NewSampleSnapshot(9, []int64{1, 2, 3}))
	frozen.Update(100)
	frozen.Clear()
	if got := readAll(frozen.Snapshot()); got.count != 9 || got.sum != 6 || got.median != 2 || readAll(frozen) != got {
		t.Errorf("over a snapshot: %+v", got)
	}
}

// brokenSample has no snapshot to give.
type brokenSample struct{ ringSample }

func (*brokenSample) Snapshot() Sample { return nil }

func TestHistogramOverABrokenSample(t *testing.T) {
	h := NewHistogram(&brokenSample{})
	h.Update(5)
	if s := h.Snapshot(); s.Count() != 1 || s.Max() != 0 {
		t.Errorf("%+v", readAll(s))
	}
}
