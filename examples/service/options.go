package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// options are the settings of the command line; the defaults work as they are.
type options struct {
	listen      string
	load        float64 // requests per second
	flush       time.Duration
	pushgateway string // no push if empty
	layout      prometheusmetrics.Layout
	record      bool // take latencies from outside
}

// maxLoad is what the generator still sends evenly; this is no load test.
const maxLoad = 1000

func parseOptions(arguments []string, output io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("service", flag.ContinueOnError)
	flags.SetOutput(output)
	flags.StringVar(&o.listen, "listen", "localhost:8080",
		"`address` to serve on; :8080 for all interfaces, port 0 for a free one")
	flags.Float64Var(&o.load, "load", 20, "`requests` per second that the service sends itself; 0 for none")
	flags.DurationVar(&o.flush, "flush", time.Second, "how often values are read; 0 for at each scrape")
	flags.StringVar(&o.pushgateway, "pushgateway", "", "`URL` of a Pushgateway to push to as well")
	flags.Func("layout",
		"`layout` of the values: gauges, under the names that go-metrics users know, or typed, "+
			"the counters and histograms of Prometheus (default gauges)", o.setLayout)
	flags.BoolVar(&o.record, "record", false, "serve POST /record, by which tests have latencies of their choice recorded")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	return o, o.check(flags.Args())
}

func (o *options) setLayout(name string) error {
	layout, known := map[string]prometheusmetrics.Layout{
		"gauges": prometheusmetrics.LayoutGauges,
		"typed":  prometheusmetrics.LayoutTyped,
	}[name]
	if !known {
		return errors.New("it is gauges or typed")
	}
	o.layout = layout
	return nil
}

func (o options) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected arguments %q", rest)
	}
	if !(o.load >= 0 && o.load <= maxLoad) { // so written, it refuses NaN too
		return fmt.Errorf("a load of %v is not between 0 and %d requests per second", o.load, maxLoad)
	}
	if o.flush < 0 {
		return fmt.Errorf("a flush interval of %v is negative", o.flush)
	}
	if o.pushgateway == "" {
		return nil
	}
	if gateway, err := url.Parse(o.pushgateway); err != nil || gateway.Host == "" {
		return fmt.Errorf("pushgateway %q is no URL such as http://localhost:9091", o.pushgateway)
	}
	return nil
}
