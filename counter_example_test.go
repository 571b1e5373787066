package metrics_test

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
)

func ExampleNewCounter() {
	served := metrics.NewCounter(metrics.Labels{"code": "200"})
	served.Inc(2)
	served.Dec(1)
	fmt.Println(served.Count(), served.Labels())
	// Output: 1 {code="200"}
}

func ExampleGetOrRegisterCounter() {
	r := metrics.NewRegistry()
	ok := metrics.Labels{"code": "200"}
	metrics.GetOrRegisterCounter("requests", r, ok).Inc(40)
	metrics.GetOrRegisterCounter("requests", r, ok).Inc(2)
	metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": "500"}).Inc(1)
	fmt.Println(metrics.GetOrRegisterCounter("requests", r, ok).Count())
	// Output: 42
}

func ExampleNewRegisteredCounter() {
	r := metrics.NewRegistry()
	jobs := metrics.NewRegisteredCounter("jobs", r)
	jobs.Inc(3)
	fmt.Println(r.Get("jobs").(metrics.Counter).Count())
	// Output: 3
}

// A struct may hold an instrument that is never made: it does nothing.
func ExampleCounter_zeroValue() {
	var disabled metrics.Counter
	disabled.Inc(1)
	fmt.Println(disabled.Count())
	// Output: 0
}

// A copy with more labels can be shown somewhere else; the counter stays as it is.
func ExampleCounter_WithLabels() {
	c := metrics.NewCounter(metrics.Labels{"code": "200"})
	c.Inc(1)
	fmt.Println(c.WithLabels(metrics.Labels{"host": "a"}).Labels())
	fmt.Println(c.Labels())
	// Output:
	// {code="200",host="a"}
	// {code="200"}
}

// What is no whole number is counted with its fraction.
func ExampleCounter_IncFloat64() {
	seconds := metrics.NewCounter()
	seconds.IncFloat64(0.25)
	seconds.IncFloat64(1.5)
	fmt.Println(seconds.CountFloat64(), seconds.Count())
	// Output: 1.75 1
}
