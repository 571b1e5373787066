// Command sarama shows the metrics of a Kafka client in Prometheus: those that
// IBM/sarama keeps in a rcrowley registry of its own, with broker, topic, API key
// and group as labels.
//
//	go run ./examples/sarama
//
// It talks to Sarama's mock broker, so that it runs anywhere, and writes what
// the driver made of each metric, and what a scrape would get.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/IBM/sarama"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
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
