package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// recordRoute is served with the flag -record only, and not instrumented: what is
// recorded under it is what was sent, exactly.
const recordRoute = "/record"

// recordLatencies records the durations in the body, one a line as in 1.5ms, as if
// requests to the route had taken them. So a test that knows the distribution of
// the latencies can compare it with what Prometheus makes of them.
func (in *instruments) recordLatencies(w http.ResponseWriter, r *http.Request) {
	var latencies []time.Duration
	lines := bufio.NewScanner(r.Body)
	for lines.Scan() {
		latency, err := time.ParseDuration(lines.Text())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		latencies = append(latencies, latency)
	}
	if err := lines.Err(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	trace := traceOf(r)
	for _, latency := range latencies { // all or none
		in.worked(recordRoute, latency, trace)
	}
	fmt.Fprintf(w, "recorded %d\n", len(latencies))
}

// traceOf returns the trace id of a W3C traceparent header,
// 00-<32 hexadecimal digits>-<parent>-<flags>, or "". Of real requests httpmetrics reads
// it, more strictly.
func traceOf(r *http.Request) string {
	if fields := strings.Split(r.Header.Get("Traceparent"), "-"); len(fields) == 4 {
		return fields[1]
	}
	return ""
}
