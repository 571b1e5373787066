package prometheusmetrics_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// A service that exposes the metrics of the default registry.
func Example() {
	r := prometheus.NewRegistry()
	driver, err := prometheusmetrics.New(metrics.DefaultRegistry, time.Second, "namespace", "subsystem", r)
	if err != nil {
		log.Fatal(err)
	}
	go driver.Run()
	http.Handle("/metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{Registry: r}))
	log.Fatal(http.ListenAndServe(":8080", nil))
}

// Metrics that are recorded anywhere in the program are shown with the next
// flush.
func ExampleNew() {
	metrics.GetOrRegisterTimer("myTimer", nil, nil).Update(time.Second)
	metrics.GetOrRegisterCounter("myCounter", nil, nil).Inc(50)
	metrics.GetOrRegisterMeter("myMeter", nil, nil).Mark(10)
	r := prometheus.NewRegistry()
	pr, err := prometheusmetrics.New(metrics.DefaultRegistry, time.Second, "namespace", "subsystem", r)
	if err != nil {
		log.Fatal(err)
	}
	go pr.Run()
	defer pr.Close()
}

// One flush by hand, in the default layout.
func ExampleDriver_Once() {
	source := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("requests", source, metrics.Labels{"code": "200"}).Inc(7)
	metrics.GetOrRegisterGauge("in.flight", source).Update(2)

	registry := prometheus.NewRegistry()
	driver, err := prometheusmetrics.New(source, time.Second, "shop", "web", registry)
	if err != nil {
		log.Fatal(err)
	}
	driver.Once()
	print(registry)
	// Output:
	// shop_web_in_flight_gauge 2
	// shop_web_requests_count{code="200"} 7
}

// Counters as counters and timers in seconds.
func ExampleNewWithConfig() {
	source := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("requests", source, metrics.Labels{"code": "200"}).Inc(7)
	timer := metrics.GetOrRegisterTimer("latency", source)
	for i := range 100 {
		timer.Update(time.Duration(i+1) * time.Millisecond)
	}

	registry := prometheus.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry:      source,
		FlushInterval: time.Second,
		Layout:        prometheusmetrics.LayoutTyped,
		Percentiles:   []float64{0.5},
		ConstLabels:   prometheus.Labels{"zone": "a"},
	}, registry)
	if err != nil {
		log.Fatal(err)
	}
	driver.Once()
	print(registry)
	// Output:
	// latency_seconds{zone="a",quantile="0.5"} 0.0505
	// latency_seconds_sum{zone="a"} 5.05
	// latency_seconds_count{zone="a"} 100
	// requests_total{code="200",zone="a"} 7
}

// Names that were put together from parts become labels again.
func ExampleRule() {
	source := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("requests-for-broker-1", source).Inc(3)
	metrics.GetOrRegisterCounter("requests-for-broker-2", source).Inc(4)

	registry := prometheus.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry:      source,
		FlushInterval: time.Second,
		Rules: []prometheusmetrics.Rule{{
			Match:  "requests-for-broker-{broker}",
			Name:   "broker.requests",
			Labels: map[string]string{"broker": "{broker}"},
		}},
	}, registry)
	if err != nil {
		log.Fatal(err)
	}
	driver.Once()
	print(registry)
	// Output:
	// broker_requests_count{broker="1"} 3
	// broker_requests_count{broker="2"} 4
}

// A driver that no Prometheus registry knows serves itself, and the metrics of
// the application's own registry along with its own.
func ExampleDriver_Handler() {
	source := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("requests", source).Inc(7)
	application := prometheus.NewRegistry()
	application.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "jobs_total", Help: "Jobs done."}))

	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: source,
		Layout:   prometheusmetrics.LayoutTyped,
		Detached: true,
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(driver.Handler(application))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	io.Copy(os.Stdout, response.Body)
	// Output:
	// # HELP jobs_total Jobs done.
	// # TYPE jobs_total counter
	// jobs_total 0
	// # HELP requests_total requests
	// # TYPE requests_total counter
	// requests_total 7
}

// Two registries that have the same names, told apart by a label.
func ExampleLabelledSource() {
	first, second := metrics.NewRegistry(), metrics.NewRegistry()
	metrics.GetOrRegisterCounter("sent", first).Inc(3)
	metrics.GetOrRegisterCounter("sent", second).Inc(4)

	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: metrics.NewRegistry(), // the default registry is not shown
		Sources: []prometheusmetrics.LabelledSource{
			{Source: first, Labels: prometheus.Labels{"client": "a"}},
			{Source: second, Labels: prometheus.Labels{"client": "b"}},
		},
		Layout:   prometheusmetrics.LayoutTyped,
		Detached: true,
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	print(driver)
	// Output:
	// sent_total{client="a"} 3
	// sent_total{client="b"} 4
}

// OnError gets each metric that is left out, with a reason that code can decide on.
func ExampleMetricError() {
	source := metrics.NewRegistry()
	metrics.NewRegisteredFunctionalGauge("queue", source, func() int64 { panic("not connected") })
	metrics.GetOrRegisterCounter("requests", source).Inc(7)

	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: source,
		Layout:   prometheusmetrics.LayoutTyped,
		Detached: true,
		OnError: func(err error) {
			var bad *prometheusmetrics.MetricError
			if errors.As(err, &bad) && bad.Reason == prometheusmetrics.ReasonPanic {
				fmt.Println(bad.Name, "is left out:", bad.Err)
			}
		},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	print(driver)
	// Output:
	// queue is left out: reading it panicked: not connected
	// requests_total 7
}

// print writes samples in the text format, without comments.
func print(gatherer prometheus.Gatherer) {
	families, err := gatherer.Gather()
	if err != nil {
		log.Fatal(err)
	}
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(withoutComments{}, family); err != nil {
			log.Fatal(err)
		}
	}
}

type withoutComments struct{}

func (withoutComments) Write(text []byte) (int, error) {
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			fmt.Print(line)
		}
	}
	return len(text), nil
}

// HandlerFor takes the place of promhttp.HandlerFor for any gatherer.
func ExampleHandlerFor() {
	registry := prometheus.NewRegistry()
	jobs := prometheus.NewCounter(prometheus.CounterOpts{Name: "jobs_total", Help: "Jobs done."})
	registry.MustRegister(jobs)
	jobs.Add(3)

	server := httptest.NewServer(prometheusmetrics.HandlerFor(registry))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	io.Copy(os.Stdout, response.Body)
	// Output:
	// # HELP jobs_total Jobs done.
	// # TYPE jobs_total counter
	// jobs_total 3
}

// A handler with limits, and with metrics about itself.
func ExampleHandlerOptions() {
	registry := prometheus.NewRegistry()
	options := prometheusmetrics.HandlerOptions{
		MaxInFlight: 10,
		Timeout:     9 * time.Second, // just under the server's scrape_timeout
		Registerer:  registry,
		OnError:     func(err error) { slog.Warn("scrape", "error", err) },
	}
	http.Handle("/metrics", options.HandlerFor(registry, prometheus.DefaultGatherer))
}
