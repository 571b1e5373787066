package otlp

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/prometheus/client_golang/prometheus"
)

// receiver stands in for one that keeps what it gets, over HTTP and gRPC.
type receiver struct {
	collector.UnimplementedMetricsServiceServer
	before func(http.ResponseWriter) bool // answers over HTTP, or passes on by false
	fail   func() error                   // over gRPC
	reject int64                          // data points to say that it rejected

	mu       sync.Mutex
	requests []*collector.ExportMetricsServiceRequest
	headers  []http.Header
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body := io.Reader(request.Body)
	if request.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(body)
	}
	encoded, err := io.ReadAll(body)
	message := &collector.ExportMetricsServiceRequest{}
	if err == nil {
		err = proto.Unmarshal(encoded, message)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	header := request.Header.Clone()
	header.Set("Path", request.URL.Path)
	if r.before != nil && r.before(w) {
		r.note(nil, header)
		return
	}
	r.note(message, header)
	answer, _ := proto.Marshal(r.answer())
	w.Header().Set("Content-Type", "application/x-protobuf")
	w.Write(answer)
}

func (r *receiver) Export(ctx context.Context, message *collector.ExportMetricsServiceRequest) (
	*collector.ExportMetricsServiceResponse, error,
) {
	incoming, _ := metadata.FromIncomingContext(ctx)
	header := http.Header{}
	for name, values := range incoming {
		header[http.CanonicalHeaderKey(name)] = values
	}
	if r.fail != nil {
		if err := r.fail(); err != nil {
			r.note(nil, header)
			return nil, err
		}
	}
	r.note(message, header)
	return r.answer(), nil
}

func (r *receiver) answer() *collector.ExportMetricsServiceResponse {
	answer := &collector.ExportMetricsServiceResponse{}
	if r.reject > 0 {
		answer.PartialSuccess = &collector.ExportMetricsPartialSuccess{RejectedDataPoints: r.reject, ErrorMessage: "too old"}
	}
	return answer
}

func (r *receiver) note(message *collector.ExportMetricsServiceRequest, header http.Header) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headers = append(r.headers, header)
	if message != nil {
		r.requests = append(r.requests, message)
	}
}

// tries returns how many requests came, whatever they were answered.
func (r *receiver) tries() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.headers)
}

// start serves one of the protocols and returns the address.
func (r *receiver) start(t *testing.T, protocol Protocol) string {
	t.Helper()
	if protocol == HTTP {
		server := httptest.NewServer(r)
		t.Cleanup(server.Close)
		return server.URL
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterMetricsServiceServer(server, r)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	return "http://" + listener.Addr().String()
}

var protocols = map[string]Protocol{"HTTP": HTTP, "gRPC": GRPC}

// newTestDriver notes what OnError gets.
func newTestDriver(t *testing.T, config Config) (*Driver, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var told []string
	config.OnError = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, err.Error())
	}
	d, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, func() []string {
		mu.Lock()
		defer mu.Unlock()
		all := told
		told = nil
		return all
	}
}

func counterRegistry() (*prometheus.Registry, prometheus.Counter) {
	registry := prometheus.NewRegistry()
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "n_total", Help: "N."})
	registry.MustRegister(counter)
	return registry, counter
}

// lines shows all that came: the resource, and each data point. Times that are not the
// metric's own are left out.
func (r *receiver) lines(since time.Time) (lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, request := range r.requests {
		if i > 0 {
			lines = append(lines, "")
		}
		for _, resource := range request.ResourceMetrics {
			for _, scope := range resource.ScopeMetrics {
				lines = append(lines, "scope "+scope.Scope.GetName())
				for _, m := range scope.Metrics {
					lines = append(lines, fmt.Sprintf("%s %q unit %q", m.Name, m.Description, m.Unit))
					lines = append(lines, points(m, since)...)
				}
			}
		}
	}
	r.requests = nil
	return lines
}

func points(m *metrics.Metric, since time.Time) (lines []string) {
	stamp := func(start, at uint64) (text string) {
		for name, nanos := range map[string]uint64{" from ": start, " at ": at} {
			if when := time.Unix(0, int64(nanos)); nanos != 0 && when.Before(since) && name == " at " ||
				name == " from " && nanos != 0 && when.Before(time.Unix(1e9, 0)) {
				text += name + when.UTC().Format(time.RFC3339Nano)
			}
		}
		return text
	}
	add := func(kind string, labels []*common.KeyValue, text string, start, at uint64, exemplars []*metrics.Exemplar) {
		line := fmt.Sprintf("  %s%s %s%s", kind, attributes(labels), text, stamp(start, at))
		for _, e := range exemplars {
			line += fmt.Sprintf(" # %v trace %s span %s%s", e.GetAsDouble(), hex.EncodeToString(e.TraceId),
				hex.EncodeToString(e.SpanId), attributes(e.FilteredAttributes))
		}
		lines = append(lines, line)
	}
	for _, p := range m.GetGauge().GetDataPoints() {
		add("gauge", p.Attributes, fmt.Sprint(p.GetAsDouble()), p.StartTimeUnixNano, p.TimeUnixNano, p.Exemplars)
	}
	for _, p := range m.GetSum().GetDataPoints() {
		kind := fmt.Sprintf("sum, monotonic %v, %v, ", m.GetSum().IsMonotonic, m.GetSum().AggregationTemporality)
		add(kind, p.Attributes, fmt.Sprint(p.GetAsDouble()), p.StartTimeUnixNano, p.TimeUnixNano, p.Exemplars)
	}
	for _, p := range m.GetHistogram().GetDataPoints() {
		text := fmt.Sprintf("count %d, sum %v, bounds %v, counts %v", p.Count, p.GetSum(), p.ExplicitBounds, p.BucketCounts)
		add("histogram", p.Attributes, text, p.StartTimeUnixNano, p.TimeUnixNano, p.Exemplars)
	}
	for _, p := range m.GetExponentialHistogram().GetDataPoints() {
		text := fmt.Sprintf("count %d, sum %v, scale %d, zero %d to %v, positive %d %v, negative %d %v", p.Count, p.GetSum(),
			p.Scale, p.ZeroCount, p.ZeroThreshold, p.Positive.GetOffset(), p.Positive.GetBucketCounts(),
			p.Negative.GetOffset(), p.Negative.GetBucketCounts())
		add("exponential histogram", p.Attributes, text, p.StartTimeUnixNano, p.TimeUnixNano, p.Exemplars)
	}
	for _, p := range m.GetSummary().GetDataPoints() {
		var quantiles []string
		for _, q := range p.QuantileValues {
			quantiles = append(quantiles, fmt.Sprintf("%v: %v", q.Quantile, q.Value))
		}
		add("summary", p.Attributes, fmt.Sprintf("count %d, sum %v, %s", p.Count, p.Sum, strings.Join(quantiles, ", ")),
			p.StartTimeUnixNano, p.TimeUnixNano, nil)
	}
	return lines
}

func attributes(pairs []*common.KeyValue) string {
	var texts []string
	for _, pair := range pairs {
		texts = append(texts, fmt.Sprintf("%s=%q", pair.Key, pair.Value.GetStringValue()))
	}
	slices.Sort(texts)
	return "{" + strings.Join(texts, ",") + "}"
}
