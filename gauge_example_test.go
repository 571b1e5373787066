package metrics_test

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
)

func ExampleNewGauge() {
	length := metrics.NewGauge()
	length.Update(12)
	length.Update(11)
	fmt.Println(length.Value())
	// Output: 11
}

func ExampleNewGaugeFloat64() {
	load := metrics.NewGaugeFloat64(metrics.Labels{"core": "0"})
	load.Update(0.75)
	fmt.Println(load.Value())
	// Output: 0.75
}

func ExampleGetOrRegisterGauge() {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterGauge("queue.length", r).Update(7)
	fmt.Println(metrics.GetOrRegisterGauge("queue.length", r).Value())
	// Output: 7
}

// A functional gauge asks when it is read, so nobody has to keep it up to date.
func ExampleNewFunctionalGauge_channel() {
	queue := make(chan int, 10)
	length := metrics.NewFunctionalGauge(func() int64 { return int64(len(queue)) })
	queue <- 1
	queue <- 2
	fmt.Println(length.Value())
	// Output: 2
}

func ExampleNewRegisteredFunctionalGauge() {
	r := metrics.NewRegistry()
	metrics.NewRegisteredFunctionalGauge("answer", r, func() int64 { return 42 })
	fmt.Println(r.Get("answer").(metrics.Gauge).Value())
	// Output: 42
}

func ExampleNewFunctionalGaugeFloat64() {
	used, size := 30.0, 40.0
	filled := metrics.NewFunctionalGaugeFloat64(func() float64 { return used / size })
	fmt.Println(filled.Value())
	// Output: 0.75
}

// What begins and ends needs no count of its own.
func ExampleGauge_Inc() {
	inFlight := metrics.NewGauge()
	handle := func() {
		inFlight.Inc(1)
		defer inFlight.Dec(1)
		fmt.Println("during:", inFlight.Value())
	}
	handle()
	fmt.Println("after:", inFlight.Value())
	// Output:
	// during: 1
	// after: 0
}
