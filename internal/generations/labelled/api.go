// Package labelled is source as it was written for go-metrics with labels. Only
// the import path was changed. It must go on compiling and working.
package labelled

import (
	"fmt"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// API counts requests by route.
type API struct {
	registry metrics.Registry
	base     metrics.Labels
	inFlight metrics.Gauge
}

// New passes labels in all positions that there are.
func New(r metrics.Registry, instance string) *API {
	a := &API{registry: r, base: metrics.Labels{"instance": instance}}
	a.inFlight = metrics.NewGauge(a.base)
	if err := r.Register("in_flight", a.inFlight); err != nil {
		panic(err)
	}
	metrics.NewRegisteredCounter("starts", r, a.base).Inc(1)
	metrics.NewRegisteredFunctionalGaugeFloat64("limit", r, func() float64 { return 0.5 }, a.base)
	return a
}

// Serve records one request.
func (a *API) Serve(route string, size int64, took time.Duration) {
	labels := metrics.Labels{"route": route, "instance": a.base["instance"]}
	a.inFlight.Update(1)
	metrics.GetOrRegisterCounter("requests", a.registry, labels).Inc(1)
	metrics.GetOrRegisterMeter("rate", a.registry, labels).Mark(1)
	metrics.GetOrRegisterTimer("latency", a.registry, labels).Update(took)
	metrics.GetOrRegisterHistogram("size", a.registry, metrics.NewUniformSample(100), labels).Update(size)
	metrics.GetOrRegisterGaugeFloat64("load", a.registry, nil).Update(0.5)
}

// Unlabelled passes nil where the API asked for labels.
func Unlabelled() int64 {
	metrics.GetOrRegisterTimer("labelled.timer", nil, nil).Update(time.Second)
	metrics.GetOrRegisterCounter("labelled.counter", nil, nil).Inc(50)
	metrics.GetOrRegisterMeter("labelled.meter", nil, nil).Mark(10)
	c := metrics.NewCounter(nil)
	c.Inc(3)
	return c.Count() + metrics.GetOrRegisterCounter("labelled.counter", nil, nil).Count()
}

// Export renders each metric with its labels and some more.
func (a *API) Export() (lines []string) {
	extra := metrics.Labels{"env": "test"}
	a.registry.Each(func(name string, i any) {
		switch m := i.(type) {
		case metrics.Counter:
			s := m.WithLabels(extra)
			lines = append(lines, fmt.Sprint(name, " ", s.Labels(), " ", s.Count()))
		case metrics.Gauge:
			s := m.WithLabels(extra)
			lines = append(lines, fmt.Sprint(name, " ", s.Labels(), " ", s.Value()))
		case metrics.GaugeFloat64:
			s := m.WithLabels(extra)
			lines = append(lines, fmt.Sprint(name, " ", s.Labels(), " ", s.Value()))
		case metrics.Meter:
			s := m.WithLabels(extra)
			lines = append(lines, fmt.Sprint(name, " ", s.Labels(), " ", s.Count()))
		case metrics.Timer:
			s := m.WithLabels(extra)
			lines = append(lines, fmt.Sprint(name, " ", s.Labels(), " ", s.Max()))
		case metrics.Histogram:
			s := m.WithLabels(extra)
			lines = append(lines, fmt.Sprint(name, " ", s.Labels(), " ", s.Max()))
		}
	})
	return lines
}
