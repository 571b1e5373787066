package prometheusmetrics_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// The tests in attack_*_test.go use the driver as an application does that is
// careless or means harm: through what is exported, in real registries, with code
// of others that panics, hangs, ends its goroutine or calls back.

var layouts = []prometheusmetrics.Layout{prometheusmetrics.LayoutGauges, prometheusmetrics.LayoutTyped}

// never is an interval at which a driver does not flush by itself during a test.
const never = 1000 * time.Hour

// errorList gathers what OnError gets.
type errorList struct {
	mu   sync.Mutex
	errs []error
}

func (l *errorList) add(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errs = append(l.errs, err)
}

// reasons lists name and reason of each metric that was reported, or the text of
// another error, sorted.
func (l *errorList) reasons() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var reasons []string
	for _, err := range l.errs {
		var metricErr *prometheusmetrics.MetricError
		if errors.As(err, &metricErr) {
			reasons = append(reasons, metricErr.Name+": "+string(metricErr.Reason))
		} else {
			reasons = append(reasons, err.Error())
		}
	}
	slices.Sort(reasons)
	return reasons
}

func (l *errorList) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.errs...).Error()
}

// newDriver makes a driver that flushes when told to, if config says nothing else,
// in the registry, and whose errors are gathered.
func newDriver(t testing.TB, config prometheusmetrics.Config,
	registerer prometheus.Registerer) (*prometheusmetrics.Driver, *errorList) {
	t.Helper()
	list := &errorList{}
	if config.OnError == nil {
		config.OnError = list.add
	}
	switch config.FlushInterval {
	case 0:
		config.FlushInterval = never
	case atScrape:
		config.FlushInterval = 0
	}
	d, err := prometheusmetrics.NewWithConfig(config, registerer)
	if err != nil {
		t.Fatal(err)
	}
	return d, list
}

// atScrape as an interval has newDriver make a driver that reads at each scrape.
const atScrape = -1

// flush is Once, which must not fail.
func flush(t testing.TB, drivers ...*prometheusmetrics.Driver) {
	t.Helper()
	for _, d := range drivers {
		if err := d.Once(); err != nil {
			t.Fatal(err)
		}
	}
}

// samples returns what a gatherer has by series, or fails the test if gathering
// fails.
func samples(t testing.TB, gatherer prometheus.Gatherer) map[string]string {
	t.Helper()
	families, err := gatherer.Gather()
	if err != nil {
		t.Errorf("gathering failed: %v", err)
		return nil
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Error(err)
		}
	}
	return parseSamples(t, text.String())
}

// parseSamples returns the samples of an exposition, which must be valid, by
// series.
func parseSamples(t testing.TB, text string) map[string]string {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	if _, err := parser.TextToMetricFamilies(strings.NewReader(text)); err != nil {
		t.Errorf("exposition is invalid: %v\n%s", err, text)
	}
	all := make(map[string]string)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if at := strings.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			all[line[:at]] = line[at+1:]
		}
	}
	return all
}

// ask asks a handler for /metrics, and returns status and body.
func ask(handler http.Handler) (int, string) {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return answer.Code, answer.Body.String()
}

// askSamples asks a handler, which must answer 200, and returns the samples.
func askSamples(t testing.TB, handler http.Handler) map[string]string {
	t.Helper()
	status, body := ask(handler)
	if status != http.StatusOK {
		t.Errorf("/metrics answered %d: %s", status, body)
		return nil
	}
	return parseSamples(t, body)
}

// promhttpOf is what a program puts at /metrics: it answers 500 if anything is
// wrong.
func promhttpOf(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError})
}

// within fails the test if something does not come back, long after it should
// have, and shows where it hangs.
func within(t testing.TB, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		var stacks strings.Builder
		pprof.Lookup("goroutine").WriteTo(&stacks, 2)
		t.Fatalf("%s hangs:\n%s", what, stacks.String())
	}
}

// counter registers a counter that has counted n.
func counter(r metrics.Registry, name string, n int64, labels ...metrics.Labels) metrics.Counter {
	c := metrics.GetOrRegisterCounter(name, r, labels...)
	c.Inc(n)
	return c
}

// bucketRegistry has histograms and timers with buckets.
func bucketRegistry() metrics.Registry {
	return metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) }))
}

// sourceFunc is a source that does what a test wants.
type sourceFunc func(func(string, any))

func (f sourceFunc) Each(visit func(string, any)) { f(visit) }

// onceSafely flushes: code of others may do what it likes, and the flush neither panics
// nor hangs.
func onceSafely(t *testing.T, name string, d *prometheusmetrics.Driver) {
	t.Helper()
	within(t, name, func() {
		defer func() {
			if cause := recover(); cause != nil {
				t.Errorf("%s: Once panicked: %v", name, cause)
			}
		}()
		d.Once()
	})
}
