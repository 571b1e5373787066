// Package httpmiddleware measures what instrumenting a request costs, by ours, by
// promhttp's four instrumenters and by otelhttp, beside a handler without any:
//
//	GOWORK=off go test -bench . -benchmem -count 6 ./httpmiddleware
package httpmiddleware

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/httpmetrics"
)

// candidate instruments a handler, and says how many requests it has recorded.
type candidate struct {
	name string
	make func(testing.TB, http.Handler) (http.Handler, func() int64)
}

var candidates = []candidate{
	{"none", func(_ testing.TB, next http.Handler) (http.Handler, func() int64) { return next, nil }},
	{"httpmetrics", ours},
	{"promhttp", promhttpInstrumenters},
	{"otelhttp", otel},
}

func ours(_ testing.TB, next http.Handler) (http.Handler, func() int64) {
	registry := metrics.NewRegistry()
	return httpmetrics.Config{Registry: registry}.Handler(next), func() (n int64) {
		registry.Each(func(_ string, metric any) {
			if timer, ok := metric.(metrics.Timer); ok {
				n += timer.Count()
			}
		})
		return n
	}
}

// promhttpInstrumenters are those that record what ours does: duration, both sizes and
// the requests in flight, with classic and native buckets.
func promhttpInstrumenters(t testing.TB, next http.Handler) (http.Handler, func() int64) {
	labels := []string{"code", "method"}
	histogram := func(name string, bounds []float64) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name, Help: name, Buckets: bounds, NativeHistogramBucketFactor: 1.05,
		}, labels)
	}
	duration := histogram("duration_seconds", []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10})
	sizes := prometheus.ExponentialBuckets(256, 4, 10)
	requestSize, responseSize := histogram("request_bytes", sizes), histogram("response_bytes", sizes)
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{Name: "in_flight", Help: "in flight"})
	registry := prometheus.NewRegistry()
	registry.MustRegister(duration, requestSize, responseSize, inFlight)
	instrumented := promhttp.InstrumentHandlerInFlight(inFlight,
		promhttp.InstrumentHandlerDuration(duration,
			promhttp.InstrumentHandlerRequestSize(requestSize,
				promhttp.InstrumentHandlerResponseSize(responseSize, next))))
	return instrumented, func() (n int64) {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			if family.GetName() == "duration_seconds" {
				for _, metric := range family.Metric {
					n += int64(metric.Histogram.GetSampleCount())
				}
			}
		}
		return n
	}
}

func otel(t testing.TB, next http.Handler) (http.Handler, func() int64) {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	handler := otelhttp.NewHandler(next, "server", otelhttp.WithMeterProvider(provider))
	return handler, func() (n int64) {
		var read metricdata.ResourceMetrics
		if err := reader.Collect(context.Background(), &read); err != nil {
			t.Fatal(err)
		}
		for _, scope := range read.ScopeMetrics {
			for _, metric := range scope.Metrics {
				if data, ok := metric.Data.(metricdata.Histogram[float64]); ok && metric.Name == "http.server.request.duration" {
					for _, point := range data.DataPoints {
						n += int64(point.Count)
					}
				}
			}
		}
		return n
	}
}

// request is what all of them get: with a body and a route.
func request() *http.Request {
	r := httptest.NewRequest("POST", "/items", strings.NewReader("text"))
	r.Pattern = "POST /items"
	return r
}

var next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusCreated)
	io.WriteString(w, "created")
})

// writer can what HTTP/1.1's can, and does nothing.
type writer struct{ header http.Header }

func (w writer) Header() http.Header               { return w.header }
func (writer) Write(p []byte) (int, error)         { return len(p), nil }
func (writer) WriteString(s string) (int, error)   { return len(s), nil }
func (writer) WriteHeader(int)                     {}
func (writer) Flush()                              {}
func (writer) ReadFrom(r io.Reader) (int64, error) { return io.Copy(io.Discard, r) }

// Each has done the work that it is measured for.
func TestEachRecords(t *testing.T) {
	for _, c := range candidates {
		handler, count := c.make(t, next)
		for range 7 {
			handler.ServeHTTP(writer{http.Header{}}, request())
		}
		if count != nil && count() != 7 {
			t.Errorf("%s recorded %d of 7 requests", c.name, count())
		}
	}
}

func BenchmarkMiddleware(b *testing.B) {
	for _, c := range candidates {
		b.Run(c.name, func(b *testing.B) {
			handler, _ := c.make(b, next)
			r, w := request(), writer{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				handler.ServeHTTP(w, r)
			}
		})
		b.Run(c.name+"/parallel", func(b *testing.B) {
			handler, _ := c.make(b, next)
			b.RunParallel(func(p *testing.PB) {
				r, w := request(), writer{http.Header{}}
				for p.Next() {
					handler.ServeHTTP(w, r)
				}
			})
		})
	}
}
