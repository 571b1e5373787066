package httpmetrics

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// record records a duration, with what leads to the request's trace if there is one.
func (c Config) record(duration metrics.Timer, took time.Duration, r *http.Request) {
	if c.Exemplar != nil {
		if labels := c.Exemplar(r.Context()); len(labels) > 0 {
			duration.UpdateWithExemplar(took, labels)
			return
		}
	} else if trace := traceOf(r.Header); trace != "" {
		duration.UpdateWithExemplar(took, metrics.Labels{"trace_id": trace})
		return
	}
	duration.Update(took)
}

// Where the fields of a traceparent are: version-trace-parent-flags in hexadecimal,
// as in 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.
const (
	traceStart, traceEnd   = 3, 35
	parentStart, parentEnd = 36, 52
	flagsStart, flagsEnd   = 53, 55

	hexDigits = "0123456789abcdef" // the specification allows no capitals
)

// traceOf returns the trace id of a request that is sampled, or "". It follows
// section 3.2 of W3C Trace Context: versions to come may append fields.
func traceOf(h http.Header) string {
	values := h["Traceparent"]
	if len(values) != 1 {
		return ""
	}
	v := values[0]
	if len(v) < flagsEnd || len(v) > flagsEnd && (v[:2] == "00" || v[flagsEnd] != '-') {
		return ""
	}
	if v[traceStart-1] != '-' || v[parentStart-1] != '-' || v[flagsStart-1] != '-' || v[:2] == "ff" {
		return ""
	}
	trace := v[traceStart:traceEnd]
	if !isHex(v[:2]) || !isHex(trace) || isZero(trace) || !isHex(v[flagsStart:flagsEnd]) {
		return ""
	}
	if parent := v[parentStart:parentEnd]; !isHex(parent) || isZero(parent) {
		return ""
	}
	if sampled := strings.IndexByte(hexDigits, v[flagsEnd-1])&1 == 1; !sampled {
		return ""
	}
	return strings.Clone(trace) // not the header, of which any client may send a megabyte
}

func isHex(text string) bool { return strings.Trim(text, hexDigits) == "" }

func isZero(text string) bool { return strings.Trim(text, "0") == "" }
