package metrics_test

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
)

func ExampleNewHistogram() {
	sizes := metrics.NewHistogram(nil) // over the default sample
	for size := range int64(99) {
		sizes.Update(size + 1)
	}
	s := sizes.Snapshot() // everything as of one moment
	fmt.Println(s.Count(), s.Sum(), s.Min(), s.Max(), s.Mean(), s.Percentile(0.95))
	// Output: 99 4950 1 99 50 95
}

func ExampleGetOrRegisterHistogram() {
	r := metrics.NewRegistry()
	sizes := metrics.GetOrRegisterHistogram("response.size", r, nil, metrics.Labels{"route": "/"})
	sizes.Update(512)
	fmt.Println(sizes.Count(), sizes.Sum())
	// Output: 1 512
}

// Reading again and again into the same Statistics costs next to nothing while
// nothing changes.
func ExampleHistogram_ReadStatistics() {
	sizes := metrics.NewHistogram(nil)
	sizes.Update(10)
	sizes.Update(30)
	var s metrics.Statistics
	sizes.ReadStatistics(&s, []float64{0.5, 0.99})
	fmt.Println(s.Count, s.Sum, s.Mean, s.Percentiles)
	// Output: 2 40 20 [20 30]
}
