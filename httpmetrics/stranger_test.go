package httpmetrics

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unsafe"

	"github.com/go-metrics-plus/metrics"
)

// The tests of this file hold that nothing of a stranger's request or response stays in
// memory but what a label or an exemplar has of it: a string that is a piece of a larger
// one keeps the whole.

// large is a text that is followed by a megabyte, as in a request line or a header.
func large(text string) string { return text + strings.Repeat("x", 1<<20) }

// isPiece reports whether a text lies in the memory of another.
func isPiece(text, of string) bool {
	at, start := uintptr(unsafe.Pointer(unsafe.StringData(text))), uintptr(unsafe.Pointer(unsafe.StringData(of)))
	return at >= start && at < start+uintptr(len(of))
}

// pieces returns the labels of a registry's series that are pieces of the text.
func pieces(r metrics.Registry, of string) (found []string) {
	r.Each(func(name string, metric any) {
		for label, value := range metric.(interface{ Labels() metrics.Labels }).Labels() {
			if isPiece(value, of) {
				found = append(found, name+" "+label)
			}
		}
	})
	return found
}

func TestMethodOfKeepsNoRequest(t *testing.T) {
	for _, method := range append(methods[:], "BREW") {
		line := large(method)
		if got := methodOf(line[:len(method)]); got != method && got != other || isPiece(got, line) {
			t.Errorf("%s: got %q, which may be a piece of the request", method, got)
		}
	}
}

func TestTraceOfKeepsNoHeader(t *testing.T) {
	header := large("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-")
	got := traceOf(http.Header{"Traceparent": {header}})
	if got != header[traceStart:traceEnd] || isPiece(got, header) {
		t.Errorf("got %q, which may be a piece of the header", got)
	}
}

func TestServerKeepsNoRequest(t *testing.T) {
	r := metrics.NewRegistry()
	config := Config{Registry: r, Route: func(r *http.Request) string { return r.URL.Path[:len("/items")] }}
	h := config.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for range 2 {
		request := httptest.NewRequest("GET", "/", nil)
		request.URL.Path = large("/items")
		h.ServeHTTP(httptest.NewRecorder(), request)
		if found := pieces(r, request.URL.Path); len(found) > 0 || listed(r)[0][routeLabel] != "/items" {
			t.Errorf("pieces of the request are kept in %v", found)
		}
	}
}

// Where a redirect leads is the answering server's text.
func TestClientKeepsNoRedirect(t *testing.T) {
	r := metrics.NewRegistry()
	transport := Config{Registry: r}.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
	}))
	for range 2 {
		request := httptest.NewRequest("GET", "http://x/", nil)
		location := large("host.test:8080")
		request.URL.Host = location[:len("host.test:8080")]
		transport.RoundTrip(request)
		if found := pieces(r, location); len(found) > 0 || listed(r)[0][addressLabel]+listed(r)[0][portLabel] != "host.test8080" {
			t.Errorf("pieces of the address are kept in %v", found)
		}
	}
}
