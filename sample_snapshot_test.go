package metrics

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func TestSampleSnapshot(t *testing.T) {
	values := []int64{3, 1, 2}
	s := NewSampleSnapshot(1000, values)
	values[0] = 77
	if s.Count() != 1000 || s.Sum() != 6 || s.Mean() != 2 || s.Max() != 3 || s.Size() != 3 {
		t.Errorf("%+v", readAll(s))
	}
	large := NewSampleSnapshot(3, []int64{math.MaxInt64, math.MaxInt64, 2})
	if large.Sum() != math.MaxInt64 || large.SumFloat64() != 0x1p64 {
		t.Errorf("sum %d, %g", large.Sum(), large.SumFloat64())
	}
	if empty := new(SampleSnapshot); readAll(empty) != (answers{}) {
		t.Errorf("empty: %+v", readAll(empty))
	}
}

// A snapshot of a slow instrument keeps the weights, and time doesn't change it.
func TestSnapshotsKeepWeights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHistogram(nil)
		for v := range int64(10) {
			h.Update(v)
			time.Sleep(20 * time.Second)
		}
		s := h.Snapshot()
		before := readAll(s)
		if got := readAll(h); got != before || got.mean <= 4.5 || got.median <= 5 {
			t.Errorf("histogram %+v, snapshot %+v", got, before)
		}
		time.Sleep(time.Hour)
		if got := readAll(h); got != before {
			t.Errorf("an hour later %+v, want %+v", got, before)
		}
		h.Update(1000)
		if got := readAll(s); got != before {
			t.Errorf("the snapshot changed from %+v to %+v", before, got)
		}
	})
}
