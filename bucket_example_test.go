package metrics_test

import (
	"fmt"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// A registry can be told to count in buckets throughout, so that nobody has to
// think of it again.
func ExampleNewBucketSample() {
	r := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample {
		return metrics.NewBucketSample(0.05)
	}))
	timer := metrics.GetOrRegisterTimer("requests", r)
	for i := range 100_000 {
		timer.Update(time.Duration(i+1) * time.Microsecond)
	}
	s := timer.Snapshot()
	fmt.Println("count:", s.Count(), "mean:", time.Duration(s.Mean()))
	fmt.Println("p99 within 5 % of 99ms:", s.Percentile(0.99) > 0.95*99e6 && s.Percentile(0.99) < 1.05*99e6)
	// Output:
	// count: 100000 mean: 50.0005ms
	// p99 within 5 % of 99ms: true
}

// Bounds are those that alerts are written on: they are exact.
func ExampleNewBucketSample_bounds() {
	sample := metrics.NewBucketSample(0.05, 0.1, 0.3, 1)
	timer := metrics.NewCustomTimer(metrics.NewHistogram(sample), metrics.NewMeter())
	for _, ms := range []time.Duration{20, 100, 101, 300, 301, 2000} {
		timer.Update(ms * time.Millisecond)
	}
	buckets := timer.Snapshot().Sample().(*metrics.BucketSnapshot)
	for bound, count := range buckets.Classic() {
		fmt.Printf("%d took no more than %v s\n", count, bound)
	}
	// Output:
	// 2 took no more than 0.1 s
	// 4 took no more than 0.3 s
	// 5 took no more than 1 s
}

// The statistics of a bucketed instrument are of everything since the start.
// Those of the time between two snapshots are their difference.
func ExampleBucketSnapshot_Sub() {
	histogram := metrics.NewHistogram(metrics.NewBucketSample(0.05))
	for range 1_000_000 {
		histogram.Update(10)
	}
	earlier := histogram.Snapshot().Sample().(*metrics.BucketSnapshot)
	for range 1000 {
		histogram.Update(20)
	}
	later := histogram.Snapshot().Sample().(*metrics.BucketSnapshot)

	since := later.Sub(earlier)
	fmt.Println(later.Count(), later.Percentile(0.5))
	fmt.Println(since.Count(), since.Percentile(0.5))
	// Output:
	// 1001000 10
	// 1000 20
}

// Percentiles of several instances can't be added or averaged; buckets can.
func ExampleBucketSnapshot_Merge() {
	fast, slow := metrics.NewHistogram(metrics.NewBucketSample(0.05)), metrics.NewHistogram(metrics.NewBucketSample(0.05))
	for range 90 {
		fast.Update(5)
	}
	for range 10 {
		slow.Update(20)
	}
	all := fast.Snapshot().Sample().(*metrics.BucketSnapshot).Merge(slow.Snapshot().Sample().(*metrics.BucketSnapshot))
	fmt.Println(all.Count(), all.Mean(), all.Percentile(0.85), all.Percentile(0.95))
	// Output: 100 6.5 5 20
}

// What an exporter needs for a native histogram, with one snapshot for all reads.
func ExampleHistogram_ReadBuckets() {
	histogram := metrics.NewHistogram(metrics.NewBucketSample(1))
	for _, v := range []int64{0, 1, 2, 3, 4, 100, 100} {
		histogram.Update(v)
	}
	var buckets metrics.BucketSnapshot
	if changed, ok := histogram.ReadBuckets(&buckets); ok && changed {
		fmt.Println("schema", buckets.Schema(), "zeros", buckets.ZeroCount())
		for index, count := range buckets.Positive() {
			fmt.Println("bucket", index, "count", count)
		}
	}
	// Output:
	// schema 0 zeros 1
	// bucket 0 count 1
	// bucket 1 count 1
	// bucket 2 count 2
	// bucket 7 count 2
}

// The trace of a slow request is found from the histogram that it is counted in.
func ExampleTimer_UpdateWithExemplar() {
	sample := metrics.NewBucketSample(0.05, 0.1, 1)
	timer := metrics.NewCustomTimer(metrics.NewHistogram(sample), metrics.NewMeter())
	timer.Update(50 * time.Millisecond)
	timer.UpdateWithExemplar(2*time.Second, metrics.Labels{"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"})

	for exemplar := range timer.Snapshot().Exemplars() {
		fmt.Println(time.Duration(exemplar.Value), exemplar.Labels["trace_id"])
	}
	// Output: 2s 4bf92f3577b34da6a3ce929d0e0e4736
}
