package metrics_test

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
)

// A Vec whose instruments have bounds of their own, whatever the registry's
// default sample is.
func ExampleNewVecFunc() {
	r := metrics.NewRegistry()
	sizes := metrics.NewVecFunc(r, "upload.size", func(l metrics.Labels) metrics.Histogram {
		return metrics.NewHistogram(metrics.NewBucketSample(0.05, 1<<10, 1<<20), l)
	}, "route")
	sizes.With("/photos").Update(300_000)

	buckets := sizes.With("/photos").Snapshot().Sample().(*metrics.BucketSnapshot)
	for bound, count := range buckets.Classic() {
		fmt.Println(bound, count)
	}
	// Output:
	// 1024 0
	// 1.048576e+06 1
}
