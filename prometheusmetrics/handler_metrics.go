package prometheusmetrics

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// errorCounters count what went wrong while a handler answered.
type errorCounters struct{ gathering, encoding prometheus.Counter }

// uncounted is for handlers without a Registerer.
var uncounted = errorCounters{
	gathering: prometheus.NewCounter(prometheus.CounterOpts{}),
	encoding:  prometheus.NewCounter(prometheus.CounterOpts{}),
}

// instrument counts the handler's requests and errors in metrics that have the
// names, labels and help texts of promhttp's, so that handlers of both kinds share
// them. What can't be registered is reported, and counts for nobody.
func instrument(r prometheus.Registerer, next http.Handler, report func([]error)) (http.Handler, errorCounters) {
	var problems []error
	register := func(c prometheus.Collector) prometheus.Collector {
		err := r.Register(c)
		var known prometheus.AlreadyRegisteredError
		switch {
		case errors.As(err, &known):
			return known.ExistingCollector
		case err != nil:
			problems = append(problems, fmt.Errorf("prometheusmetrics: metrics of the handler: %w", err))
		}
		return c
	}
	failures := vec(register, "promhttp_metric_handler_errors_total",
		"Total number of internal errors encountered by the promhttp metric handler.", "cause", "gathering", "encoding")
	requests := vec(register, "promhttp_metric_handler_requests_total",
		"Total number of scrapes by HTTP status code.", "code", "200", "500", "503")
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "promhttp_metric_handler_requests_in_flight",
		Help: "Current number of scrapes being served.",
	})
	if known, ok := register(inFlight).(prometheus.Gauge); ok {
		inFlight = known
	}
	if len(problems) > 0 {
		report(problems)
	}
	counters := errorCounters{failures.WithLabelValues("gathering"), failures.WithLabelValues("encoding")}
	return promhttp.InstrumentHandlerCounter(requests, promhttp.InstrumentHandlerInFlight(inFlight, next)), counters
}

// vec registers a counter with one label, of which the likely values are there from
// the beginning.
func vec(
	register func(prometheus.Collector) prometheus.Collector, name, help, label string, values ...string,
) *prometheus.CounterVec {
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	for _, value := range values {
		counter.WithLabelValues(value)
	}
	if known, ok := register(counter).(*prometheus.CounterVec); ok {
		return known
	}
	return counter
}
