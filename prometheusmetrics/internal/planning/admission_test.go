package planning

import (
	"fmt"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

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
