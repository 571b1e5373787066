package main

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// instrument records every request that next answers. It is done before net/http
// completes the answer, so whoever has read one finds it counted; this holds
// because no route sets a Content-Length of its own.
func (in *instruments) instrument(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		in.inFlight.Add(1)
		counted := &countingWriter{ResponseWriter: w}
		// A handler that panics is counted too. The panic goes on to net/http,
		// which breaks the connection off.
		panicked := true
		defer func() {
			in.inFlight.Add(-1)
			if panicked {
				counted.code = http.StatusInternalServerError
			}
			in.record(r, counted, start)
		}()
		next.ServeHTTP(counted, r)
		panicked = false
	})
}

func (in *instruments) record(r *http.Request, w *countingWriter, start time.Time) {
	route, size := routeOf(r), w.bytes
	if r.Method == http.MethodHead {
		size = 0 // net/http takes a body and drops it
	}
	in.requests.With(route, strconv.Itoa(w.status()), methodOf(r)).Inc(1)
	in.recordLatency(route, time.Since(start), traceOf(r))
	in.sizes.With(route).Update(size)
	in.bytesSent.Mark(size)
}

// recordLatency leaves an exemplar if the request was traced, so that a bucket of
// slow requests leads to the trace of one.
func (in *instruments) recordLatency(route string, took time.Duration, trace string) {
	timer := in.latency.With(route)
	if trace == "" {
		timer.Update(took)
		return
	}
	timer.UpdateWithExemplar(took, metrics.Labels{"trace_id": trace})
}

// traceOf returns the trace id of a W3C traceparent header,
// 00-<32 hexadecimal digits>-<parent>-<flags>, or "" if there is none.
func traceOf(r *http.Request) string {
	version, rest, _ := strings.Cut(r.Header.Get("Traceparent"), "-")
	trace, _, more := strings.Cut(rest, "-")
	if id, err := hex.DecodeString(trace); err != nil || len(id) != 16 || version != "00" || !more {
		return ""
	}
	return trace
}

// routeOf returns the pattern that matched, without its method. Paths that match
// none share one value: label values that strangers choose are series without
// end.
func routeOf(r *http.Request) string {
	_, route, found := strings.Cut(r.Pattern, " ")
	if !found {
		return "unknown"
	}
	return strings.TrimSuffix(route, "{$}")
}

// methodOf keeps the method label to a few values, for the same reason.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return r.Method
	default:
		return "other"
	}
}

// countingWriter notes the status code and the size of an answer.
type countingWriter struct {
	http.ResponseWriter
	code  int
	bytes int64
}

func (w *countingWriter) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController find what the writer underneath can do.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// status is 200 for a handler that set none, as net/http has it.
func (w *countingWriter) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}
