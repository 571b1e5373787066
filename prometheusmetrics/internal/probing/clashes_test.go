package probing

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// TestClashes: which names are in the way depends on the type of the family, and for
// a part of a histogram on whether there is one.
func TestClashes(t *testing.T) {
	const gauge, counter, histogram = dto.MetricType_GAUGE, dto.MetricType_COUNTER, dto.MetricType_HISTOGRAM
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		gaugeNamed("requests"), gaugeNamed("h_sum"), gaugeNamed("done"),
		prometheus.NewHistogram(prometheus.HistogramOpts{Name: "latency"}),
		prometheus.NewSummary(prometheus.SummaryOpts{Name: "size"}),
		prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "unseen"}, []string{"x"}),
	)
	asked := []Family{
		{"requests", gauge}, {"requests_count", gauge}, {"latency_count", gauge}, {"size_sum", gauge},
		{"unseen_count", gauge}, {"h", histogram}, {"h2", histogram}, {"done_total", counter}, {"_count", gauge},
		{"free", gauge},
	}
	want := map[string]string{
		"requests": "requests", "latency_count": "latency", "size_sum": "size", "unseen_count": "unseen",
		"h": "h_sum", "done_total": "done",
	}
	gathered := 0
	gather := func() ([]*dto.MetricFamily, error) { gathered++; return registry.Gather() }
	synctest.Test(t, func(t *testing.T) {
		p := NewProber(registry, gather)
		for range 3 {
			if got, err := p.Clashes(asked); err != nil || !maps.Equal(got, want) {
				t.Errorf("clashes are %v, %v; want %v", got, err, want)
			}
		}
		if gathered != 1 {
			t.Errorf("the registry was gathered %d times", gathered)
		}
		time.Sleep(recheck)
		p.Clashes(asked)
		if gathered != 2 {
			t.Errorf("what could not be seen was looked up %d times", gathered)
		}
		p.Clashes(asked[:1])
		if len(p.types) > 0 {
			t.Errorf("types of what nobody asks about are kept: %v", p.types)
		}
	})
	want["requests_count"] = "requests"
	if got, err := NewProber(registry, nil).Clashes(asked); err != nil || !maps.Equal(got, want) {
		t.Errorf("without a gatherer clashes are %v, %v; want %v", got, err, want)
	}
}
