package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), "", &out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`kafka_topic_records_sent_total{topic="orders"} 10`,
		`kafka_protocol_requests_total{api_key="0"} 10`,
		`kafka_topic_compression_ratio_observations_total{topic="orders"} 10`,
		`# TYPE kafka_broker_requests_in_flight gauge`,
		`# TYPE kafka_broker_request_latency_seconds gauge`,
	} {
		if !strings.Contains(out.String(), "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
}

func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", writer) }()
	line := make([]byte, 100)
	n, err := reader.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(strings.Fields(string(line[:n]))[1])
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(text), "\nkafka_topic_records_sent_total{topic=\"orders\"} 10\n") {
		t.Errorf("%v, got %s", err, text)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}
