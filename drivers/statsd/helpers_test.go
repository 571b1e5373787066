package statsd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/drivers/internal/lines"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

var isFinite = lines.IsFinite

// server is what a StatsD server makes of lines, behind a connection that a test can have
// fail.
type server struct {
	t       testing.TB
	limit   int
	packets []string

	counters, gauges map[string]float64

	writes int
	fails  func(write int) error // nil for none
}

func newServer(t testing.TB) *server {
	return &server{t: t, limit: udpPacketSize, counters: map[string]float64{}, gauges: map[string]float64{}}
}

func (s *server) dial(context.Context, string, string) (net.Conn, error) {
	return &serverConn{s: s}, nil
}

type serverConn struct {
	net.Conn
	s *server
}

func (c *serverConn) Write(packet []byte) (int, error) {
	c.s.writes++
	if c.s.fails != nil {
		if err := c.s.fails(c.s.writes); err != nil {
			return 0, err
		}
	}
	c.s.receive(string(packet))
	return len(packet), nil
}

func (c *serverConn) Close() error                     { return nil }
func (c *serverConn) SetWriteDeadline(time.Time) error { return nil }
func (c *serverConn) RemoteAddr() net.Addr             { return &net.UDPAddr{} }

const part = `[A-Za-z0-9_.-]+`

// line is stricter than any server.
var line = regexp.MustCompile(`^(` + part + `):(-?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?)\|([cg])` +
	`((?:\|#` + part + `:[^,|\x00-\x1f]+(?:,` + part + `:[^,|\x00-\x1f]+)*)?)$`)

// receive does with a packet what servers do.
func (s *server) receive(packet string) {
	if len(packet) > s.limit {
		s.t.Errorf("a packet of %d bytes", len(packet))
	}
	s.packets = append(s.packets, packet)
	for text := range strings.SplitSeq(packet, "\n") {
		match := line.FindStringSubmatch(text)
		if match == nil {
			s.t.Errorf("not a line: %q", text)
			continue
		}
		value, err := strconv.ParseFloat(match[2], 64)
		if err != nil {
			s.t.Error(err)
		}
		switch key := match[1] + match[4]; {
		case match[3] == "c":
			s.counters[key] += value
		case strings.HasPrefix(match[2], "-"):
			s.gauges[key] += value
		default:
			s.gauges[key] = value
		}
	}
}

// lines returns all lines received, in order.
func (s *server) lines() string { return strings.Join(s.packets, "\n") + "\n" }

// newDriver makes one that sends to the server.
func newDriver(t testing.TB, s *server, config Config) (*Driver, *logtest.Errors) {
	t.Helper()
	log := &logtest.Errors{}
	if config.OnError == nil {
		config.OnError = log.Add
	}
	d, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	if s != nil {
		d.writer.dial = s.dial
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

// checkGolden compares with a file, which UPDATE_GOLDEN=1 writes.
func checkGolden(t *testing.T, path, got string) {
	t.Helper()
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

var errRefused = errors.New("refused")

// counterFamily is a family with one counter.
func counterFamily(name string, value float64, labels ...string) *dto.MetricFamily {
	family := &dto.MetricFamily{Name: &name, Type: dto.MetricType_COUNTER.Enum()}
	metric := &dto.Metric{Counter: &dto.Counter{Value: &value}}
	for i := 0; i < len(labels); i += 2 {
		metric.Label = append(metric.Label, &dto.LabelPair{Name: &labels[i], Value: &labels[i+1]})
	}
	family.Metric = []*dto.Metric{metric}
	return family
}

// gatherer hands out what a test puts into it.
type gatherer struct {
	families []*dto.MetricFamily
	err      error
}

func (g *gatherer) Gather() ([]*dto.MetricFamily, error) { return g.families, g.err }

func checkTexts(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
