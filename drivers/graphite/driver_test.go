package graphite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	bridge "github.com/prometheus/client_golang/prometheus/graphite"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery/deliverytest"
)

// What each type becomes, with tags and without; and again.
func TestGolden(t *testing.T) {
	for name, config := range map[string]Config{
		"paths": {Prefix: "shop.eu"},
		"tags":  {Tags: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			config.Address = s.address()
			config.Gatherer = readFamilies(t, "../testdata/metrics.prom")
			d, log := newDriver(t, config)
			for range 2 {
				once(t, d)
				checkGolden(t, "testdata/"+name+".txt", s.take())
			}
			if len(log.All()) > 0 {
				t.Errorf("reported %q", log.All())
			}
		})
	}
}

// Paths are those of client_golang's bridge, so that dashboards on them stay.
func TestPathsAreThoseOfTheBridge(t *testing.T) {
	registry := prometheus.NewRegistry()
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "a__b_total"}, []string{"zone", "code"})
	histogram := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "h", Buckets: []float64{0.5, 1e9}}, []string{"a", "z"})
	summary := prometheus.NewSummary(prometheus.SummaryOpts{Name: "s", Objectives: map[float64]float64{0.99: 0.01}})
	registry.MustRegister(counter, histogram, summary)
	counter.WithLabelValues("a.b/c", "200").Add(1)
	histogram.WithLabelValues("x", "y").Observe(1)
	summary.Observe(2)
	s := newServer(t)
	b, err := bridge.NewBridge(&bridge.Config{URL: s.address(), Gatherer: registry, Prefix: "p.q", ErrorHandling: bridge.AbortOnError})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Push(); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	names := func(lines []string) (names []string) {
		for _, line := range lines {
			names = append(names, strings.Join(strings.Fields(line)[:2], " "))
		}
		slices.Sort(names)
		return names
	}
	want := names(s.take())
	d, _ := newDriver(t, Config{Address: s.address(), Gatherer: registry, Prefix: "p.q"})
	once(t, d)
	if got := names(s.take()); !slices.Equal(got, want) {
		t.Errorf("got %q, the bridge sends %q", got, want)
	}
}

func TestNewRefusesWhatMakesNoSense(t *testing.T) {
	for field, config := range map[string]Config{
		"Address":  {Address: "http://localhost/"},
		"Prefix":   {Prefix: "a..b"},
		"Interval": {Interval: -1},
		"Timeout":  {Timeout: -1},
	} {
		_, err := New(config)
		var wrong *ConfigError
		if !errors.As(err, &wrong) || wrong.Field != field || !strings.HasPrefix(err.Error(), "graphite: Config."+field+": ") {
			t.Errorf("%s: got %v", field, err)
		}
	}
	for _, prefix := range []string{".", "a.", "a b", "a\nb 1 2"} {
		if _, err := New(Config{Prefix: prefix}); err == nil {
			t.Errorf("prefix %q is taken", prefix)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"": "127.0.0.1:2003", "graphite": "graphite:2003", "graphite:2013": "graphite:2013", ":2013": "127.0.0.1:2013",
		"::1": "[::1]:2003", "[::1]": "[::1]:2003", "[::1]:2013": "[::1]:2013",
	} {
		if got, err := parseAddress(address); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", address, got, err, want)
		}
	}
	for _, address := range []string{"tcp://a:1", "a:b:c", "user@a:1", "a:"} {
		if got, err := parseAddress(address); err == nil {
			t.Errorf("%q is %v", address, got)
		}
	}
}

func TestWhatIsLeftOutIsReportedOnce(t *testing.T) {
	s := newServer(t)
	long := strings.Repeat("x", maxLine)
	g := &gatherer{families: []*dto.MetricFamily{
		gauge("long", 1, "label", long), gauge("g", 1, "label", "a b"), gauge("g", 2, "label", "a_b"),
	}}
	d, log := newDriver(t, Config{Address: s.address(), Gatherer: g})
	for range 3 {
		once(t, d)
		if lines := s.take(); len(lines) != 1 || !strings.HasPrefix(lines[0], "g.label.a_b 1 ") {
			t.Errorf("sent %q", lines)
		}
	}
	if len(log.All()) != 2 || !errors.Is(log.All()[0], ErrDuplicate) || !errors.Is(log.All()[1], ErrTooLong) {
		t.Fatalf("reported %q", log.All())
	}
	want := `graphite: family g: 1 series left out, among them "g.label.a_b": another series has the same path or tags`
	if got := log.All()[0].Error(); got != want {
		t.Errorf("reported %s", got)
	}
	g.families = g.families[1:2]
	once(t, d)
	if len(d.lines.seen) != 1 {
		t.Errorf("%d series are remembered", len(d.lines.seen))
	}
}

func TestServerThatIsAway(t *testing.T) {
	s := newServer(t)
	d, _ := newDriver(t, Config{Address: s.address(), Gatherer: &gatherer{families: []*dto.MetricFamily{gauge("g", 1)}}})
	s.Close()
	if err := d.Once(); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

// A server that takes connections and does not read costs a delivery its time.
func TestServerThatDoesNotRead(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	g := &gatherer{}
	for i := range 2000 {
		g.families = append(g.families, gauge(fmt.Sprintf("g_%d", i), 1, "label", strings.Repeat("x", 10000)))
	}
	d, _ := newDriver(t, Config{Address: listener.Addr().String(), Gatherer: g, Timeout: 100 * time.Millisecond})
	if err := d.Once(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// A server that is killed before it has read everything has not got it.
func TestServerThatIsKilled(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		io.ReadFull(conn, make([]byte, 1))
		conn.(*net.TCPConn).SetLinger(0) // the end of a process with data unread
		conn.Close()
	}()
	d, _ := newDriver(t, Config{Address: listener.Addr().String(), Gatherer: &gatherer{families: []*dto.MetricFamily{gauge("g", 1)}}})
	if err := d.Once(); err == nil {
		t.Error("it counts as delivered")
	}
}

func TestGatherers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(3 * time.Hour) }) // last, for what hangs
		for want, gather := range map[string]func() ([]*dto.MetricFamily, error){
			"it failed":                            func() ([]*dto.MetricFamily, error) { return nil, errors.New("it failed") },
			"gatherer: it panicked: boom":          func() ([]*dto.MetricFamily, error) { panic("boom") },
			"gatherer: its goroutine was ended":    func() ([]*dto.MetricFamily, error) { runtime.Goexit(); return nil, nil },
			"gatherer has not come back after 10s": func() ([]*dto.MetricFamily, error) { time.Sleep(time.Hour); return nil, nil },
		} {
			d, _ := newDriver(t, Config{Gatherer: prometheus.GathererFunc(gather)})
			if err := d.Once(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	})
}

// What a gatherer brings along with an error is sent, and the error reported once.
func TestGathererThatFailsInPart(t *testing.T) {
	s := newServer(t)
	g := &gatherer{families: []*dto.MetricFamily{gauge("g", 1)}, err: errors.New("part of it failed")}
	d, log := newDriver(t, Config{Address: s.address(), Gatherer: g})
	once(t, d)
	once(t, d)
	if lines := s.take(); len(lines) != 2 || fmt.Sprint(log.All()) != "[graphite: part of it failed]" {
		t.Errorf("sent %q, reported %v", lines, log.All())
	}
}

// Series that are gone take no room.
func TestSeriesThatGoAreForgotten(t *testing.T) {
	s, g := newServer(t), &gatherer{}
	d, _ := newDriver(t, Config{Address: s.address(), Gatherer: g})
	for _, names := range [][]string{{"a", "b", "c"}, {"b"}, {"b", "d"}} {
		g.families = nil
		for _, name := range names {
			g.families = append(g.families, gauge(name, 1))
		}
		once(t, d)
		if lines := s.take(); len(lines) != len(names) || len(d.lines.seen) != len(names) {
			t.Errorf("%v: sent %q, %d are known", names, lines, len(d.lines.seen))
		}
	}
}

func TestEmptyFamilies(t *testing.T) {
	name := "x"
	s := newServer(t)
	g := &gatherer{families: []*dto.MetricFamily{nil, {}, {Name: &name}, {Metric: []*dto.Metric{nil, {}}}}}
	for i := range dto.MetricType_name {
		g.families = append(g.families, &dto.MetricFamily{
			Name: &name, Type: dto.MetricType(i).Enum(), Metric: []*dto.Metric{{Label: []*dto.LabelPair{nil, {}}}},
		})
	}
	d, _ := newDriver(t, Config{Address: s.address(), Gatherer: g})
	once(t, d)
}

func TestClose(t *testing.T) {
	s := newServer(t)
	g := gauge("g", 1)
	at := int64(12345678)
	g.Metric[0].TimestampMs = &at
	d, _ := newDriver(t, Config{Address: s.address(), Gatherer: &gatherer{families: []*dto.MetricFamily{g}}})
	if err := d.Close(); err != nil || fmt.Sprint(s.take()) != "[g 1 12345]" {
		t.Errorf("close: %v", err)
	}
	if err := d.Once(); !errors.Is(err, ErrClosed) {
		t.Errorf("once: %v", err)
	}
}

// What Run meets is reported, what its variants meet is returned.
func TestRunAndCloseReturnErrors(t *testing.T) {
	d, log := newDriver(t, Config{Address: newServer(t).address(), Gatherer: &gatherer{err: deliverytest.ErrBroken}})
	deliverytest.RunAndClose(t, d, log)
}

// Lines are made in space that is there already.
func TestAllocations(t *testing.T) {
	families, _ := readFamilies(t, "../testdata/metrics.prom").Gather()
	w := lineWriter{add: func([]byte) {}}
	w.init(Config{})
	deliver := func() {
		w.begin(0)
		for _, family := range families {
			w.write(family)
		}
		w.end()
	}
	deliver()
	if allocations := testing.AllocsPerRun(10, deliver); allocations > 10 { // the texts of bounds
		t.Errorf("%v allocations", allocations)
	}
}
