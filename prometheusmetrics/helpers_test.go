package prometheusmetrics

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// errorLog gathers what OnError is told.
type errorLog struct {
	mu   sync.Mutex
	errs []error
}

func (l *errorLog) add(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errs = append(l.errs, err)
}

// reasons lists, for each metric that was reported, name and reason, sorted.
func (l *errorLog) reasons() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var reasons []string
	for _, err := range l.errs {
		var metricErr *MetricError
		if errors.As(err, &metricErr) {
			reasons = append(reasons, metricErr.Name+": "+string(metricErr.Reason))
		} else {
			reasons = append(reasons, err.Error())
		}
	}
	slices.Sort(reasons)
	return reasons
}

// newTestDriver makes a driver over a new registry of ours, in a new Prometheus
// registry, whose errors are gathered.
func newTestDriver(t testing.TB, config Config) (*Driver, metrics.Registry, *prometheus.Registry, *errorLog) {
	t.Helper()
	source := metrics.NewRegistry()
	if config.Registry == nil && config.Sources == nil {
		config.Registry = source
	}
	if config.FlushInterval == 0 {
		config.FlushInterval = time.Hour
	}
	log := &errorLog{}
	if config.OnError == nil {
		config.OnError = log.add
	}
	registry := prometheus.NewRegistry()
	d, err := NewWithConfig(config, registry)
	if err != nil {
		t.Fatal(err)
	}
	return d, source, registry, log
}

// expose returns the text exposition of a gatherer, which must not fail.
func expose(t testing.TB, gatherer prometheus.Gatherer) string {
	t.Helper()
	families, err := gatherer.Gather()
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

// once flushes, which must not fail.
func once(t testing.TB, d *Driver) {
	t.Helper()
	if err := d.Once(); err != nil {
		t.Fatal(err)
	}
}

// golden compares text with a file in testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("exposition differs from %s (go test -update rewrites it):\n%s", path, text)
	}
}

// figures are the samples of an exposition, without comments, by series.
func figures(text string) map[string]string {
	samples := make(map[string]string)
	for line := range bytes.Lines([]byte(text)) {
		line = bytes.TrimSpace(line)
		if at := bytes.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			samples[string(line[:at])] = string(line[at+1:])
		}
	}
	return samples
}

// withoutMeanRates takes out the values that depend on when they are read.
func withoutMeanRates(text string) string {
	var out bytes.Buffer
	for line := range bytes.Lines([]byte(text)) {
		if name, _, found := bytes.Cut(line, []byte("_rate_mean")); found && line[0] != '#' {
			line = []byte(string(name) + "_rate_mean …\n")
		}
		out.Write(line)
	}
	return out.String()
}
