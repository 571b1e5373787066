package planning

import (
	"fmt"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// TestMemoryReturns: after many metrics have gone, places and maps are as few as if
// they had never been, and what has stayed is exposed as before.
func TestMemoryReturns(t *testing.T) {
	for _, typed := range []bool{false, true} {
		w := newWorld(t, typed, Config{})
		c, h := counter(5), metrics.NewHistogram(metrics.NewBucketSample(0.05))
		h.Update(7)
		w.put("stays", c)
		w.put("stays_too", h)
		for i := range 1000 {
			w.put(fmt.Sprint("t", i), metrics.NewTimer())
			w.put(fmt.Sprint("b", i), metrics.NewHistogram(metrics.NewBucketSample(0.05)))
			w.put(fmt.Sprint("c", i), counter(1))
		}
		w.flush()
		for i := range 1000 {
			w.remove(fmt.Sprint("t", i))
			w.remove(fmt.Sprint("b", i))
			w.remove(fmt.Sprint("c", i))
		}
		c.Inc(1)
		w.flush()
		s := w.state
		if s.numbers.length+s.parts.length+s.histograms.length > 40 || len(s.members) != 2 || len(s.known) != 2 {
			t.Errorf("typed %v: %d numbers, %d parts, %d histograms for %d metrics",
				typed, s.numbers.length, s.parts.length, s.histograms.length, len(s.members))
		}
		if s.peak > 100 || len(s.series) != len(s.families) {
			t.Errorf("typed %v: maps for %d series", typed, s.peak)
		}
		fresh := newWorld(t, typed, Config{})
		fresh.put("stays", c)
		fresh.put("stays_too", h)
		fresh.flush()
		w.want("what stays", shown(fresh.state.Exposition())...)
		if n := len(w.flush().Numbers); n > 40 {
			t.Errorf("typed %v: a flush has %d numbers", typed, n)
		}
	}
}

// TestSlotsAreUsedAgain: what comes takes the places of what goes, so that churn takes
// no more of them.
func TestSlotsAreUsedAgain(t *testing.T) {
	for _, typed := range []bool{false, true} {
		w := newWorld(t, typed, Config{})
		for round := range 50 {
			for i := range 5 {
				w.put(fmt.Sprint("m", i), metrics.NewTimer())
				w.put(fmt.Sprint("h", i), metrics.NewHistogram(metrics.NewBucketSample(0.05)))
			}
			w.flush()
			if s := w.state; round > 0 && (s.numbers.length > 400 || s.parts.length > 20 || s.histograms.length > 20) {
				t.Fatalf("typed %v, round %d: %d numbers, %d parts, %d histograms",
					typed, round, s.numbers.length, s.parts.length, s.histograms.length)
			}
		}
	}
}
