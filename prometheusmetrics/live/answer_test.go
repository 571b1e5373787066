package live

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/klauspost/compress/gzip"
	dto "github.com/prometheus/client_model/go"
)

// Compressed and plain are the same, and a file that the browser has is not sent.
func TestEncodings(t *testing.T) {
	g := &families{all: []*dto.MetricFamily{gauge("a", map[string]float64{"x": 1})}}
	page := New(g, Config{})
	for _, address := range []string{"/app.js", "/data?v=1&viewer=x"} {
		_, plain := get(t, page, address)
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", address, nil)
		r.Header.Set("Accept-Encoding", "br, gzip;q=0.5")
		page.ServeHTTP(w, r)
		unpacked, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		if got, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: unpacked %d bytes, %v, want %d", address, len(got), err, len(plain))
		}
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequest("GET", "/app.js", nil))
	r := httptest.NewRequest("GET", "/app.js", nil)
	r.Header.Set("If-None-Match", w.Header().Get("Etag"))
	w = httptest.NewRecorder()
	page.ServeHTTP(w, r)
	if w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("a file that has not changed: %d with %d bytes", w.Code, w.Body.Len())
	}
}
