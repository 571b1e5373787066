package metrics_test

import (
	"fmt"
	"time"

	"github.com/go-metrics-plus/metrics"
)

func ExampleNewTimer() {
	timer := metrics.NewTimer()
	timer.Update(20 * time.Millisecond)
	timer.Update(40 * time.Millisecond)
	s := timer.Snapshot()
	fmt.Println(s.Count(), time.Duration(s.Sum()), time.Duration(s.Mean()))
	// Output: 2 60ms 30ms
}

func ExampleTimer_Time() {
	timer := metrics.NewTimer()
	timer.Time(func() { time.Sleep(2 * time.Millisecond) })
	fmt.Println(timer.Count(), timer.Min() >= int64(2*time.Millisecond))
	// Output: 1 true
}

func ExampleTimer_UpdateSince() {
	timer := metrics.NewTimer()
	handle := func() {
		defer timer.UpdateSince(time.Now())
		// …
	}
	handle()
	handle()
	fmt.Println(timer.Count())
	// Output: 2
}

func ExampleGetOrRegisterTimer() {
	r := metrics.NewRegistry()
	metrics.GetOrRegisterTimer("request", r, metrics.Labels{"route": "/"}).Update(time.Second)
	metrics.GetOrRegisterTimer("request", r, metrics.Labels{"route": "/"}).Update(time.Second)
	fmt.Println(metrics.GetOrRegisterTimer("request", r, metrics.Labels{"route": "/"}).Count())
	// Output: 2
}

// A timer over a sample of one's own choice.
func ExampleNewCustomTimer() {
	sample := metrics.NewUniformSample(100)
	timer := metrics.NewCustomTimer(metrics.NewHistogram(sample), metrics.NewMeter())
	timer.Update(time.Second)
	fmt.Println(sample.Size(), timer.Count())
	// Output: 1 1
}
