package prometheusmetrics

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// TestHandlerMetrics shares promhttp's metrics, and does without what it can't have.
func TestHandlerMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	promhttp.InstrumentMetricHandler(registry, promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}))
	failing := gathers(errors.New("no luck"))
	options := HandlerOptions{Registerer: registry, OnError: func(error) {}}
	get(options.HandlerFor(registry), "/", "", "")
	get(options.HandlerFor(failing), "/", "", "")
	got := body(t, get(options.HandlerFor(registry), "/", "", ""))
	for _, line := range []string{
		`promhttp_metric_handler_requests_total{code="200"} 1`, `promhttp_metric_handler_requests_total{code="500"} 1`,
		`promhttp_metric_handler_errors_total{cause="gathering"} 1`, `promhttp_metric_handler_requests_in_flight 1`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("%s is missing in\n%s", line, got)
		}
	}
	if plain := body(t, get(HandlerFor(prometheus.NewRegistry()), "/", "", "")); plain != "" {
		t.Errorf("without a registerer: %s", plain)
	}

	taken := prometheus.NewRegistry()
	taken.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "promhttp_metric_handler_requests_total", Help: "Mine."}))
	var reported []error
	h := HandlerOptions{Registerer: taken, OnError: func(err error) { reported = append(reported, err) }}.HandlerFor(taken)
	if recorder := get(h, "/", "", ""); recorder.Code != http.StatusOK || len(reported) == 0 {
		t.Errorf("a name that is taken: status %d, reported %v", recorder.Code, reported)
	}
}

// TestHandlerMetricsAreReported only where they can't be registered, with the name.
func TestHandlerMetricsAreReported(t *testing.T) {
	registry := prometheus.NewRegistry()
	log := &errorLog{}
	HandlerOptions{Registerer: registry, OnError: log.add}.HandlerFor(registry)
	HandlerOptions{Registerer: registry, OnError: log.add}.HandlerFor(registry) // shares them
	if got := log.reasons(); len(got) > 0 {
		t.Errorf("reported %q", got)
	}
	taken := prometheus.NewRegistry()
	taken.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "promhttp_metric_handler_requests_total", Help: "Mine."}))
	HandlerOptions{Registerer: taken, OnError: log.add}.HandlerFor(taken)
	if got := log.reasons(); len(got) != 1 || !strings.Contains(got[0], "promhttp_metric_handler_requests_total") {
		t.Errorf("reported %q", got)
	}
}
