package main

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/go-metrics-plus/metrics/httpmetrics"
	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// traffic is HTTP that the service has with itself, measured at both ends.
type traffic struct {
	client           http.Client
	transport        *http.Transport
	measured         http.Handler
	served, answered *truth.Slot
	body             *truth.Slot
}

const answer = "0123456789abcdef"

func newTraffic(s *service) *traffic {
	config := httpmetrics.Config{Registry: s.sources.main()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /traffic/{item}", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) })
	slot := func(name string, k kind) *truth.Slot {
		return s.slots.add(meaning{source: "main", name: name, kind: k})
	}
	t := &traffic{
		transport: &http.Transport{MaxIdleConnsPerHost: 1},
		served:    slot("http_server_request_duration", durations),
		// Requests that end by a timeout, as on a starved machine, are a series of their own.
		answered: s.slots.add(meaning{source: "main", name: "http_client_request_duration", kind: durations, parts: true}),
		body:     s.slots.add(meaning{source: "main", name: "http_server_response_body_size", kind: bytes}),
	}
	t.measured = config.Handler(mux)
	t.client = http.Client{Transport: config.Transport(t.transport), Timeout: 10 * time.Second}
	return t
}

// ServeHTTP counts a request around the middleware that counts it.
func (t *traffic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.served.Record(1, func() {
		t.body.Record(int64(len(answer)), func() { t.measured.ServeHTTP(w, r) })
	})
}

// run makes requests until the context ends.
func (t *traffic) run(ctx context.Context, base string) {
	defer t.transport.CloseIdleConnections()
	for ctx.Err() == nil {
		t.answered.Record(1, func() {
			response, err := t.client.Get(base + "/traffic/7")
			if err == nil {
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		})
		wait(ctx, 2*pause)
	}
}
