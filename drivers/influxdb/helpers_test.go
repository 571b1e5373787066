package influxdb

import (
	"compress/gzip"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/internal/logtest"
)

// server takes lines and answers as a test wants it to.
type server struct {
	*httptest.Server
	answer func(w http.ResponseWriter, request int) // nil for success

	mu      sync.Mutex
	bodies  []string
	headers []http.Header
	queries []url.Values
	paths   []string
}

func newServer(t testing.TB) *server {
	s := &server{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	text, _ := io.ReadAll(body)
	s.bodies = append(s.bodies, string(text))
	s.headers = append(s.headers, r.Header)
	s.queries = append(s.queries, r.URL.Query())
	s.paths = append(s.paths, r.Method+" "+r.URL.Path)
	if s.answer != nil {
		s.answer(w, len(s.bodies))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// status has a server answer with that.
func status(code int, text string, headers ...string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		io.WriteString(w, text)
	}
}

func newDriver(t testing.TB, s *server, config Config) (*Driver, *logtest.Errors) {
	t.Helper()
	log := &logtest.Errors{}
	config.OnError = log.Add
	if config.URL == "" {
		config.URL = s.URL
	}
	if config.Bucket == "" && config.Database == "" {
		config.Database = "db"
	}
	d, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, log
}

func once(t testing.TB, d *Driver) {
	t.Helper()
	if err := d.Once(); err != nil {
		t.Fatal(err)
	}
}

// gatherer hands out what a test puts into it.
type gatherer struct {
	families []*dto.MetricFamily
	err      error
}

func (g *gatherer) Gather() ([]*dto.MetricFamily, error) { return g.families, g.err }

// gauges are families with one gauge each.
func gauges(names ...string) (all []*dto.MetricFamily) {
	for i, name := range names {
		value := float64(i)
		all = append(all, &dto.MetricFamily{
			Name: &name, Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: &value}}},
		})
	}
	return all
}

// readFamilies parses an exposition, and adds a histogram that is native alone.
func readFamilies(t testing.TB, path string) prometheus.Gatherer {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	native := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "native_seconds", Help: "Native alone.", NativeHistogramBucketFactor: 1.1,
	})
	registry.MustRegister(native)
	for i := range 100 {
		native.Observe(float64(i) / 4)
	}
	parsed := prometheus.GathererFunc(func() (all []*dto.MetricFamily, err error) {
		for _, family := range families {
			all = append(all, family)
		}
		return all, nil
	})
	return prometheus.Gatherers{parsed, registry}
}

var timestamp = regexp.MustCompile(` [0-9]{13}\n`)

// checkGolden compares lines, whatever their times, with a file, which UPDATE_GOLDEN=1
// writes.
func checkGolden(t *testing.T, path, got string) {
	t.Helper()
	got = timestamp.ReplaceAllString(got, " now\n")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s says\n%s\ngot\n%s", path, want, got)
	}
}

// split splits at a separator that has no backslash before it, however many there are: a
// server that knows no escaped backslash.
func split(text string, separator byte) (parts []string) {
	begin := 0
	for i := range len(text) {
		if text[i] == separator && (i == 0 || text[i-1] != '\\') {
			parts, begin = append(parts, text[begin:i]), i+1
		}
	}
	return append(parts, text[begin:])
}

// splitByPairs does the same as a server that takes two backslashes for one.
func splitByPairs(text string, separator byte) (parts []string) {
	begin := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case separator:
			parts, begin = append(parts, text[begin:i]), i+1
		}
	}
	return append(parts, text[min(begin, len(text)):])
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

var unescape = strings.NewReplacer(`\,`, `,`, `\ `, ` `, `\=`, `=`)

// httptestServer starts a server that does not wait for its handlers at the end.
func httptestServer(t *testing.T, handle http.HandlerFunc) (url string) {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.CloseClientConnections)
	return s.URL
}
