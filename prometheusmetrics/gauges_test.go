package prometheusmetrics

import (
	"errors"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// fill records a little of everything under the names of the golden files.
func fill(r metrics.Registry) {
	metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": "200", "method": "GET"}).Inc(7)
	metrics.GetOrRegisterCounter("requests", r, metrics.Labels{"code": "500", "method": "GET"}).Inc(1)
	metrics.GetOrRegisterGauge("in.flight", r).Update(3)
	metrics.GetOrRegisterGaugeFloat64("load", r).Update(0.25)
	metrics.GetOrRegisterMeter("events", r).Mark(10)
	sizes := metrics.GetOrRegisterHistogram("response size", r, metrics.NewUniformSample(100))
	latency := metrics.GetOrRegisterTimer("latency", r, metrics.Labels{"route": "/"})
	for i := range int64(5) {
		sizes.Update(100 * (i + 1))
		latency.Update(time.Duration(i+1) * time.Second)
	}
	r.Register("database", metrics.NewHealthcheck(func(h metrics.Healthcheck) { h.Unhealthy(errors.New("down")) }))
	r.Register("cache", metrics.NewHealthcheck(func(h metrics.Healthcheck) { h.Healthy() }))
	metrics.Describe("requests", r, metrics.Description{Help: "Requests answered."})
	metrics.Describe("response size", r, metrics.Description{Help: "Size of response bodies.", Unit: "bytes"})
}

// TestGaugeNames pins every name, help text and figure of the layout; rates are
// apart, since they depend on the time.
func TestGaugeNames(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{Namespace: "namespace", Subsystem: "subsystem"})
	fill(source)
	metrics.GetOrRegisterMeter("events", source).Mark(-10)
	once(t, d)
	golden(t, "gauges.prom", withoutMeanRates(expose(t, registry)))
	if reasons := log.reasons(); len(reasons) > 0 {
		t.Error(reasons)
	}
}

func TestGaugesInSeconds(t *testing.T) {
	d, source, registry, _ := newTestDriver(t, Config{DurationUnit: time.Second, Percentiles: []float64{0.9999, 0.5}})
	fill(source)
	once(t, d)
	got := figures(expose(t, registry))
	for series, want := range map[string]string{
		`latency_count{route="/"}`:            "5",
		`latency_min{route="/"}`:              "1",
		`latency_max{route="/"}`:              "5",
		`latency_mean{route="/"}`:             "3",
		`latency_sum{route="/"}`:              "15",
		`latency_variance{route="/"}`:         "2",
		`latency_stddev{route="/"}`:           "1.4142135623730951",
		`latency_median{route="/"}`:           "3",
		`latency_percentile_99_99{route="/"}`: "5",
		`response_size_max`:                   "500",
	} {
		if got[series] != want {
			t.Errorf("%s = %q, want %s", series, got[series], want)
		}
	}
	if _, exposed := got[`latency_percentile_75{route="/"}`]; exposed {
		t.Error("a percentile is exposed that was not configured")
	}
}
