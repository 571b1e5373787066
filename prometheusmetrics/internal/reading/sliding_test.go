package reading

import (
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// TestSliding: what was counted before the window is not in it, what came later is,
// step by step, and nothing is allocated once the window is full.
func TestSliding(t *testing.T) {
	sample := metrics.NewBucketSample(0.05)
	var w sliding
	now := time.Unix(1700000000, 0)
	current := new(metrics.BucketSnapshot)
	h := metrics.NewHistogram(sample)
	step := func(add int64) *metrics.BucketSnapshot {
		for range add {
			h.Update(5)
		}
		changed, _ := h.ReadBuckets(current)
		w.advance(now, time.Minute, current, changed)
		now = now.Add(12 * time.Second)
		return &w.recent
	}
	for i := range int64(6) { // the window is up to a step longer
		if got := step(1).Count(); got != i+1 {
			t.Errorf("after %d steps the window has %d", i+1, got)
		}
	}
	for range 10 {
		if got := step(1).Count(); got != 5 {
			t.Errorf("a full window has %d, want what came in the last minute", got)
		}
	}
	for left := int64(4); left >= 0; left-- {
		if got := step(0).Count(); got != left {
			t.Errorf("when nothing comes any more the window has %d, want %d", got, left)
		}
	}
	if n := testing.AllocsPerRun(50, func() { step(1) }); n > 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

// TestSlidingShowsChanges: within a step, a value that comes shows at once.
func TestSlidingShowsChanges(t *testing.T) {
	h := metrics.NewHistogram(metrics.NewBucketSample(0.05))
	v := NewValues()
	want := Wanted{Percentiles: []float64{1}, Window: time.Hour}
	for i := range 3 {
		h.Update(int64(100 * (i + 1)))
		v.readOwn(h, want)
		if max, last := v.Stats.Max, v.Stats.Percentiles[0]; max < int64(95*(i+1)) || last < float64(95*(i+1)) {
			t.Errorf("after %d updates the maximum is %d, the last percentile %v", i+1, max, last)
		}
	}
}
