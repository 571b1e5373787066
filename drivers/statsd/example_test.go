package statsd_test

import (
	"fmt"
	"log"
	"net"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/drivers/statsd"
)

// A program delivers while it runs, and a last time at its end. In place of the Prometheus
// registry a Driver of prometheusmetrics will do, with LayoutTyped so that counters are
// known as such.
func Example() {
	server, err := net.ListenPacket("udp", "127.0.0.1:0") // stands in for a StatsD server
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()

	registry := prometheus.NewRegistry()
	orders := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "orders_total"}, []string{"paid_by"})
	registry.MustRegister(orders)

	driver, err := statsd.New(statsd.Config{
		Gatherer: registry,
		Address:  server.LocalAddr().String(),
		Prefix:   "shop",
	})
	if err != nil {
		log.Fatal(err)
	}
	orders.WithLabelValues("card").Add(3)
	go driver.Run()
	if err := driver.Close(); err != nil {
		log.Print(err)
	}

	packet := make([]byte, 2000)
	n, _, err := server.ReadFrom(packet)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(packet[:n]))
	// Output:
	// shop.orders_total:3|c|#paid_by:card
}
