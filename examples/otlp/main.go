// Command otlp shows a program that sends its metrics by OpenTelemetry's protocol.
//
//	go run ./examples/otlp
//	OTEL_SERVICE_NAME=shop go run ./examples/otlp -url http://localhost:4318 -for 1m
//	go run ./examples/otlp -url http://localhost:9090/api/v1/otlp/v1/metrics -for 1m
//
// Without -url it sends to what OTEL_EXPORTER_OTLP_ENDPOINT says, and else to a receiver of
// its own, which prints what arrives. Prometheus takes OTLP when it runs with
// --web.enable-otlp-receiver.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"os/signal"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/drivers/otlp"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		log.Fatal(err)
	}
}

func run(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("otlp", flag.ContinueOnError)
	url := flags.String("url", "", "address of the receiver; empty means that of the environment, or one in this program")
	grpc := flags.Bool("grpc", false, "send over gRPC instead of HTTP, to http://localhost:4317 for example")
	interval := flags.Duration("interval", time.Second, "from one delivery to the next")
	length := flags.Duration("for", 3*time.Second, "how long to work")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	config := otlp.Config{URL: *url, Interval: *interval}
	if *grpc {
		config.Protocol = otlp.GRPC
	}
	if *url == "" && os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" {
		own, stop := startReceiver(out)
		defer stop()
		config.URL, config.Protocol = own, otlp.HTTP
	}

	// Buckets make a timer a histogram there, and the driver shows the registry with
	// Prometheus's types. Nothing serves it: Detached.
	registry := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) }))
	reader, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: registry, Namespace: "shop", Layout: prometheusmetrics.LayoutTyped, Detached: true,
	}, nil)
	if err != nil {
		return err
	}
	config.Gatherer = reader
	driver, err := otlp.New(config)
	if err != nil {
		return err
	}
	go driver.Run()

	work(ctx, registry, *length)

	if err := driver.Close(); err != nil { // sends the last values
		return err
	}
	fmt.Fprintln(out, "sent")
	return nil
}

// work takes orders for a while.
func work(ctx context.Context, registry metrics.Registry, length time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	paid := metrics.GetOrRegisterCounter("orders", registry, metrics.Labels{"payment": "card"})
	checkout := metrics.GetOrRegisterTimer("checkout", registry)
	stock := metrics.GetOrRegisterGauge("stock", registry)
	for left := int64(1000); ctx.Err() == nil; left-- {
		begun := time.Now()
		select {
		case <-time.After(time.Duration(1+rand.IntN(20)) * time.Millisecond):
		case <-ctx.Done():
		}
		paid.Inc(1)
		checkout.UpdateSince(begun)
		stock.Update(left)
	}
}
