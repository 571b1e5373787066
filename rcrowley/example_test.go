package rcrowley_test

import (
	"fmt"
	"os"
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/rcrowley"
)

// A library that knows only rcrowley's registry records into instruments of
// ours.
func ExampleNewRegistry() {
	registry := metrics.NewRegistry()

	// What the program does. For Sarama: config.MetricRegistry = …
	theirs := rcrowley.NewRegistry(registry)

	// What the library does.
	latency := gometrics.GetOrRegisterTimer("request-latency", theirs)
	for range 100_000 {
		latency.Update(time.Millisecond)
	}

	// The sum is that of all requests, and not of the 1028 in a reservoir.
	ours := metrics.GetOrRegisterTimer("request-latency", registry)
	fmt.Println(ours.Count(), time.Duration(ours.Sum()))
	// Output: 100000 1m40s
}

// A prefix keeps the names of a library apart from others.
func ExampleNewRegistry_prefix() {
	registry := metrics.NewRegistry()
	theirs := rcrowley.NewRegistry(metrics.NewPrefixedChildRegistry(registry, "kafka."))

	gometrics.GetOrRegisterCounter("requests", theirs).Inc(3)
	gometrics.NewRegisteredFunctionalGauge("goroutines", theirs, func() int64 { return 12 })

	fmt.Println(registry.Get("kafka.requests").(metrics.Counter).Count())
	gometrics.WriteOnce(theirs, os.Stdout)
	// Output:
	// 3
	// gauge kafka.goroutines
	//   value:              12
	// counter kafka.requests
	//   count:               3
}
