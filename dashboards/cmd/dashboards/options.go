package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/go-metrics-plus/metrics/dashboards"
)

type options struct {
	from    string
	out     string
	force   bool
	timeout time.Duration
	config  dashboards.Config
}

// parseOptions reads the command line; what is wrong with it is written to output, too.
func parseOptions(arguments []string, output io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("dashboards", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&o.from, "from", "", "`address` of the metrics, as in http://localhost:8080/metrics, "+
		"or a file in the text format, or - for the standard input")
	flags.StringVar(&o.out, "out", "", "`folder` to write to; it is made if it is not there")
	flags.BoolVar(&o.force, "force", false, "overwrite files that were changed by hand")
	flags.DurationVar(&o.timeout, "timeout", 30*time.Second, "how long the address may take to answer")
	flags.StringVar(&o.config.Title, "title", "", "`title` of the dashboard (default: the prefix that most metrics have)")
	flags.StringVar(&o.config.UID, "uid", "", "`id` of the dashboard in Grafana (default: made from the title)")
	flags.StringVar(&o.config.Job, "job", "", "the program's scrape `job` in Prometheus, which rules are about "+
		"(default: every job that has the metrics)")
	flags.StringVar(&o.config.GrafanaURL, "grafana", "", "`URL` of Grafana, for the links in alerts")
	flags.Float64Var(&o.config.Objective, "objective", 0.999, "`share` of requests that must not fail")
	flags.DurationVar(&o.config.LatencyThreshold, "latency", 300*time.Millisecond,
		"`time` within which requests must be answered")
	flags.Float64Var(&o.config.LatencyObjective, "latency-objective", 0,
		"`share` of requests that must be answered in that time (default: the objective)")
	flags.DurationVar(&o.config.For, "for", time.Minute,
		"how `long` a health check must fail, or a target be gone, before an alert")
	flags.DurationVar(&o.config.FlushAge, "flush-age", 2*time.Minute, "how `old` the driver's last flush may be")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	err := o.check(flags.Args())
	if err != nil {
		fmt.Fprintln(output, "dashboards:", err)
	}
	return o, err
}

func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected arguments %q", rest)
	case o.from == "":
		return errors.New("-from is missing: where the metrics are")
	case o.out == "":
		return errors.New("-out is missing: which folder to write to")
	}
	return nil
}
