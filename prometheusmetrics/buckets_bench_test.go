package prometheusmetrics_test

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

// latencies are spread over three decades from 1 ms, in nanoseconds.
var latencies = func() (values [4096]int64) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range values {
		values[i] = int64(1e6 * math.Pow(1000, random.Float64()))
	}
	return values
}()

var seeds atomic.Int64

func benchmarkUpdates(b *testing.B, update func(v int64)) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		i := int(seeds.Add(1000))
		for pb.Next() {
			i++
			update(latencies[i%len(latencies)])
		}
	})
}

// BenchmarkBuckets compares recorders of distributions. Run it with -cpu 1,2.
func BenchmarkBuckets(b *testing.B) {
	bounds := []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 60}
	r := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) }))
	histogram := metrics.NewHistogram(metrics.NewBucketSample(0.05))
	timer := metrics.GetOrRegisterTimer("t", r)
	classic := prometheus.NewHistogram(prometheus.HistogramOpts{Buckets: bounds})
	native := prometheus.NewHistogram(prometheus.HistogramOpts{NativeHistogramBucketFactor: 1.05})
	both := prometheus.NewHistogram(prometheus.HistogramOpts{Buckets: bounds, NativeHistogramBucketFactor: 1.05})
	b.Run("nothing", func(b *testing.B) { benchmarkUpdates(b, func(v int64) {}) })
	b.Run("histogram", func(b *testing.B) { benchmarkUpdates(b, histogram.Update) })
	b.Run("timer", func(b *testing.B) { benchmarkUpdates(b, func(v int64) { timer.Update(time.Duration(v)) }) })
	b.Run("reservoir", func(b *testing.B) { benchmarkUpdates(b, metrics.NewHistogram(nil).Update) })
	b.Run("client_golang classic", func(b *testing.B) {
		benchmarkUpdates(b, func(v int64) { classic.Observe(time.Duration(v).Seconds()) })
	})
	b.Run("client_golang native", func(b *testing.B) {
		benchmarkUpdates(b, func(v int64) { native.Observe(time.Duration(v).Seconds()) })
	})
	b.Run("client_golang both", func(b *testing.B) {
		benchmarkUpdates(b, func(v int64) { both.Observe(time.Duration(v).Seconds()) })
	})
}
