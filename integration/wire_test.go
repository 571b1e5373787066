package integration

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// The protocols that Prometheus 3 knows, by the names of its configuration.
var scrapeProtocols = []string{
	"PrometheusProto", "OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4",
}

// wireApplication is a registry of client_golang that has every type, and a driver
// of ours with both layouts' worth of instruments.
func wireApplication(t *testing.T) (*prometheus.Registry, *prometheusmetrics.Driver, func()) {
	t.Helper()
	registry := prometheus.NewRegistry()
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "app_requests_total", Help: "Requests \"of\" all\\kinds."}, []string{"code", "größe"})
	temperature := prometheus.NewGauge(prometheus.GaugeOpts{Name: "app.temperature.größe", Help: "A name in UTF-8."})
	size := prometheus.NewGauge(prometheus.GaugeOpts{Name: "app_size_bytes", Unit: "bytes"})
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "app_duration_seconds", Help: "Classic and native.", NativeHistogramBucketFactor: 1.1, Buckets: prometheus.DefBuckets,
	}, []string{"path"})
	latency := prometheus.NewSummary(prometheus.SummaryOpts{Name: "app_latency", Objectives: map[float64]float64{0.5: 0.05, 1: 0}})
	untyped := prometheus.NewUntypedFunc(prometheus.UntypedOpts{Name: "app_untyped"}, func() float64 { return 1e300 })
	registry.MustRegister(requests, temperature, size, duration, latency, untyped)

	source := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) }))
	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: source, Namespace: "driver", Layout: prometheusmetrics.LayoutTyped, FlushInterval: time.Hour, Detached: true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return registry, driver, func() {
		trace := prometheus.Labels{"trace_id": "abc"}
		requests.WithLabelValues("200", "a\"b\\c\nd").(prometheus.ExemplarAdder).AddWithExemplar(12345678, trace)
		requests.WithLabelValues("500", "").Add(0.1)
		temperature.Add(-1e9)
		size.Add(1234567)
		metrics.GetOrRegisterCounter("jobs", source, metrics.Labels{"queue": "a\"b\\c\nd"}).Inc(7)
		metrics.GetOrRegisterGaugeFloat64("load", source).Update(0.1)
		metrics.GetOrRegisterHistogram("rows", source, metrics.NewExpDecaySample(1028, 0.015)).Update(5)
		for i := range 100 {
			value := float64(i*i) / 100
			duration.WithLabelValues("/").(prometheus.ExemplarObserver).ObserveWithExemplar(value, trace)
			duration.WithLabelValues("/other").Observe(-value)
			latency.Observe(value)
			metrics.GetOrRegisterTimer("calls", source).Update(time.Duration(i*i) * time.Millisecond)
			metrics.GetOrRegisterHistogram("sizes", source, nil).Update(int64(i * i))
		}
		if err := driver.Once(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWireOnPrometheus has a Prometheus scrape the same application through our
// handlers and through promhttp, in every protocol, compressed and not, and with
// names escaped in every way. It must have got the same from both, twice.
func TestWireOnPrometheus(t *testing.T) {
	registry, driver, work := wireApplication(t)
	work()
	mux := http.NewServeMux()
	mux.Handle("/ours", prometheusmetrics.HandlerFor(registry, driver))
	mux.Handle("/driver", driver.Handler(registry))
	mux.Handle("/promhttp", promhttp.HandlerFor(prometheus.Gatherers{registry, driver}, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	var jobs []harness.Job
	add := func(name string, options map[string]any) {
		for _, path := range []string{"ours", "driver", "promhttp"} {
			job := harness.Job{Name: name + " " + path, Targets: []string{server.Listener.Addr().String()}}
			job.Options = map[string]any{"metrics_path": "/" + path, "scrape_interval": "2s", "scrape_timeout": "2s"}
			maps.Copy(job.Options, options)
			jobs = append(jobs, job)
		}
	}
	for _, protocol := range scrapeProtocols {
		for _, compressed := range []bool{true, false} {
			add(fmt.Sprint(protocol, " ", compressed), map[string]any{"scrape_protocols": []string{protocol}, "enable_compression": compressed})
		}
		for _, escaping := range []string{"underscores", "dots", "values"} {
			add(protocol+" "+escaping, map[string]any{"scrape_protocols": []string{protocol}, "metric_name_escaping_scheme": escaping})
		}
	}
	p := harness.StartTypedPrometheus(t, jobs...)
	for range 2 {
		p.AwaitScrapes(t)
		for i := 0; i < len(jobs); i += 3 {
			for _, job := range jobs[i : i+2] {
				// A scrape that takes too long on a busy machine leaves nothing for a while.
				harness.Eventually(t, job.Name, func() error { return sameScrapes(p, job.Name, jobs[i+2].Name) })
			}
		}
		work()
	}
}

// sameScrapes compares what the last scrapes of two jobs brought.
func sameScrapes(p *harness.Prometheus, job, reference string) error {
	got, err := scraped(p, job)
	if err != nil {
		return err
	}
	want, err := scraped(p, reference)
	switch {
	case err != nil:
		return err
	case len(want) < 60:
		return fmt.Errorf("%d series of %s", len(want), reference)
	case !maps.Equal(got, want):
		return errors.New(difference(got, want))
	}
	return nil
}

// scraped returns what the last scrape of a job brought, by its labels.
func scraped(p *harness.Prometheus, job string) (map[string]string, error) {
	vector, err := p.Query(fmt.Sprintf(`{job=%q, __name__!~"up|scrape_.*"}`, job))
	if err != nil {
		return nil, err
	}
	series := make(map[string]string, len(vector))
	for _, sample := range vector {
		delete(sample.Metric, model.JobLabel)
		value := sample.Value.String()
		if sample.Histogram != nil {
			value = sample.Histogram.String()
		}
		series[sample.Metric.String()] = value
	}
	return series, nil
}

func difference(got, want map[string]string) string {
	var out strings.Builder
	for series, value := range want {
		if got[series] != value {
			fmt.Fprintf(&out, "\n%s is %q, want %q", series, got[series], value)
		}
	}
	for series := range got {
		if _, known := want[series]; !known {
			fmt.Fprintf(&out, "\n%s is not wanted", series)
		}
	}
	return out.String()
}

// TestPromtoolOnTheWire has promtool read what the handlers write in text, with and
// without compression.
func TestPromtoolOnTheWire(t *testing.T) {
	registry, driver, work := wireApplication(t)
	work()
	reference := answerOf(t, promhttp.HandlerFor(prometheus.Gatherers{registry, driver}, promhttp.HandlerOpts{}), "")
	want := harness.CheckMetrics(t, reference)
	for _, encoding := range []string{"", "gzip"} {
		for name, handler := range map[string]http.Handler{
			"HandlerFor": prometheusmetrics.HandlerFor(registry, driver), "Handler": driver.Handler(registry),
		} {
			if got := harness.CheckMetrics(t, answerOf(t, handler, encoding)); got != want {
				t.Errorf("%s, encoding %q: promtool remarks\n%s\nand of promhttp\n%s", name, encoding, got, want)
			}
		}
	}
}

func answerOf(t *testing.T, handler http.Handler, encoding string) []byte {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept-Encoding", encoding)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	if got := recorder.Header().Get("Content-Encoding"); got != encoding {
		t.Fatalf("Content-Encoding is %q, want %q", got, encoding)
	}
	var reader io.Reader = recorder.Body
	if encoding == "gzip" {
		unzipped, err := gzip.NewReader(reader)
		if err != nil {
			t.Fatal(err)
		}
		reader = unzipped
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
