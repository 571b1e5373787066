package graphite_test

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/drivers/graphite"
)

// A program delivers while it runs, and a last time at its end. In place of the Prometheus
// registry a Driver of prometheusmetrics will do.
func Example() {
	server, err := net.Listen("tcp", "127.0.0.1:0") // stands in for Graphite
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	received := make(chan string)
	go func() {
		conn, err := server.Accept()
		if err != nil {
			log.Fatal(err)
		}
		line, _ := bufio.NewReader(conn).ReadString('\n')
		conn.Close()
		received <- line
	}()

	registry := prometheus.NewRegistry()
	orders := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "orders_total"}, []string{"paid_by"})
	registry.MustRegister(orders)

	driver, err := graphite.New(graphite.Config{
		Gatherer: registry,
		Address:  server.Addr().String(),
		Prefix:   "shop",
	})
	if err != nil {
		log.Fatal(err)
	}
	orders.WithLabelValues("card").Add(3)
	go driver.Run() // at once, and then every ten seconds
	line := <-received
	defer driver.Close()

	fmt.Println(line[:strings.LastIndex(line, " ")]) // without the time
	// Output:
	// shop.orders_total.paid_by.card 3
}
