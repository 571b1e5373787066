package metrics_test

import (
	"os"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// WriteOnce shows a registry to a person, at the end of a program for example.
func ExampleWriteOnce() {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": "200"}).Inc(3)
	metrics.GetOrRegisterGauge("queue", r).Update(7)
	metrics.WriteOnce(r, os.Stdout)
	// Output:
	// gauge queue
	//   value:               7
	// counter requests{code="200"}
	//   count:               3
}

// Snapshots and instruments print as a line of text.
func ExampleTimer_String() {
	timer := metrics.NewTimer(metrics.Labels{"route": "/"})
	timer.Update(20 * time.Millisecond)
	os.Stdout.WriteString(timer.String()[:len("timer{route=\"/\"} count=1 sum=20ms")])
	// Output: timer{route="/"} count=1 sum=20ms
}
