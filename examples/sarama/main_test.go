package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(&out); err != nil {
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
