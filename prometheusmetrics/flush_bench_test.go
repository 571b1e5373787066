package prometheusmetrics

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// bucketPopulation is a registry with n each of bucketed timers and histograms.
func bucketPopulation(n int) (metrics.Registry, func()) {
	r := bucketed()
	var timers []metrics.Timer
	var histograms []metrics.Histogram
	for i := range n {
		timers = append(timers, metrics.GetOrRegisterTimer(fmt.Sprintf("timer.%d", i), r))
		histograms = append(histograms, metrics.GetOrRegisterHistogram(fmt.Sprintf("histogram.%d", i), r, nil))
	}
	update := func() {
		for i := range timers {
			timers[i].Update(time.Duration(rand.Int64N(int64(time.Second))))
			histograms[i].Update(rand.Int64N(1000))
		}
	}
	for range 300 {
		update()
	}
	return r, update
}

// BenchmarkFlushBuckets flushes 2,000 bucketed timers and histograms.
func BenchmarkFlushBuckets(b *testing.B) {
	for _, layout := range layouts {
		b.Run(layout.String(), func(b *testing.B) {
			source, update := bucketPopulation(1000)
			d, _, _, _ := newTestDriver(b, Config{Layout: layout, Registry: source})
			once(b, d)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				update()
				b.StartTimer()
				once(b, d)
			}
		})
	}
}
