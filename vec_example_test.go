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

// A label whose values come from outside needs a limit.
func ExampleVec_MaxChildren() {
	r := metrics.NewRegistry()
	requests := metrics.NewVec[metrics.Counter](r, "requests", "customer").MaxChildren(2)
	for _, customer := range []string{"ann", "bob", "eve", "mallory", "ann"} {
		requests.With(customer).Inc(1)
	}
	r.Each(func(name string, metric any) {
		c := metric.(metrics.Counter)
		fmt.Println(name, c.Labels(), c.Count())
	})
	// Output:
	// requests {customer="ann"} 2
	// requests {customer="bob"} 1
	// requests {customer="other"} 2
}
