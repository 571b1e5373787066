// Command raft runs a raft cluster of three nodes in one process and shows what they
// report in Prometheus: elections, commits, replication and the state machine.
//
//	go run ./examples/raft
//
// It serves http://localhost:8081/metrics, a live page under /debug/metrics/, and the
// state of the cluster under /status. It has commands applied all the time, and the
// leadership handed on every minute, so that the values move. POST /apply?n=100 applies
// more, POST /transfer hands the leadership on now. SIGINT and SIGTERM end it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/hashicorp"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
	"github.com/go-metrics-plus/metrics/runtimemetrics"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the next signal is not ours any more
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "raft:", err)
		os.Exit(1)
	}
}

// options are the settings of the command line.
type options struct {
	listen   string
	rate     float64
	transfer time.Duration
	verbose  bool
}

func parseOptions(arguments []string, output io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("raft", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&o.listen, "listen", "localhost:8081", "`address` to serve on; port 0 for a free one")
	flags.Float64Var(&o.rate, "rate", 20, "`commands` per second that are applied; 0 for none")
	flags.DurationVar(&o.transfer, "transfer", time.Minute, "how often the leadership is handed on; 0 for never")
	flags.BoolVar(&o.verbose, "v", false, "write what raft logs to standard error")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected arguments %q", flags.Args())
	case !(o.rate >= 0 && o.rate <= 10_000): // so written, it refuses NaN too
		return o, fmt.Errorf("a rate of %v is not between 0 and 10000 commands per second", o.rate)
	case o.transfer < 0:
		return o, fmt.Errorf("a transfer interval of %v is negative", o.transfer)
	}
	return o, nil
}

// observe has everything that is reported to go-metrics shown by the driver. It comes
// before raft starts, which reports from then on.
func observe() (*prometheusmetrics.Driver, error) {
	registry := metrics.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: registry,
		Sources:  []prometheusmetrics.LabelledSource{{Source: runtimemetrics.Source(), Absolute: true}},
		Layout:   prometheusmetrics.LayoutTyped,
		Detached: true,
	}, nil)
	if err != nil {
		return nil, err
	}
	config := gometrics.DefaultConfig("") // no service before each name
	config.EnableHostname = false
	config.EnableRuntimeMetrics = false // the source above has more
	sink := hashicorp.NewSink(registry, hashicorp.Config{Flush: func() { driver.Close() }})
	_, err = gometrics.NewGlobal(config, sink)
	return driver, err
}

func run(ctx context.Context, arguments []string, out io.Writer) error {
	o, err := parseOptions(arguments, out)
	if err != nil {
		return err
	}
	driver, err := observe()
	if err != nil {
		return err
	}
	defer gometrics.Shutdown()
	logs := io.Discard
	if o.verbose {
		logs = os.Stderr
	}
	cluster, err := startCluster(logs)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return errors.Join(err, cluster.stop())
	}
	server := &http.Server{Handler: routes(cluster, driver), ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	fmt.Fprintf(out, "serving http://%s/metrics\n", listener.Addr())

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	busy := cluster.keepBusy(ctx, o.rate, o.transfer)
	select {
	case <-ctx.Done():
	case err = <-served:
		cancel()
	}
	<-busy
	bounded, done := context.WithTimeout(context.Background(), 5*time.Second)
	defer done()
	err = errors.Join(err, server.Shutdown(bounded), cluster.stop())
	fmt.Fprintf(out, "ended after %d commands\n", cluster.applied.Load())
	return err
}
