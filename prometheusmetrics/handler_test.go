package prometheusmetrics

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
)

// newDetached makes a driver that is in no Prometheus registry.
func newDetached(t *testing.T, config Config) *Driver {
	t.Helper()
	config.Detached = true
	d, err := NewWithConfig(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// acceptHeaders are what servers of several generations, browsers and people send.
var acceptHeaders = []string{
	"", "*/*", "text/html,*/*;q=0.8", "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
	"text/plain;version=1.0.0;escaping=allow-utf-8",
	"application/openmetrics-text",
	"application/openmetrics-text;version=0.0.1;escaping=underscores",
	"application/openmetrics-text;version=1.0.0;escaping=values,text/plain;q=0.2",
	"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4",
	"application/openmetrics-text;version=1.0.0;escaping=dots",
	"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8;q=0.6," +
		"application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3",
	"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text",
}

func get(h http.Handler, target, accept, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder
}

// body undoes the coding of an answer.
func body(t *testing.T, recorder *httptest.ResponseRecorder) string {
	t.Helper()
	var reader io.Reader = bytes.NewReader(recorder.Body.Bytes())
	var err error
	switch recorder.Header().Get("Content-Encoding") {
	case "gzip":
		reader, err = gzip.NewReader(reader)
	case "zstd":
		reader, err = zstd.NewReader(reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// richRegistry is a registry of client_golang with every type, exemplars, units,
// names in UTF-8 and what needs escaping.
func richRegistry(t *testing.T) *prometheus.Registry {
	t.Helper()
	registry := prometheus.NewRegistry()
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total", Help: "Requests \"of\" all\\kinds."}, []string{"code", "größe"})
	counter.WithLabelValues("200", "a\"b\\c\nd").(prometheus.ExemplarAdder).AddWithExemplar(12345678, prometheus.Labels{"trace_id": "abc"})
	counter.WithLabelValues("500", "").Add(0.1)
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "temperature.größe", Help: "Names in UTF-8."})
	gauge.Set(-1e9)
	unlabelled := prometheus.NewGauge(prometheus.GaugeOpts{Name: "size_bytes", Unit: "bytes"})
	histogram := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "duration_seconds", Help: "Both.", NativeHistogramBucketFactor: 1.1, Buckets: prometheus.DefBuckets,
	}, []string{"path"})
	summary := prometheus.NewSummary(prometheus.SummaryOpts{Name: "latency", Objectives: map[float64]float64{0.5: 0.05, 1: 0}})
	untyped := prometheus.NewUntypedFunc(prometheus.UntypedOpts{Name: "untyped"}, func() float64 { return 1e300 })
	registry.MustRegister(counter, gauge, unlabelled, histogram, summary, untyped)
	for i := range 100 {
		value := float64(i*i) / 100
		histogram.WithLabelValues("/").(prometheus.ExemplarObserver).ObserveWithExemplar(value, prometheus.Labels{"trace_id": fmt.Sprint(i)})
		histogram.WithLabelValues("/other").Observe(-value)
		summary.Observe(value)
	}
	return registry
}

// TestAnswersLikePromhttp compares status, types and bodies of all formats, twice,
// with a change in between.
func TestAnswersLikePromhttp(t *testing.T) {
	registry := richRegistry(t)
	moving := prometheus.NewCounter(prometheus.CounterOpts{Name: "moving_total"})
	registry.MustRegister(moving)
	ours := HandlerFor(registry)
	theirs := promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
	for range 2 {
		for _, accept := range acceptHeaders {
			for _, encoding := range []string{"", "gzip", "zstd", "gzip;q=0.1, zstd;q=0.2", "deflate"} {
				for _, target := range []string{"/metrics", "/metrics?name[]=requests_total&name[]=latency", "/metrics?name[]=none"} {
					got, want := get(ours, target, accept, encoding), get(theirs, target, accept, encoding)
					compareAnswers(t, fmt.Sprintf("%s %q %q", target, accept, encoding), got, want)
				}
			}
		}
		moving.Inc()
	}
}

func compareAnswers(t *testing.T, what string, got, want *httptest.ResponseRecorder) {
	t.Helper()
	if got.Code != want.Code {
		t.Errorf("%s: status %d, want %d", what, got.Code, want.Code)
	}
	for _, name := range []string{"Content-Type", "Vary"} {
		if a, b := fmt.Sprint(got.Header()[name]), fmt.Sprint(want.Header()[name]); a != b {
			t.Errorf("%s: %s is %s, want %s", what, name, a, b)
		}
	}
	if length := got.Header().Get("Content-Length"); length != "" && length != fmt.Sprint(got.Body.Len()) {
		t.Errorf("%s: length %s of %d", what, length, got.Body.Len())
	}
	a, b := body(t, got), body(t, want)
	if a != b {
		at := 0
		for at < min(len(a), len(b)) && a[at] == b[at] {
			at++
		}
		t.Errorf("%s: from byte %d got\n%.300s\nwant\n%.300s", what, at, a[at:], b[at:])
	}
}

// TestRefusesLikePromhttp: what can't be answered has promhttp's status and text.
func TestRefusesLikePromhttp(t *testing.T) {
	failing, nothing := gathers(errors.New("no luck")), gathers(nil)
	families, _ := richRegistry(t).Gather()
	partly := gathers(errors.New("no luck"), families[:2]...)
	for name, gatherer := range map[string]prometheus.Gatherer{"failing": failing, "partly": partly, "nothing": nothing} {
		options := HandlerOptions{OnError: func(error) {}}
		theirs := promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{EnableOpenMetrics: true, ErrorHandling: promhttp.ContinueOnError})
		for _, accept := range acceptHeaders {
			compareAnswers(t, name+" "+accept, get(options.HandlerFor(gatherer), "/", accept, "gzip"), get(theirs, "/", accept, "gzip"))
		}
	}
}

func TestMaxInFlight(t *testing.T) {
	release, entered := make(chan struct{}), make(chan struct{}, 2)
	blocking := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		entered <- struct{}{}
		<-release
		return nil, nil
	})
	ours := HandlerOptions{MaxInFlight: 1}.HandlerFor(blocking)
	theirs := promhttp.HandlerFor(blocking, promhttp.HandlerOpts{MaxRequestsInFlight: 1})
	var wait sync.WaitGroup
	for _, h := range []http.Handler{ours, theirs} {
		wait.Go(func() { get(h, "/", "", "") })
		<-entered
	}
	got, want := get(ours, "/", "", ""), get(theirs, "/", "", "")
	if got.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", got.Code)
	}
	compareAnswers(t, "one too many", got, want)
	close(release)
	wait.Wait()
	if again := get(ours, "/", "", ""); again.Code != http.StatusOK {
		t.Errorf("afterwards: status %d", again.Code)
	}
}

// TestSeveralGatherers joins families like prometheus.Gatherers.
func TestSeveralGatherers(t *testing.T) {
	labelled := func(value string) *prometheus.Registry {
		registry := prometheus.NewRegistry()
		counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "jobs_total", Help: "Jobs."}, []string{"queue"})
		counter.WithLabelValues(value).Inc()
		registry.MustRegister(counter)
		return registry
	}
	// prometheus.Gatherers forgets units, so there must be none to compare.
	other := prometheus.NewRegistry()
	other.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "k"}))
	gatherers := prometheus.Gatherers{labelled("z"), other, labelled("a")}
	ours, theirs := HandlerFor(gatherers...), promhttp.HandlerFor(gatherers, promhttp.HandlerOpts{EnableOpenMetrics: true})
	for _, accept := range acceptHeaders {
		compareAnswers(t, accept, get(ours, "/", accept, ""), get(theirs, "/", accept, ""))
	}
}

func TestHead(t *testing.T) {
	server := httptest.NewServer(HandlerFor(richRegistry(t)))
	defer server.Close()
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		r, _ := http.NewRequest(method, server.URL, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.ContentLength <= 0 || response.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %v, %v", method, err, response.Header)
		}
		if want := response.ContentLength; method == http.MethodHead && len(got) > 0 || method == http.MethodGet && int64(len(got)) != want {
			t.Errorf("%s: %d bytes of %d", method, len(got), want)
		}
	}
}

// TestDriverAmongOthers: families of the driver and others come sorted, whichever
// come first, as promhttp would have them; and again after something changed.
func TestDriverAmongOthers(t *testing.T) {
	source := metrics.NewRegistry()
	for _, name := range []string{"b", "m", "t"} {
		metrics.GetOrRegisterGauge(name, source).Update(1)
	}
	d := newDetached(t, Config{Registry: source})
	other := prometheus.NewRegistry()
	add := func(names ...string) {
		for _, name := range names {
			other.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: name}))
		}
	}
	gatherers := prometheus.Gatherers{d, other}
	ours, theirs := d.Handler(other), promhttp.HandlerFor(gatherers, promhttp.HandlerOpts{EnableOpenMetrics: true})
	mixed := HandlerFor(other, d)
	for _, names := range [][]string{{}, {"a"}, {"c", "d"}, {"z"}, {"n", "u", "b"}} {
		add(names...)
		for _, accept := range acceptHeaders {
			for _, encoding := range []string{"", "gzip", "zstd"} {
				want := get(theirs, "/", accept, encoding)
				compareAnswers(t, accept, get(ours, "/", accept, encoding), want)
				compareAnswers(t, accept, get(mixed, "/", accept, encoding), want)
			}
		}
	}
}
