package prometheusmetrics

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

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

// slow is a gatherer that hangs while it is told to.
type slow struct {
	name  string
	hangs atomic.Bool
	calls atomic.Int64
	back  chan struct{}
}

func newSlow(name string) *slow { return &slow{name: name, back: make(chan struct{})} }

func (s *slow) Gather() ([]*dto.MetricFamily, error) {
	s.calls.Add(1)
	if s.hangs.Load() {
		<-s.back
	}
	return []*dto.MetricFamily{gaugeFamily(s.name, gaugeSeries(1))}, nil
}

// TestTimeout: a gatherer that hangs costs its families, one goroutine and the
// first scrape's patience, and is back when it returns.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging, fine := newSlow("hanging"), newSlow("fine")
		var reported []error
		h := HandlerOptions{Timeout: time.Second, OnError: func(err error) { reported = append(reported, err) }}.HandlerFor(hanging, fine)
		both := "# TYPE fine gauge\nfine 1\n# TYPE hanging gauge\nhanging 1\n"
		if got := body(t, get(h, "/", "", "gzip")); got != both {
			t.Errorf("before: %s", got)
		}
		hanging.hangs.Store(true)
		goroutines := runtime.NumGoroutine()
		for i := range 5 {
			began := time.Now()
			recorder := get(h, "/", "", "gzip")
			if got := body(t, recorder); got != "# TYPE fine gauge\nfine 1\n" || recorder.Code != http.StatusOK {
				t.Errorf("scrape %d: %d %s", i, recorder.Code, got)
			}
			if took := time.Since(began); i == 0 && took != time.Second || i > 0 && took != 0 {
				t.Errorf("scrape %d took %v", i, took)
			}
		}
		synctest.Wait()
		if more := runtime.NumGoroutine() - goroutines; more != 1 {
			t.Errorf("%d goroutines are left behind", more)
		}
		if calls := hanging.calls.Load(); calls != 2 {
			t.Errorf("called %d times", calls)
		}
		if len(reported) != 1 || !strings.Contains(reported[0].Error(), "gatherer 0: gathering takes longer than 1s") {
			t.Errorf("reported %v", reported)
		}
		hanging.hangs.Store(false)
		close(hanging.back)
		synctest.Wait()
		if got := body(t, get(h, "/", "", "")); got != both {
			t.Errorf("after: %s", got)
		}
	})
}

// TestTimeoutOfAll: with nothing to show the answer is that of promhttp.
func TestTimeoutOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := newSlow("hanging")
		hanging.hangs.Store(true)
		ours := HandlerOptions{Timeout: time.Second, OnError: func(error) {}}.HandlerFor(hanging)
		theirs := promhttp.HandlerFor(hanging, promhttp.HandlerOpts{Timeout: time.Second})
		got, want := get(ours, "/", "", ""), get(theirs, "/", "", "")
		if got.Code != http.StatusServiceUnavailable || want.Code != got.Code || got.Body.String() != want.Body.String() {
			t.Errorf("%d %q, want %d %q", got.Code, got.Body, want.Code, want.Body)
		}
		close(hanging.back)
	})
}

// TestClientGivesUp: without a timeout a request ends with its client, and the
// next joins the gathering that is still going on.
func TestClientGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hanging := newSlow("hanging")
		hanging.hangs.Store(true)
		h := HandlerFor(hanging)
		for range 3 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			recorder := httptest.NewRecorder()
			h.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
			cancel()
			if recorder.Body.Len() > 0 {
				t.Errorf("answered %s", recorder.Body)
			}
		}
		if calls := hanging.calls.Load(); calls != 1 {
			t.Errorf("called %d times", calls)
		}
		close(hanging.back)
		synctest.Wait()
	})
}

// TestHostileGatherers: each costs itself.
func TestHostileGatherers(t *testing.T) {
	var noRegistry *prometheus.Registry
	for name, hostile := range map[string]prometheus.Gatherer{
		"panics":      prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { panic("boom") }),
		"ends":        prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { runtime.Goexit(); return nil, nil }),
		"fails":       gathers(errors.New("no luck")),
		"nil":         nil,
		"no registry": noRegistry,
		"nil family":  gathers(nil, nil),
		"nil metric":  gathers(nil, &dto.MetricFamily{Name: proto.String("x"), Metric: []*dto.Metric{nil, {}}}),
		"nil label": gathers(nil, &dto.MetricFamily{Name: proto.String("x"), Type: dto.MetricType_GAUGE.Enum(),
			Metric: []*dto.Metric{{Label: []*dto.LabelPair{nil}, Gauge: &dto.Gauge{}}}}),
		"no type": gathers(nil, &dto.MetricFamily{Name: proto.String("x"), Type: dto.MetricType(77).Enum(), Metric: []*dto.Metric{{}}}),
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			reported := 0
			count := func(error) { mu.Lock(); reported++; mu.Unlock() }
			h := HandlerOptions{OnError: count}.HandlerFor(hostile, gathers(nil, gaugeFamily("zz_fine", gaugeSeries(1))))
			for _, accept := range acceptHeaders {
				for range 2 {
					recorder := get(h, "/", accept, "gzip")
					if got := body(t, recorder); recorder.Code != http.StatusOK || !strings.Contains(got, "zz_fine") {
						t.Errorf("%q: %d %s", accept, recorder.Code, got)
					}
				}
			}
		})
	}
}

// TestRequestsShareOneGathering: those that come while one gathers get its result,
// and one rendering; none waits for the writing of another.
func TestRequestsShareOneGathering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gatherer := newSlow("shared")
		gatherer.hangs.Store(true)
		h := HandlerFor(gatherer)
		stuck := &stuckWriter{header: make(http.Header), release: make(chan struct{})}
		var wait sync.WaitGroup
		wait.Go(func() { h.ServeHTTP(stuck, httptest.NewRequest(http.MethodGet, "/", nil)) })
		bodies := make([]string, 10)
		for i := range bodies {
			wait.Go(func() { bodies[i] = get(h, "/", "", "").Body.String() })
		}
		synctest.Wait()
		gatherer.hangs.Store(false)
		close(gatherer.back)
		synctest.Wait() // all are through but the stuck one
		for i, got := range bodies {
			if got != "# TYPE shared gauge\nshared 1\n" {
				t.Errorf("request %d: %q", i, got)
			}
		}
		if calls := gatherer.calls.Load(); calls != 1 {
			t.Errorf("%d gatherings", calls)
		}
		get(h, "/", "", "") // does not wait for the stuck one either
		if calls := gatherer.calls.Load(); calls != 2 {
			t.Errorf("%d gatherings after one more scrape", calls)
		}
		close(stuck.release)
		wait.Wait()
	})
}

// stuckWriter is a client that does not read.
type stuckWriter struct {
	header  http.Header
	release chan struct{}
}

func (w *stuckWriter) Header() http.Header { return w.header }
func (w *stuckWriter) WriteHeader(int)     {}
func (w *stuckWriter) Write(p []byte) (int, error) {
	<-w.release
	return len(p), nil
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

// TestHandlerMetrics shares promhttp's metrics, and does without what it can't have.
func TestHandlerMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	promhttp.InstrumentMetricHandler(registry, promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}))
	failing := gathers(errors.New("no luck"))
	options := HandlerOptions{Registerer: registry, OnError: func(error) {}}
	get(options.HandlerFor(registry), "/", "", "")
	get(options.HandlerFor(failing), "/", "", "")
	got := body(t, get(options.HandlerFor(registry), "/", "", ""))
	for _, line := range []string{
		`promhttp_metric_handler_requests_total{code="200"} 1`, `promhttp_metric_handler_requests_total{code="500"} 1`,
		`promhttp_metric_handler_errors_total{cause="gathering"} 1`, `promhttp_metric_handler_requests_in_flight 1`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("%s is missing in\n%s", line, got)
		}
	}
	if plain := body(t, get(HandlerFor(prometheus.NewRegistry()), "/", "", "")); plain != "" {
		t.Errorf("without a registerer: %s", plain)
	}

	taken := prometheus.NewRegistry()
	taken.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "promhttp_metric_handler_requests_total", Help: "Mine."}))
	var reported []error
	h := HandlerOptions{Registerer: taken, OnError: func(err error) { reported = append(reported, err) }}.HandlerFor(taken)
	if recorder := get(h, "/", "", ""); recorder.Code != http.StatusOK || len(reported) == 0 {
		t.Errorf("a name that is taken: status %d, reported %v", recorder.Code, reported)
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
