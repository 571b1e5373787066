package hashicorp

import (
	"bytes"
	"strings"
	"testing"
	"time"

	gometrics "github.com/hashicorp/go-metrics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// newMetrics returns what libraries report to, over a sink: with no names put before
// keys and nothing running.
func newMetrics(t testing.TB, sink gometrics.MetricSink) *gometrics.Metrics {
	t.Helper()
	m, err := gometrics.New(&gometrics.Config{TimerGranularity: time.Millisecond, FilterDefault: true}, sink)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// newDriver returns a driver for a registry that reads at each gathering.
func newDriver(t testing.TB, r metrics.Registry, layout prometheusmetrics.Layout) *prometheusmetrics.Driver {
	t.Helper()
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: r, Layout: layout, Detached: true, OnError: func(err error) { t.Error(err) },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return driver
}

// expose returns what a scrape would get.
func expose(t testing.TB, gatherer prometheus.Gatherer) string {
	t.Helper()
	families, err := gatherer.Gather()
	if err != nil {
		t.Error(err)
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

// wantLines checks that lines are in an exposition.
func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}

// wantLogged checks that a text was logged so many times.
func wantLogged(t *testing.T, log *logtest.Log, text string, want int) {
	t.Helper()
	if got := strings.Count(log.String(), text); got != want {
		t.Errorf("%q was logged %d times, want %d:\n%s", text, got, want, log)
	}
}

// distribution returns how often a histogram was updated, and the sum.
func distribution(t *testing.T, r metrics.Registry, name string, labels metrics.Labels) (int64, float64) {
	t.Helper()
	h, ok := metrics.GetSeries(name, r, labels).(metrics.HistogramFloat64)
	if !ok {
		t.Fatalf("%s%v is a %T", name, labels, metrics.GetSeries(name, r, labels))
	}
	return h.Count(), h.Sum()
}
