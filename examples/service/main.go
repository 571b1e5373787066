// Command service is a small web shop that shows the whole way from a recorded
// event to a value in Prometheus. It needs no configuration:
//
//	go run ./examples/service
//
// It sends itself a light load, so that the values under /metrics move at once.
// With -layout typed they are Prometheus's own types: counters, and histograms
// that can be added up over instances.
//
// SIGINT and SIGTERM end it, after a last flush and push; a second one ends it at
// once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the next signal is not ours any more
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "service:", err)
		os.Exit(1)
	}
}
