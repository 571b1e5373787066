package benchmarks

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
)

// Format is an exposition format.
type Format string

// The formats, as Prometheus 3 asks for them.
const (
	Text        Format = "text/plain;version=1.0.0;escaping=allow-utf-8"
	OpenMetrics Format = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
	Protobuf    Format = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
)

// allFormats are those of promhttp.
var allFormats = []Format{Text, OpenMetrics, Protobuf}

// request asks for a format.
func request(format Format, gzipped bool) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", string(format))
	if gzipped {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	return r
}

// discard is a response that nobody reads.
type discard struct {
	header http.Header
	bytes  int
	status int
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) WriteHeader(status int) { d.status = status }

func (d *discard) Write(p []byte) (int, error) {
	d.bytes += len(p)
	return len(p), nil
}

// scrape answers the request into nowhere, and returns how long the answer was.
func scrape(h http.Handler, r *http.Request) int {
	d := discard{header: make(http.Header), status: http.StatusOK}
	h.ServeHTTP(&d, r)
	if d.status != http.StatusOK {
		panic("scrape failed: " + http.StatusText(d.status))
	}
	return d.bytes
}

// fetch returns the answer's body, and checks that it is what was asked for.
func fetch(h http.Handler, format Format, gzipped bool) ([]byte, error) {
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, request(format, gzipped))
	if recorder.Code != http.StatusOK {
		return nil, errors.New(recorder.Result().Status)
	}
	mediaType, _, _ := strings.Cut(string(format), ";")
	if got := recorder.Header().Get("Content-Type"); !strings.HasPrefix(got, mediaType) {
		return nil, errors.New("asked for " + mediaType + ", got " + got)
	}
	if !gzipped {
		return recorder.Body.Bytes(), nil
	}
	if recorder.Header().Get("Content-Encoding") != "gzip" {
		return nil, errors.New("not compressed")
	}
	uncompressed, err := gzip.NewReader(recorder.Body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(uncompressed)
}

// samples counts the lines of a text exposition that are no comments.
func samples(body []byte) (n int) {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			n++
		}
	}
	return n
}

// knows tells whether the handler can answer like that. Compression comes with
// promhttp, and with it all of its formats.
func (e *Exposed) knows(format Format, gzipped bool) bool {
	return slices.Contains(e.Formats, format) && (!gzipped || len(e.Formats) == len(allFormats))
}

// summary says how much a scrape in text shows.
func (e *Exposed) summary() string {
	body, err := fetch(e.Handler, Text, false)
	must(err)
	return fmt.Sprintf("%d samples, %.1f MB", samples(body), float64(len(body))/1e6)
}
