// Command drivers shows one registry that feeds several programs at the same time, each
// by a driver of its own.
//
//	go run ./examples/drivers -statsd localhost:8125 -graphite localhost:2003
//
// Without an address it starts a stand-in for a StatsD server, which prints what it gets.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "drivers:", err)
		os.Exit(1)
	}
}

// run records and delivers until the context ends.
func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags := flag.NewFlagSet("drivers", flag.ContinueOnError)
	flags.SetOutput(output)
	interval := flags.Duration("interval", 10*time.Second, "`time` from one delivery to the next")
	var to targets
	flags.StringVar(&to.statsd, "statsd", "",
		"`address` of a StatsD server, such as localhost:8125 or unix:///run/statsd")
	flags.StringVar(&to.influxdb, "influxdb", "",
		"`URL` of InfluxDB's write endpoint, such as http://localhost:8086/write?db=shop")
	flags.StringVar(&to.graphite, "graphite", "", "`address` of Graphite, such as localhost:2003")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected arguments %q", flags.Args())
	}
	if to == (targets{}) {
		address, stop, err := printStatsD(output)
		if err != nil {
			return err
		}
		defer stop()
		to.statsd = address
	}
	shop, gatherer, err := newShop()
	if err != nil {
		return err
	}
	drivers, err := to.drivers(gatherer, *interval)
	if err != nil {
		return err
	}
	for _, driver := range drivers {
		go driver.Run()
	}
	shop.work(ctx)
	var failed []error
	for _, driver := range drivers {
		failed = append(failed, driver.Close()) // which delivers the last values
	}
	return errors.Join(failed...)
}
