// Command sarama shows the metrics of a Kafka client in Prometheus: those that
// IBM/sarama keeps in a rcrowley registry of its own, with broker, topic, API key
// and group as labels.
//
//	go run ./examples/sarama
//
// It talks to Sarama's mock broker, so that it runs anywhere, and writes what
// the driver made of each metric, and what a scrape would get. With
//
//	go run ./examples/sarama -listen localhost:8081
//
// it serves that under /metrics instead, until it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/IBM/sarama"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func main() {
	listen := flag.String("listen", "", "`address` to serve the metrics on; without one they are written once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, listen string, out io.Writer) error {
	broker := startBroker()
	defer broker.Close()

	config := sarama.NewConfig()
	config.ApiVersionsRequest = false // the mock broker does not answer it well
	config.Producer.Return.Successes = true
	config.Producer.Compression = sarama.CompressionGZIP

	// All there is to do: read the registry of Sarama's configuration. A second
	// client has a second one, see Config.Sources.
	registry := prometheus.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Namespace:   "kafka",
		Registry:    config.MetricRegistry,
		Rules:       prometheusmetrics.SaramaRules(),
		Layout:      prometheusmetrics.LayoutTyped,
		Percentiles: []float64{0.5, 0.99},
	}, registry)
	if err != nil {
		return err
	}

	// Sarama takes its metrics back when the client is closed, so they are shown
	// before. A service has go driver.Run() and a handler for the registry.
	stop, err := produceAndConsume(broker.Addr(), config)
	if err != nil {
		return err
	}
	defer stop()
	if listen != "" {
		return serve(ctx, listen, driver.Handler(), out)
	}
	return write(driver, registry, out)
}

// serve answers scrapes until ctx ends, while the client goes on to fetch.
func serve(ctx context.Context, address string, metrics http.Handler, out io.Writer) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Fprintf(out, "metrics  http://%s/metrics\n", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// write writes what the driver made of each metric, and what a scrape would get.
func write(driver *prometheusmetrics.Driver, registry *prometheus.Registry, out io.Writer) error {
	if err := driver.Once(); err != nil {
		return err
	}
	for _, explanation := range driver.Explain() {
		fmt.Fprintln(out, explanation)
	}
	families, err := registry.Gather()
	if err != nil {
		return err
	}
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(out, family); err != nil {
			return err
		}
	}
	return nil
}
