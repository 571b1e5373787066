package otlp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/prometheus/client_golang/prometheus"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/drivers/otlp"
)

// A program sends its metrics to a collector every minute, and at the end a last time.
// Without URL and ServiceName they come from the environment.
func Example() {
	registry := prometheus.NewRegistry()
	orders := prometheus.NewCounter(prometheus.CounterOpts{Name: "orders_total", Help: "Orders taken."})
	registry.MustRegister(orders)

	receiver := httptest.NewServer(http.HandlerFunc(receive))
	defer receiver.Close()

	driver, err := otlp.New(otlp.Config{
		URL:         receiver.URL,
		Protocol:    otlp.HTTP,
		ServiceName: "shop",
		Gatherer:    registry,
	})
	if err != nil {
		panic(err)
	}
	orders.Add(3)
	if err := driver.Once(); err != nil { // or go driver.Run()
		panic(err)
	}
	orders.Inc()
	if err := driver.Close(); err != nil {
		panic(err)
	}
	// Output:
	// orders_total 3 since the start
	// orders_total 4 since the start
}

// receive stands in for a collector.
func receive(_ http.ResponseWriter, r *http.Request) {
	encoded, _ := io.ReadAll(uncompressed(r))
	request := &collector.ExportMetricsServiceRequest{}
	if err := proto.Unmarshal(encoded, request); err != nil {
		panic(err)
	}
	for _, metric := range request.ResourceMetrics[0].ScopeMetrics[0].Metrics {
		fmt.Println(metric.Name, metric.GetSum().DataPoints[0].GetAsDouble(), "since the start")
	}
}
