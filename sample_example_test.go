package metrics_test

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
)

// Recent values count for more; with alpha 0.015, half the weight is in the last
// 46 seconds.
func ExampleNewExpDecaySample() {
	sizes := metrics.NewHistogram(metrics.NewExpDecaySample(1028, 0.015))
	sizes.Update(10)
	sizes.Update(20)
	fmt.Println(sizes.Mean())
	// Output: 15
}

// A uniform sample gives the values of the whole run the same chance. Count and
// sum are of all values, whatever the size.
func ExampleNewUniformSample() {
	s := metrics.NewUniformSample(10)
	for range 1000 {
		s.Update(3)
	}
	fmt.Println(s.Size(), s.Count(), s.Sum(), s.Mean())
	// Output: 10 1000 3000 3
}

func ExampleNewSampleSnapshot() {
	s := metrics.NewSampleSnapshot(3, []int64{30, 10, 20})
	fmt.Println(s.Count(), s.Sum(), s.Percentile(0.5))
	// Output: 3 60 20
}

func ExampleSamplePercentiles() {
	values := []int64{5, 1, 4, 2, 3}
	fmt.Println(metrics.SamplePercentiles(values, []float64{0, 0.5, 0.75, 1}))
	// Output: [1 3 4.5 5]
}
