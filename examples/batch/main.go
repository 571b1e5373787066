// Command batch is a job that runs, pushes its metrics to a Pushgateway and
// exits: what a cron job does, which nobody could scrape in time.
//
//	go run ./examples/batch -dir . -pushgateway http://localhost:9091
//
// Without a Pushgateway it prints what it would push.
//
// The job computes the checksums of all files in a folder. It exits with 1, and
// says why, if the work or the push failed.
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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "batch:", err)
		os.Exit(1)
	}
}

// run does the job once. The push comes in any case: a job that failed is what
// one wants to see.
func run(ctx context.Context, arguments []string, output io.Writer) error {
	flags := flag.NewFlagSet("batch", flag.ContinueOnError)
	flags.SetOutput(output)
	folder := flags.String("dir", ".", "`folder` to read")
	gateway := flags.String("pushgateway", "",
		"`URL` of the Pushgateway, such as http://localhost:9091; without one, what would be pushed is printed")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected arguments %q", flags.Args())
	}
	j := newJob()
	done := j.run(ctx, os.DirFS(*folder), output)
	return errors.Join(done, j.push(*gateway, done == nil, output))
}
