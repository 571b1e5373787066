package httpmetrics_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/httpmetrics"
)

// Every request to the mux is measured, under the pattern that it matched.
func ExampleConfig_Handler() {
	registry := metrics.NewRegistry()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "item", r.PathValue("id"))
	})
	server := httptest.NewServer(httpmetrics.Config{Registry: registry}.Handler(mux))

	for _, path := range []string{"/items/1", "/items/2", "/nowhere"} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			fmt.Println(err)
			return
		}
		response.Body.Close()
	}
	server.Close()

	registry.Each(func(name string, metric any) {
		if timer, ok := metric.(metrics.Timer); ok {
			fmt.Println(name, timer.Labels()["http_route"], timer.Labels()["http_response_status_code"], timer.Count())
		}
	})
	// Unordered output:
	// http.server.request.duration /items/{id} 200 2
	// http.server.request.duration _UNMATCHED 404 1
}

// A client's requests, by server.
func ExampleConfig_Transport() {
	registry := metrics.NewRegistry()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	client := &http.Client{Transport: httpmetrics.Config{Registry: registry}.Transport(nil)}

	response, err := client.Get(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()

	sizes := registry.Get("http.client.response.body.size").(metrics.Histogram)
	fmt.Println(sizes.Count(), "response of", sizes.Sum(), "bytes from", sizes.Labels()["server_address"])
	// Output: 1 response of 5 bytes from 127.0.0.1
}

// A tracing library knows more than the header: Exemplar asks the context.
func ExampleConfig_exemplar() {
	type traceKey struct{}
	config := httpmetrics.Config{
		Registry: metrics.NewRegistry(),
		Exemplar: func(ctx context.Context) metrics.Labels {
			if id, ok := ctx.Value(traceKey{}).(string); ok {
				return metrics.Labels{"trace_id": id}
			}
			return nil
		},
	}
	handler := config.Handler(http.NotFoundHandler())
	ctx := context.WithValue(context.Background(), traceKey{}, "4bf92f35")
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))

	timer := config.Registry.Get("http.server.request.duration").(metrics.Timer)
	for exemplar := range timer.Snapshot().Exemplars() {
		fmt.Println(exemplar.Labels)
	}
	// Output: {trace_id="4bf92f35"}
}
