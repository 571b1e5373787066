package reading

import (
	"slices"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

func TestKinds(t *testing.T) {
	var timers, distributions []Kind
	for kind := range Info + 1 {
		if kind.String() == "" {
			t.Errorf("kind %d has no name", kind)
		}
		if kind.IsTimer() {
			timers = append(timers, kind)
		}
		if kind.IsDistribution() {
			distributions = append(distributions, kind)
		}
	}
	if want := []Kind{Timer, ResettingTimer}; !slices.Equal(timers, want) {
		t.Errorf("timers are %v, want %v", timers, want)
	}
	if want := []Kind{Histogram, Timer, ResettingTimer}; !slices.Equal(distributions, want) {
		t.Errorf("distributions are %v, want %v", distributions, want)
	}
}

// TestOwnKind: instruments have a kind; their snapshots are read as those of others.
func TestOwnKind(t *testing.T) {
	for want, own := range map[Kind][]any{
		Counter: {metrics.NewCounter()}, Gauge: {metrics.NewGauge(), metrics.NewGaugeFloat64()},
		Meter: {metrics.NewMeter()}, Histogram: {metrics.NewHistogram(nil), metrics.NewHistogramFloat64()},
		Timer:   {metrics.NewTimer()},
		Unknown: {nil, 1, metrics.NewCounter().Snapshot(), metrics.NewHealthcheck(nil), new(metrics.Counter)},
	} {
		for _, metric := range own {
			if got := ownKind(metric); got != want {
				t.Errorf("%T is of kind %v, want %v", metric, got, want)
			}
		}
	}
}
