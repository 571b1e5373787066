// Command remotewrite shows a program that nobody can scrape: it sends its metrics by
// Prometheus remote write.
//
//	go run ./examples/remotewrite
//	go run ./examples/remotewrite -url http://localhost:9090/api/v1/write -for 1m
//
// Without -url it sends to a receiver of its own, which prints what arrives. Prometheus
// takes remote write when it runs with --web.enable-remote-write-receiver.
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
	"github.com/go-metrics-plus/metrics/drivers/remotewrite"
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
	flags := flag.NewFlagSet("remotewrite", flag.ContinueOnError)
	url := flags.String("url", "", "address of the receiver; empty means one in this program")
	interval := flags.Duration("interval", time.Second, "from one round of samples to the next")
	length := flags.Duration("for", 3*time.Second, "how long to work")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *url == "" {
		own, stop := startReceiver(out)
		defer stop()
		*url = own
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

	driver, err := remotewrite.New(remotewrite.Config{
		URL:      *url,
		Gatherer: reader,
		Interval: *interval,
		Labels:   map[string]string{"job": "shop"},
	})
	if err != nil {
		return err
	}
	go driver.Run()

	work(ctx, registry, *length)

	// Close sends the last values, and that the series have ended.
	err = driver.Close()
	status := driver.Status()
	fmt.Fprintf(out, "sent %d samples by remote write %v\n", status.Sent, status.Version)
	return err
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
