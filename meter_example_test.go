package metrics_test

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
)

func ExampleNewMeter() {
	bytes := metrics.NewMeter()
	bytes.Mark(1500)
	bytes.Mark(40)
	fmt.Println(bytes.Count())
	fmt.Println("over the last minute, per second:", bytes.Rate1())
	// Output:
	// 1540
	// over the last minute, per second: 0
}

func ExampleGetOrRegisterMeter() {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterMeter("logins", r, metrics.Labels{"result": "ok"}).Mark(1)
	fmt.Println(metrics.GetOrRegisterMeter("logins", r, metrics.Labels{"result": "ok"}).Count())
	// Output: 1
}

// An average that ticks when the program says so.
func ExampleNewEWMA1() {
	perSecond := metrics.NewEWMA1()
	perSecond.Update(50)
	perSecond.Tick() // every 5 seconds
	fmt.Println(perSecond.Rate())
	// Output: 10
}
