package prometheusmetrics_test

import (
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// A test compares what a program records with what Prometheus is to see of it: a
// driver is a Gatherer, as client_golang's testutil wants one.
func ExampleDriver_Gather_test() {
	registry := metrics.NewRegistry() // of the test's own
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: registry, Layout: prometheusmetrics.LayoutTyped, Detached: true,
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	metrics.GetOrRegisterCounter("orders", registry, metrics.Labels{"payment": "card"}).Inc(2) // the code under test

	err = testutil.GatherAndCompare(driver, strings.NewReader(`
# HELP orders_total orders
# TYPE orders_total counter
orders_total{payment="card"} 2
`), "orders_total")
	fmt.Println(err)
	// Output: <nil>
}
