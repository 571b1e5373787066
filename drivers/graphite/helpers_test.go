package graphite

import (
	"bufio"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/drivers/internal/lines"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

var isFinite = lines.IsFinite

// server reads lines, as carbon does, until a connection ends.
type server struct {
	net.Listener
	mu    sync.Mutex
	lines []string
	ended chan struct{} // gets one element for each connection that has ended
}

func newServer(t testing.TB) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{Listener: listener, ended: make(chan struct{}, 100)}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.read(conn)
		}
	}()
	return s
}

func (s *server) read(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		s.mu.Lock()
		s.lines = append(s.lines, lines.Text())
		s.mu.Unlock()
	}
	s.ended <- struct{}{}
}

func (s *server) address() string { return s.Addr().String() }

// take returns what has come, and forgets it.
func (s *server) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := s.lines
	s.lines = nil
	return lines
}

func newDriver(t testing.TB, config Config) (*Driver, *logtest.Errors) {
	t.Helper()
	log := &logtest.Errors{}
	config.OnError = log.Add
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

func gauge(name string, value float64, labels ...string) *dto.MetricFamily {
	metric := &dto.Metric{Gauge: &dto.Gauge{Value: &value}}
	for i := 0; i < len(labels); i += 2 {
		metric.Label = append(metric.Label, &dto.LabelPair{Name: &labels[i], Value: &labels[i+1]})
	}
	return &dto.MetricFamily{Name: &name, Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{metric}}
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

var timestamp = regexp.MustCompile(` [0-9]{10}\n`)

// checkGolden compares lines, whatever their times, with a file, which UPDATE_GOLDEN=1
// writes.
func checkGolden(t *testing.T, path string, lines []string) {
	t.Helper()
	got := timestamp.ReplaceAllString(strings.Join(lines, "\n")+"\n", " now\n")
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
