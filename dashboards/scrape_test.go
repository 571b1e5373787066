package dashboards

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func TestScrape(t *testing.T) {
	registry := prometheus.NewRegistry()
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "wait_seconds", NativeHistogramBucketFactor: 1.1})
	registry.MustRegister(histogram)
	for _, test := range []struct {
		name    string
		handler http.Handler
		native  bool
		want    string // in the error
	}{
		{"protobuf", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), true, ""},
		{"text without a type", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			w.Write([]byte("# TYPE wait_seconds histogram\nwait_seconds_count 1\nwait_seconds_bucket{le=\"+Inf\"} 1\n"))
		}), false, ""},
		{"nothing of the kind", http.NotFoundHandler(), false, "404 Not Found"},
		{"a page", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>hello</html>\n")) }), false, "invalid metric name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.handler)
			defer server.Close()
			address := strings.Replace(server.URL, "http://", "http://user:secret@", 1) + "/metrics"
			families, err := Scrape(t.Context(), address)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v, want an error with %q", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if read := readFamilies(families); len(read) != 1 || read[0].native != test.native {
				t.Errorf("read %+v", read)
			}
		})
	}
}

func TestScrapeOfNoAddress(t *testing.T) {
	for _, address := range []string{"http://user:secret@[::1", "http://user:secret@127.0.0.1:1/metrics", "nonsense",
		"http://user:sec/ret@host/metrics", "http://127.0.0.1:1/metrics?token=secret"} {
		if _, err := Scrape(t.Context(), address); err == nil || strings.Contains(err.Error(), "sec") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// FuzzRead checks that whatever comes as metrics, files of it are made or an error.
func FuzzRead(f *testing.F) {
	f.Add("# TYPE a counter\na{b=\"c\"} 1\n")
	f.Add(histogramText("http_request_duration_seconds", `code="200",handler="/"`))
	f.Add("# TYPE n_t_count gauge\nn_t_count 1\n# TYPE n_t_mean gauge\nn_t_mean 1\n")
	f.Add("# TYPE x_healthy gauge\nx_healthy{__name__=\"y\"} 1\n# HELP x_healthy {{ .X }} \"\\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		families, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		m, err := New(gather(families), Config{})
		if err != nil {
			return
		}
		if !json.Valid(m.dashboard) {
			t.Errorf("the dashboard is no JSON:\n%s", m.dashboard)
		}
	})
}

// Where a redirect leads to another host, that one does not learn what may be secret.
func TestScrapeTellsNoOtherHost(t *testing.T) {
	var elsewhere http.Header
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { elsewhere = r.Header }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/loop" {
			http.Redirect(w, r, "/loop", http.StatusFound)
			return
		}
		http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1), http.StatusFound)
	}))
	defer server.Close()
	address := strings.Replace(server.URL, "http://", "http://user:secret@", 1)
	if _, err := Scrape(t.Context(), address+"/metrics?token=secret"); err != nil {
		t.Fatal(err)
	}
	if elsewhere == nil || strings.Contains(fmt.Sprint(elsewhere), "secret") || elsewhere.Get("Authorization") != "" {
		t.Errorf("the other host was sent %v", elsewhere)
	}
	if _, err := Scrape(t.Context(), address+"/loop?token=secret"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a loop of redirects: %v", err)
	}
}

// Whatever a server answers, an error is one line without escapes of a terminal.
func TestScrapeOfHostileAnswers(t *testing.T) {
	for _, text := range hostile {
		for place, answer := range map[string]string{
			"status":   "400 " + text + "\r\n\r\n",
			"header":   "200 OK\r\n" + text + "\r\n\r\n",
			"location": "302 Found\r\nLocation: http://[" + text + "\r\n\r\n",
			"name":     "200 OK\r\n\r\n" + text + "\x1b[2J\xff{\n",
			"value":    "200 OK\r\n\r\na{l=\"" + text + "\x1b[2J\xff\"} b\n",
		} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
					conn.Write([]byte("HTTP/1.1 " + answer))
					conn.Close()
				}
			}))
			_, err := Scrape(t.Context(), server.URL)
			server.Close()
			if err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return !strconv.IsPrint(r) }) {
				t.Errorf("%s of %.60q: error %.300q", place, text, err.Error())
			}
		}
	}
}
