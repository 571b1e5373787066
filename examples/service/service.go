package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/httpmetrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
	"github.com/go-metrics-plus/metrics/runtimemetrics"
)

// shutdownTimeout is longer than any route takes.
const shutdownTimeout = 2 * maxWait

// maxSeries is far more than the shop has: whoever finds a way to make labels without
// end fills neither this program nor Prometheus.
const maxSeries = 10_000

// service is everything that runs.
type service struct {
	options     options
	recorded    metrics.Registry // the shop's own
	requests    metrics.Registry // by httpmetrics, whose names are the same in all programs
	instruments *instruments
	driver      *prometheusmetrics.Driver
	exposed     *prometheus.Registry
	server      *http.Server
}

func newService(o options) (*service, error) {
	recorded := newRegistry(o.layout)
	instruments, err := newInstruments(recorded)
	if err != nil {
		return nil, err
	}
	requests, exposed := metrics.NewRegistry(), prometheus.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Namespace: "example",
		Subsystem: "service",
		Registry:  recorded,
		Sources: []prometheusmetrics.LabelledSource{
			{Source: requests, Absolute: true},
			{Source: runtimemetrics.Source(), Absolute: true},
		},
		FlushInterval: o.flush,
		DurationUnit:  time.Second,
		Layout:        o.layout,
		MaxSeries:     maxSeries,
		SelfMetrics:   true, // so that alerts know what the driver leaves out, and whether it flushes
	}, exposed)
	if err != nil {
		return nil, err
	}
	s := &service{
		options: o, recorded: recorded, requests: requests,
		instruments: instruments, driver: driver, exposed: exposed,
	}
	s.server = s.newServer()
	return s, nil
}

func (s *service) newServer() *http.Server {
	return &http.Server{Handler: s.handler(newShop(s.instruments)), ReadHeaderTimeout: shutdownTimeout}
}

// newRegistry returns a registry for the layout. Histograms that Prometheus can add
// up over instances need counts by bucket; the gauges of the other layout describe
// recent values, which is what a reservoir keeps.
func newRegistry(layout prometheusmetrics.Layout) metrics.Registry {
	if layout != prometheusmetrics.LayoutTyped {
		return metrics.NewRegistry()
	}
	const relativeError = 0.05
	return metrics.NewRegistry(metrics.WithSample(func() metrics.Sample {
		return metrics.NewBucketSample(relativeError)
	}))
}

// handler serves the shop, which is instrumented, and beside it what the machines
// around it ask for, which is not: the values are the customers'.
func (s *service) handler(shop *shop) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", httpmetrics.Config{Registry: s.requests}.Handler(shop.routes()))
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.exposed, promhttp.HandlerOpts{
		Registry:          s.exposed,
		EnableOpenMetrics: s.options.layout == prometheusmetrics.LayoutTyped, // which has units and exemplars
	}))
	mux.HandleFunc("GET /healthz", s.health)
	mux.Handle(livePath, s.livePage())
	if s.options.record {
		mux.HandleFunc("POST "+recordRoute, s.instruments.recordLatencies)
	}
	return mux
}

func (s *service) health(w http.ResponseWriter, _ *http.Request) {
	if s.instruments.draining.Load() {
		http.Error(w, errDraining.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// run serves until ctx ends, and then ends in order: what was recorded up to the
// last answer is flushed and pushed.
func run(ctx context.Context, arguments []string, output io.Writer) error {
	o, err := parseOptions(arguments, output)
	if err != nil {
		return err
	}
	s, err := newService(o)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	address := loopback(listener.Addr())
	s.announce(output, address)
	pusher := newPusher(o, address, s.exposed, output)

	served := make(chan error, 1)
	go func() { served <- s.server.Serve(listener) }()
	background, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(s.driver.Run)
	work.Go(func() { pusher.run(background) })
	work.Go(func() { generateLoad(background, newClient(), "http://"+address, o.load) })

	select {
	case <-ctx.Done():
		err = nil
	case err = <-served:
	}
	stop()
	err = errors.Join(err, s.shutdown())
	work.Wait()
	err = errors.Join(err, pusher.last())
	if err == nil {
		fmt.Fprintln(output, "goodbye: all requests are answered and recorded")
	}
	return err
}

// shutdown takes no more requests, answers those that are under way, and flushes.
func (s *service) shutdown() error {
	s.instruments.draining.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	return errors.Join(s.server.Shutdown(ctx), s.driver.Close())
}

func (s *service) announce(output io.Writer, address string) {
	fmt.Fprintf(output, "shop     http://%s/\n", address)
	fmt.Fprintf(output,
		"metrics  http://%s/metrics   for example: curl -s http://%[1]s/metrics | grep http_server\n", address)
	fmt.Fprintf(output, "health   http://%s/healthz\n", address)
	fmt.Fprintf(output, "live     http://%s%s   in a browser: every metric as a graph that moves\n", address, livePath)
	fmt.Fprintf(output, "load     %v requests per second\n", s.options.load)
	if s.options.pushgateway != "" {
		fmt.Fprintf(output, "pushing  to %s\n", s.options.pushgateway)
	}
}

// loopback returns an address at which the service reaches itself: one that was
// bound on all interfaces is no address to connect to.
func loopback(bound net.Addr) string {
	host, port, err := net.SplitHostPort(bound.String())
	if err != nil {
		return bound.String()
	}
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
