package integration

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// bridge is a driver over a registry of another library, in a Prometheus
// registry of its own.
type bridge struct {
	*prometheusmetrics.Driver
	registry *prometheus.Registry

	mu   sync.Mutex
	errs []error
}

func newBridge(t *testing.T, config prometheusmetrics.Config) *bridge {
	t.Helper()
	b := &bridge{registry: prometheus.NewRegistry()}
	config.FlushInterval = time.Hour // flushed by the test alone
	config.OnError = func(err error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.errs = append(b.errs, err)
	}
	var err error
	if b.Driver, err = prometheusmetrics.NewWithConfig(config, b.registry); err != nil {
		t.Fatal(err)
	}
	return b
}

// flush flushes and returns every sample of the exposition by its series.
func (b *bridge) flush(t *testing.T) map[string]float64 {
	t.Helper()
	if err := b.Once(); err != nil {
		t.Fatal(err)
	}
	samples := map[string]float64{}
	for line := range strings.Lines(b.text(t)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		samples[line[:at]] = value
	}
	return samples
}

func (b *bridge) text(t *testing.T) string {
	t.Helper()
	families, err := b.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

// wantErrors expects that exactly these metrics were reported, each once, as
// "name: reason".
func (b *bridge) wantErrors(t *testing.T, want ...string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []string
	for _, err := range b.errs {
		var problem *prometheusmetrics.MetricError
		if !errors.As(err, &problem) {
			t.Errorf("reported: %v", err)
			continue
		}
		t.Logf("reported: %v", err)
		got = append(got, problem.Name+": "+string(problem.Reason))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("reported %q, want %q", got, want)
	}
}

// wantSamples expects these samples and no others. Values are those that the
// library computed itself, so they are compared to twelve digits.
func wantSamples(t *testing.T, got, want map[string]float64) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, found := got[name]
		if !found {
			t.Errorf("%s is missing", name)
		} else if !near(value, want[name]) {
			t.Errorf("%s = %v, want %v", name, value, want[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, found := want[name]; !found {
			t.Errorf("%s = %v is there, too", name, got[name])
		}
	}
}

func near(got, want float64) bool {
	return strconv.FormatFloat(got, 'g', 12, 64) == strconv.FormatFloat(want, 'g', 12, 64)
}

// named puts a name before each suffix.
func named(name string, values map[string]float64) map[string]float64 {
	samples := map[string]float64{}
	for suffix, value := range values {
		samples[name+suffix] = value
	}
	return samples
}

func merge(all ...map[string]float64) map[string]float64 {
	merged := map[string]float64{}
	for _, samples := range all {
		maps.Copy(merged, samples)
	}
	return merged
}
