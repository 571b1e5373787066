package prometheusmetrics

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics"
)

func TestTypedNames(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{Layout: LayoutTyped, Namespace: "namespace"})
	fill(source)
	metrics.GetOrRegisterTimer("empty", source)
	metrics.GetOrRegisterCounter("done_total", source).Inc(1)
	metrics.GetOrRegisterTimer("wait_seconds", source)
	once(t, d)
	text := expose(t, registry)
	golden(t, "typed.prom", text)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}
	if reasons := log.reasons(); len(reasons) > 0 {
		t.Error(reasons)
	}
}

// TestTypedOpenMetrics shows units and creation times, which the older text
// format does not have.
func TestTypedOpenMetrics(t *testing.T) {
	d, source, registry, _ := newTestDriver(t, Config{Layout: LayoutTyped})
	fill(source)
	once(t, d)
	for name, handler := range map[string]http.Handler{
		"registry": promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true, EnableOpenMetricsTextCreatedSamples: true}),
		"detached": promhttp.HandlerForTransactional(d.Transactional(), promhttp.HandlerOpts{EnableOpenMetrics: true, EnableOpenMetricsTextCreatedSamples: true}),
	} {
		request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		request.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		text := answer.Body.String()
		for _, want := range []string{
			"# TYPE requests counter\n", "# HELP requests Requests answered.\n", "requests_created{",
			"# UNIT response_size_bytes bytes\n", "# UNIT latency_seconds seconds\n", "latency_seconds_created{", "# EOF\n",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
	}
}

// TestSameThroughAllWays: registry, Gather, Transactional and Handler show the
// same, in both layouts, and the tree that is reused shows what changed.
func TestSameThroughAllWays(t *testing.T) {
	for _, layout := range []Layout{LayoutGauges, LayoutTyped} {
		d, source, registry, _ := newTestDriver(t, Config{Layout: layout})
		fill(source)
		for round := range 4 {
			metrics.GetOrRegisterCounter("requests", source, metrics.Labels{"code": "200", "method": "GET"}).Inc(1)
			metrics.GetOrRegisterTimer("latency", source, metrics.Labels{"route": "/"}).Update(1)
			if round == 2 {
				metrics.GetOrRegisterCounter("another", source).Inc(1)
				source.Unregister("load")
			}
			once(t, d)
			want := figures(expose(t, registry))
			families, done, _ := d.Transactional().Gather()
			var text bytes.Buffer
			for _, family := range families {
				expfmt.MetricFamilyToText(&text, family)
			}
			done()
			for name, got := range map[string]map[string]string{
				"Gather":        figures(expose(t, d)),
				"Transactional": figures(text.String()),
				"Handler":       scrape(t, d.Handler()),
			} {
				if !maps.Equal(got, want) {
					t.Errorf("%v, round %d: %s shows %v, the registry %v", layout, round, name, got, want)
				}
			}
		}
	}
}

// TestOverlappingReaders: what is lent to one reader does not change under it.
func TestOverlappingReaders(t *testing.T) {
	d, source, _, _ := newTestDriver(t, Config{})
	gauge := metrics.GetOrRegisterGauge("g", source)
	gauge.Update(1)
	once(t, d)
	first, firstDone, _ := d.Transactional().Gather()
	gauge.Update(2)
	once(t, d)
	second, secondDone, _ := d.Transactional().Gather()
	if got := first[0].Metric[0].Gauge.GetValue(); got != 1 {
		t.Errorf("the first reader sees %v", got)
	}
	if got := second[0].Metric[0].Gauge.GetValue(); got != 2 {
		t.Errorf("the second reader sees %v", got)
	}
	firstDone()
	secondDone()
	gauge.Update(3)
	once(t, d)
	third, thirdDone, _ := d.Transactional().Gather()
	defer thirdDone()
	if third[0] != second[0] || third[0].Metric[0].Gauge.GetValue() != 3 {
		t.Error("the tree is not reused")
	}
}
