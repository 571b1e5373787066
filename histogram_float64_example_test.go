package metrics_test

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
)

// Ratios have fractions, which a Histogram has no room for.
func ExampleHistogramFloat64() {
	r := metrics.NewRegistry()
	ratio := metrics.GetOrRegisterHistogramFloat64("cache.hit.ratio", r)
	for _, v := range []float64{0.25, 0.5, 0.75, 0.5} {
		ratio.Update(v)
	}
	fmt.Println(ratio.Count(), ratio.Sum(), ratio.Mean())
	// Output: 4 2 0.5
}

// What was counted elsewhere comes in by the bucket.
func ExampleHistogramFloat64_UpdateN() {
	pauses := metrics.NewBucketHistogramFloat64(0.05, []float64{0.001, 0.01})
	pauses.UpdateN(0.0005, 120)
	pauses.UpdateN(0.005, 3)
	for bound, count := range pauses.Buckets().Classic() {
		fmt.Println(bound, count)
	}
	// Output:
	// 0.001 120
	// 0.01 123
}

// Bounds in seconds are of no use for sizes.
func ExampleWithSampleFor() {
	r := metrics.NewRegistry(metrics.WithSampleFor(func(_, unit string) metrics.Sample {
		if unit == "seconds" {
			return metrics.NewBucketSample(0.05, 0.1, 0.3, 1)
		}
		return metrics.NewBucketSample(0.05)
	}))
	metrics.GetOrRegisterHistogram("response.size", r, nil).Update(5000)

	buckets := r.Get("response.size").(metrics.Histogram).Snapshot().Sample().(*metrics.BucketSnapshot)
	for bound, count := range buckets.Classic() {
		if count > 0 {
			fmt.Println("at most", bound)
			break
		}
	}
	// Output: at most 16384
}
