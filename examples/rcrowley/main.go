// Command rcrowley shows a program that is instrumented with
// rcrowley/go-metrics in Prometheus, without touching its instrumentation: the
// driver reads the library's own registry.
//
//	go run ./examples/rcrowley
//
// It does some work and writes what a scrape would get.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	// One call and one goroutine are all that the program needs: they take the
	// place of its reporter.
	registry := prometheus.NewRegistry()
	driver, err := prometheusmetrics.New(gometrics.DefaultRegistry, 10*time.Second, "shop", "", registry)
	if err != nil {
		return err
	}
	go driver.Run()

	work()

	// A program serves the registry under /metrics. This one ends here: Close
	// flushes once more, and the last values stay to be read.
	driver.Close()
	families, err := registry.Gather()
	if err != nil {
		return err
	}
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(out, family); err != nil {
			return err
		}
	}
	for _, explanation := range driver.Explain() {
		fmt.Fprintf(out, "# %s is a %s\n", explanation.Name, explanation.Kind)
	}
	return nil
}

// work is the program as it was.
func work() {
	orders := gometrics.GetOrRegisterMeter("orders", nil)
	latency := gometrics.GetOrRegisterTimer("checkout.latency", nil)
	stock := gometrics.GetOrRegisterGauge("stock", nil)
	sizes := gometrics.GetOrRegisterHistogram("order.items", nil, gometrics.NewUniformSample(1028))
	for i := range int64(100) {
		orders.Mark(1)
		latency.Update(time.Duration(i+1) * time.Millisecond)
		sizes.Update(i%10 + 1)
	}
	stock.Update(1900)
}
