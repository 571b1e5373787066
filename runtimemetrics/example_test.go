package runtimemetrics_test

import (
	"fmt"

	"github.com/go-metrics-plus/metrics/runtimemetrics"
)

// The source is read by a driver; or by hand.
func ExampleSource() {
	runtimemetrics.Source().Each(func(name string, metric any) {
		if goroutines, ok := metric.(interface{ Value() float64 }); ok && name == "go_goroutines" {
			fmt.Println("goroutines:", goroutines.Value() > 0)
		}
	})
	// Output: goroutines: true
}
