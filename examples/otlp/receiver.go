package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	otel "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"
)

// startReceiver starts what stands in for a collector, and returns its address.
func startReceiver(out io.Writer) (url string, stop func()) {
	server := httptest.NewServer(&receiver{out: out})
	return server.URL, server.Close
}

// receiver prints the data points that it gets.
type receiver struct {
	mu  sync.Mutex
	out io.Writer
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	message, err := read(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range message.ResourceMetrics {
		for _, scope := range resource.ScopeMetrics {
			for _, metric := range scope.Metrics {
				print(r.out, metric)
			}
		}
	}
}

func read(request *http.Request) (*collector.ExportMetricsServiceRequest, error) {
	body, err := gzip.NewReader(request.Body)
	if err != nil {
		return nil, err
	}
	encoded, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	message := &collector.ExportMetricsServiceRequest{}
	return message, proto.Unmarshal(encoded, message)
}

func print(out io.Writer, metric *otel.Metric) {
	for _, point := range metric.GetSum().GetDataPoints() {
		fmt.Fprintf(out, "%s: sum %v\n", metric.Name, point.GetAsDouble())
	}
	for _, point := range metric.GetGauge().GetDataPoints() {
		fmt.Fprintf(out, "%s: gauge %v\n", metric.Name, point.GetAsDouble())
	}
	for _, point := range metric.GetExponentialHistogram().GetDataPoints() {
		fmt.Fprintf(out, "%s: exponential histogram of %d values in %s, sum %.3f\n",
			metric.Name, point.Count, metric.Unit, point.GetSum())
	}
}
