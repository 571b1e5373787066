// Package dashboards generates dashboards and rules for running programs, and lets a
// real Prometheus and promtool judge them.
package dashboards

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics/dashboards"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

// program is one that Prometheus scrapes.
type program struct {
	name   string
	target string // host:port
	config dashboards.Config
}

func (p program) url() string { return "http://" + p.target + "/metrics" }

// startPrograms starts one of each kind, all of them busy.
func startPrograms(t *testing.T) []program {
	t.Helper()
	service := harness.StartService(t, "-layout", "typed", "-load", "50")
	gauges := harness.StartService(t, "-layout", "gauges", "-load", "50")
	return []program{
		{name: "service", target: service.Address},
		{name: "gauges", target: gauges.Address},
		{name: "sarama", target: startSarama(t)},
		{name: "raft", target: startRaft(t)},
		{name: "plain", target: startPlain(t)},
	}
}

// onlyNative is a histogram of the plain program that has no classic buckets.
const onlyNative = "jobs_wait_seconds"

func startSarama(t *testing.T) (target string) {
	t.Helper()
	return harness.StartSarama(t).AwaitLog(t, `http://(\S+)/metrics`)
}

// startRaft starts a cluster that has done each kind of its work, handing its leadership
// on included.
func startRaft(t *testing.T) (target string) {
	t.Helper()
	cluster := harness.StartRaft(t)
	for _, path := range []string{"/apply?n=100", "/transfer"} {
		harness.Eventually(t, path, func() error { // during an election it is not
			response, err := http.Post(cluster.URL+path, "", nil)
			if err != nil {
				return err
			}
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				return errors.New(response.Status)
			}
			return nil
		})
	}
	return cluster.Address
}

// startPlain starts a program that knows nothing of this repository: client_golang
// alone, with every type that it has, and the names that its documentation uses.
func startPlain(t *testing.T) (target string) {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	auto := promauto.With(registry)
	duration := auto.NewHistogramVec(prometheus.HistogramOpts{
		Name: "http_request_duration_seconds", Help: "Time that requests took.",
		Buckets: []float64{0.01, 0.1, 0.3, 1, 10},
	}, []string{"handler", "method"})
	requests := auto.NewCounterVec(prometheus.CounterOpts{
		Name: "http_requests_total", Help: "Requests by what came of them.",
	}, []string{"code", "handler", "method"})
	native := auto.NewHistogram(prometheus.HistogramOpts{
		Name: onlyNative, Help: "Time that jobs waited.", NativeHistogramBucketFactor: 1.1,
	})
	summary := auto.NewSummaryVec(prometheus.SummaryOpts{
		Name: "jobs_size_bytes", Help: "Size of jobs.", Objectives: map[float64]float64{0.5: 0.05, 0.99: 0.001},
	}, []string{"queue"})
	auto.NewGaugeFunc(prometheus.GaugeOpts{Name: "jobs_queued", Help: "Jobs that wait."}, rand.Float64)
	auto.NewGauge(prometheus.GaugeOpts{Name: "jobs_last_run_timestamp_seconds", Help: "When the last job ran."}).SetToCurrentTime()
	auto.NewGauge(prometheus.GaugeOpts{Name: "jobs_store_healthy", Help: "Whether the store answers."}).Set(1)

	instrumented := func(handler string) http.Handler {
		labels := prometheus.Labels{"handler": handler}
		return promhttp.InstrumentHandlerDuration(duration.MustCurryWith(labels),
			promhttp.InstrumentHandlerCounter(requests.MustCurryWith(labels),
				http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					native.Observe(rand.ExpFloat64() / 10)
					summary.WithLabelValues("mail").Observe(rand.ExpFloat64() * 1000)
					if r.URL.Query().Has("fail") {
						w.WriteHeader(http.StatusInternalServerError)
					}
				})))
	}
	mux := http.NewServeMux()
	mux.Handle("/orders", instrumented("/orders"))
	mux.Handle("/items", instrumented("/items"))
	mux.Handle("/metrics", promhttp.InstrumentMetricHandler(registry, promhttp.HandlerFor(registry, promhttp.HandlerOpts{})))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	keepBusy(t, server.URL)
	return server.Listener.Addr().String()
}

// keepBusy sends twenty requests a second until the test is over, one of twenty to fail.
func keepBusy(t *testing.T, url string) {
	t.Helper()
	paths := []string{"/items", "/orders"}
	send := func(i int) {
		path := paths[i%len(paths)]
		if i%20 == 0 {
			path += "?fail"
		}
		if response, err := http.Get(url + path); err == nil {
			response.Body.Close()
		}
	}
	send(0)
	send(1)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(50 * time.Millisecond)
		defer ticker.Stop()
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			case <-ticker.C:
				send(i)
			}
		}
	}()
	t.Cleanup(func() { close(done); <-ended })
}

// monitoring generates what there is to generate for a program.
func (p program) monitoring(t *testing.T) *dashboards.Monitoring {
	t.Helper()
	families, err := dashboards.Scrape(t.Context(), p.url())
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", p.name, err))
	}
	monitoring, err := dashboards.New(gathered(families), p.config)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", p.name, err))
	}
	return monitoring
}
