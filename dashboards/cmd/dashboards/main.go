// Command dashboards writes a Grafana dashboard, recording rules and alerts for a
// program, from the metrics that it exposes:
//
//	go run github.com/go-metrics-plus/metrics/dashboards/cmd/dashboards \
//		-from http://localhost:8080/metrics -job shop -out monitoring/
//
// It asks once, for names, types, help texts and labels; values don't count. A file that
// somebody changed is not overwritten without -force.
//
// The exit code is 0, 2 for flags that make no sense, and 1 for everything else that
// fails.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/dashboards"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(ctx context.Context, arguments []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseOptions(arguments, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := generate(ctx, o, stdin); err != nil {
		fmt.Fprintln(stderr, err)
		var changed *dashboards.ChangedError
		if errors.As(err, &changed) {
			fmt.Fprintln(stderr, "With -force they are overwritten.")
		}
		return 1
	}
	fmt.Fprintf(stdout, "written to %s, see README.md there\n", o.out)
	return 0
}

func generate(ctx context.Context, o options, stdin io.Reader) error {
	families, err := read(ctx, o, stdin)
	if err != nil {
		return err
	}
	gatherer := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil })
	monitoring, err := dashboards.New(gatherer, o.config)
	if err != nil {
		return err
	}
	return monitoring.WriteFiles(o.out, o.force)
}

// read takes the metrics from an address, a file, or the standard input.
func read(ctx context.Context, o options, stdin io.Reader) ([]*dto.MetricFamily, error) {
	if o.from == "-" {
		return dashboards.Read(stdin)
	}
	if strings.HasPrefix(o.from, "http://") || strings.HasPrefix(o.from, "https://") {
		ctx, cancel := context.WithTimeout(ctx, o.timeout)
		defer cancel()
		return dashboards.Scrape(ctx, o.from)
	}
	file, err := os.Open(o.from)
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	defer file.Close()
	return dashboards.Read(file)
}
