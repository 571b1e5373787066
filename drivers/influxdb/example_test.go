package influxdb_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/drivers/influxdb"
)

// A program writes while it runs, and a last time at its end. In place of the Prometheus
// registry a Driver of prometheusmetrics will do, with LayoutTyped so that counters are
// known as such.
func Example() {
	var written string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		written = r.URL.Path + " " + string(body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()

	registry := prometheus.NewRegistry()
	orders := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "orders_total"}, []string{"paid_by"})
	registry.MustRegister(orders)

	driver, err := influxdb.New(influxdb.Config{
		Gatherer:           registry,
		URL:                server.URL,
		Org:                "shop",
		Bucket:             "metrics",
		Token:              "secret",
		DisableCompression: true, // to be read below
	})
	if err != nil {
		log.Fatal(err)
	}
	go driver.Run()
	orders.WithLabelValues("card").Add(3)
	if err := driver.Close(); err != nil {
		log.Print(err)
	}
	fmt.Println(written[:strings.LastIndex(written, " ")]) // without the time
	// Output:
	// /api/v2/write orders_total,paid_by=card counter=3
}
