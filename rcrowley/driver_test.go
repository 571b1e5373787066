package rcrowley_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// gather returns what a source looks like in Prometheus, by family.
func gather(t *testing.T, config prometheusmetrics.Config) map[string]*dto.MetricFamily {
	t.Helper()
	config.OnError = func(err error) { t.Error(err) }
	registry := prometheus.NewRegistry()
	driver, err := prometheusmetrics.NewWithConfig(config, registry)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
	}()
	gathered, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	families := map[string]*dto.MetricFamily{}
	for _, f := range gathered {
		families[f.GetName()] = f
	}
	return families
}

// The adapter handed to the driver shows what libraries recorded into our
// instruments, with true sums, and what they registered themselves.
func TestDriverReadsTheAdapter(t *testing.T) {
	r, _ := newPair()
	fill(r)
	defer r.UnregisterAll()
	timer, size := gometrics.GetOrRegisterTimer("took", r), getHistogram("size", r)
	for range 100_000 { // many more than a reservoir holds
		timer.Update(time.Millisecond)
		size.Update(3)
	}
	families := gather(t, prometheusmetrics.Config{Registry: r, Layout: prometheusmetrics.LayoutTyped})

	for name, want := range map[string]float64{
		"ours_Counter_total": 4, "theirs_Counter_total": 4,
		"ours_Meter_total": 4, "theirs_Meter_total": 4,
		"ours_Gauge": 4, "theirs_Gauge": 4, "ours_GaugeFloat64": 1, "theirs_GaugeFloat64": 1,
		"ours_Healthcheck_healthy":            0,
		"theirs_Histogram_observations_total": 1,
		"theirs_Timer_seconds":                0,
		"theirs_Timer_observations_total":     1,
	} {
		f := families[name]
		if f == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		m := f.Metric[0]
		if got := m.GetCounter().GetValue() + m.GetGauge().GetValue(); got < want || got > want+1e-6 {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]float64{"took_seconds": 100, "size": 300_000} {
		f := families[name]
		if f == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		s := f.Metric[0].GetSummary()
		if s.GetSampleCount() != 100_000 || s.GetSampleSum() != want {
			t.Errorf("%s: got %v, want count 100000 and sum %v", name, s, want)
		}
	}
}

// In the layout of gauges, ours and theirs have the same series.
func TestDriverShowsSameNames(t *testing.T) {
	r, _ := newPair()
	fill(r)
	defer r.UnregisterAll()
	var ours, theirs []string
	for name := range gather(t, prometheusmetrics.Config{Registry: r}) {
		if rest, ok := strings.CutPrefix(name, "ours_"); ok && !strings.HasPrefix(rest, "Healthcheck") {
			ours = append(ours, rest)
		} else if rest, ok := strings.CutPrefix(name, "theirs_"); ok {
			theirs = append(theirs, rest)
		}
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if len(ours) == 0 || !slices.Equal(ours, theirs) {
		t.Errorf("ours:\n%q\ntheirs:\n%q", ours, theirs)
	}
}
