package statsd

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery/deliverytest"
)

// What each type becomes, in both formats; and again, when nothing has changed.
func TestGolden(t *testing.T) {
	for name, config := range map[string]Config{
		"dogstatsd": {Prefix: "shop.eu"},
		"statsd":    {Format: FormatStatsD},
	} {
		t.Run(name, func(t *testing.T) {
			config.Gatherer = readFamilies(t, "../testdata/metrics.prom")
			s := newServer(t)
			d, log := newDriver(t, s, config)
			once(t, d)
			checkGolden(t, "testdata/"+name+".txt", s.lines())
			s.packets = nil
			once(t, d)
			if lines := s.lines(); strings.Contains(lines, "|c") || !strings.Contains(lines, "|g") {
				t.Errorf("when nothing has changed it sends\n%s", lines)
			}
			if errs := log.Texts(); len(errs) > 0 {
				t.Errorf("reported %q", errs)
			}
		})
	}
}

func TestCountersAreDifferences(t *testing.T) {
	registry := prometheus.NewRegistry()
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "c"})
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "h", Buckets: []float64{1}})
	registry.MustRegister(c, h)
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: registry})
	for i := range 10 {
		c.Add(float64(i))
		h.Observe(float64(i)/4 - 1)
		once(t, d)
	}
	for key, want := range map[string]float64{
		"c": 45, "h_count": 10, "h_sum": 45/4. - 10, "h_bucket|#le:1": 9, "h_bucket|#le:+Inf": 10,
	} {
		if got := s.counters[key]; got != want {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
}

// No gauge has the name of a metric that has counters with _count and _sum: once
// statsd_exporter knows one, it refuses such counters with labels that are new to it.
func TestQuantilesHaveANameOfTheirOwn(t *testing.T) {
	registry := prometheus.NewRegistry()
	vec := prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Name: "x", Objectives: map[float64]float64{0.5: 0.05}, MaxAge: time.Hour,
	}, []string{"shop"})
	registry.MustRegister(vec)
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: registry})
	for i, shop := range []string{"north", "south"} {
		vec.WithLabelValues(shop).Observe(7)
		once(t, d)
		if got := s.counters["x_count|#shop:"+shop]; got != 1 {
			t.Errorf("delivery %d: the count of %s is %v", i, shop, got)
		}
		if got := s.gauges["x_quantile|#shop:"+shop+",quantile:0.5"]; got != 7 {
			t.Errorf("delivery %d: the quantile of %s is %v, of %v", i, shop, got, s.gauges)
		}
	}
	for key := range s.gauges {
		if name, _, _ := strings.Cut(key, "|"); name == "x" {
			t.Errorf("there is a gauge %s", key)
		}
	}
}

// distribution is a family of one histogram or summary.
func distribution(typ dto.MetricType, count uint64, sum float64, created int64) []*dto.MetricFamily {
	name, bound, below := "d", 1.0, count-1
	began := &timestamppb.Timestamp{Seconds: created}
	metric := &dto.Metric{Summary: &dto.Summary{SampleCount: &count, SampleSum: &sum, CreatedTimestamp: began}}
	if typ != dto.MetricType_SUMMARY {
		metric = &dto.Metric{Histogram: &dto.Histogram{
			SampleCount: &count, SampleSum: &sum, CreatedTimestamp: began,
			Bucket: []*dto.Bucket{{UpperBound: &bound, CumulativeCount: &below}},
		}}
	}
	return []*dto.MetricFamily{{Name: &name, Type: &typ, Metric: []*dto.Metric{metric}}}
}

// Where a distribution begins anew, all of it does; one that may go down has gauges.
func TestDistributionsBeginAnew(t *testing.T) {
	for _, typ := range []dto.MetricType{
		dto.MetricType_SUMMARY, dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM,
	} {
		g, s := &gatherer{}, newServer(t)
		d, log := newDriver(t, s, Config{Gatherer: g})
		for i, step := range []struct {
			count                       uint64
			sum                         float64
			created                     int64
			totalCount, totalSum, below float64
		}{
			{2, 4, 1, 2, 4, 1}, {3, 5, 1, 3, 5, 2}, {3, 5, 2, 6, 10, 4}, {2, 6, 2, 8, 16, 5}, {2, 6, 2, 8, 16, 5},
		} {
			g.families = distribution(typ, step.count, step.sum, step.created)
			once(t, d)
			got, want := s.counters, []float64{step.totalCount, step.totalSum, step.below, step.totalCount}
			if typ == dto.MetricType_GAUGE_HISTOGRAM {
				got, want = s.gauges, []float64{float64(step.count), step.sum, float64(step.count - 1), float64(step.count)}
			}
			for j, key := range []string{"d_count", "d_sum", "d_bucket|#le:1", "d_bucket|#le:+Inf"} {
				if j >= 2 && typ == dto.MetricType_SUMMARY {
					continue
				}
				if got[key] != want[j] {
					t.Errorf("%v, step %d: %s is %v, want %v", typ, i, key, got[key], want[j])
				}
			}
		}
		checkTexts(t, log.Texts())
	}
}

// A name may become one of another type, and a counter may have no value for a while.
func TestTypesThatChange(t *testing.T) {
	g, s := &gatherer{}, newServer(t)
	d, log := newDriver(t, s, Config{Gatherer: g})
	typ := dto.MetricType_GAUGE
	gauge := func(v float64) *dto.MetricFamily {
		family := counterFamily("c", 0)
		family.Type, family.Metric[0].Counter, family.Metric[0].Gauge = &typ, nil, &dto.Gauge{Value: &v}
		return family
	}
	for i, step := range []struct {
		family         *dto.MetricFamily
		counter, gauge float64
	}{
		{gauge(5), 0, 5}, {counterFamily("c", 3), 3, 5}, {counterFamily("c", math.NaN()), 3, 5}, {counterFamily("c", 4), 4, 5},
		{gauge(7), 4, 7}, {counterFamily("c", 2), 6, 7},
	} {
		g.families = []*dto.MetricFamily{step.family}
		once(t, d)
		if s.counters["c"] != step.counter || s.gauges["c"] != step.gauge {
			t.Errorf("step %d: counter %v, gauge %v, want %v and %v", i, s.counters["c"], s.gauges["c"], step.counter, step.gauge)
		}
	}
	checkTexts(t, log.Texts())
}

// A source that begins anew is known by a value that went down, or by the time when it
// began to count.
func TestRestartsOfTheSource(t *testing.T) {
	value := func(v float64, created int64) []*dto.MetricFamily {
		family := counterFamily("c", v)
		family.Metric[0].Counter.CreatedTimestamp = &timestamppb.Timestamp{Seconds: created}
		return []*dto.MetricFamily{family}
	}
	g := &gatherer{}
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: g})
	for _, step := range []struct{ value, created, total float64 }{
		{10, 1, 10}, {12, 1, 12}, {3, 1, 15}, {5, 2, 20}, {7, 2, 22}, {7, 3, 29},
	} {
		g.families = value(step.value, int64(step.created))
		once(t, d)
		if got := s.counters["c"]; got != step.total {
			t.Errorf("after %v the server has %v, want %v", step.value, got, step.total)
		}
	}
}

// The sum of a distribution may go down while its count does not.
func TestSumsMayGoDown(t *testing.T) {
	count, sum, name := uint64(1), 10.0, "s"
	g := &gatherer{families: []*dto.MetricFamily{{
		Name: &name, Type: dto.MetricType_SUMMARY.Enum(),
		Metric: []*dto.Metric{{Summary: &dto.Summary{SampleCount: &count, SampleSum: &sum}}},
	}}}
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: g})
	once(t, d)
	count, sum = 2, 7
	once(t, d)
	if got := s.counters["s_sum"]; got != 7 {
		t.Errorf("the sum is %v, want 7", got)
	}
	count, sum = 1, 100 // begun anew
	once(t, d)
	if got := s.counters["s_sum"]; got != 107 {
		t.Errorf("the sum is %v, want 107", got)
	}
}

// A series that is gone may still be owed something, and may come back.
func TestSeriesThatGoAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gatherer{families: []*dto.MetricFamily{counterFamily("c", 5)}}
		s := newServer(t)
		d, _ := newDriver(t, s, Config{Gatherer: g})
		s.fails = func(int) error { return errRefused }
		if err := d.Once(); !errors.Is(err, errRefused) {
			t.Fatalf("got %v", err)
		}
		g.families, s.fails = nil, nil
		once(t, d)
		if s.counters["c"] != 5 {
			t.Errorf("the server has %v", s.counters)
		}
		time.Sleep(10 * time.Minute)
		g.families = []*dto.MetricFamily{counterFamily("c", 6)}
		once(t, d)
		if s.counters["c"] != 6 {
			t.Errorf("the server has %v", s.counters)
		}
		g.families = nil
		once(t, d)
		time.Sleep(2 * forgetAfter)
		g.err = errors.New("no") // so that nothing is known to be gone
		g.families = []*dto.MetricFamily{counterFamily("other", 1)}
		once(t, d)
		if len(d.series.all) != 2 {
			t.Errorf("remembered are %v", d.series.all)
		}
		g.err = nil
		once(t, d)
		if len(d.series.all) != 1 {
			t.Errorf("remembered are %v", d.series.all)
		}
	})
}

func TestWhatIsLeftOutIsReportedOnce(t *testing.T) {
	long := strings.Repeat("x", udpPacketSize)
	g := &gatherer{families: []*dto.MetricFamily{
		counterFamily("long", 1, "label", long), counterFamily("a b", 1), counterFamily("a_b", 2),
	}}
	s := newServer(t)
	d, log := newDriver(t, s, Config{Gatherer: g})
	for range 3 {
		once(t, d)
	}
	if len(s.counters) != 1 || s.counters["a_b"] != 1 {
		t.Errorf("the server has %v", s.counters)
	}
	checkTexts(t, log.Texts(),
		`statsd: family a_b: 1 series left out, among them "a_b": another series has the same name and tags`,
		`statsd: family long: 1 series left out, among them "long|#label:`+long[:200-len("long|#label:")]+
			`": the line is longer than a packet`)
	if !errors.Is(log.All()[0], ErrDuplicate) || !errors.Is(log.All()[1], ErrTooLong) {
		t.Errorf("the errors wrap none of ours: %v", log.All())
	}
	g.families = g.families[2:]
	once(t, d)
	g.families = append(g.families, counterFamily("a-b", 1), counterFamily("a b", 9))
	once(t, d)
	if got := len(log.Texts()); got != 3 {
		t.Errorf("%d reports, want another of the duplicate", got)
	}
}

func TestGatherers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(3 * time.Hour) }) // last, for what hangs
		g := &gatherer{families: []*dto.MetricFamily{counterFamily("c", 5)}, err: errors.New("part of it failed")}
		s := newServer(t)
		d, log := newDriver(t, s, Config{Gatherer: g})
		once(t, d)
		once(t, d)
		if s.counters["c"] != 5 {
			t.Errorf("the server has %v", s.counters)
		}
		checkTexts(t, log.Texts(), "statsd: part of it failed")
		g.families = nil
		if err := d.Once(); err == nil || err.Error() != "statsd: part of it failed" {
			t.Errorf("got %v", err)
		}
		for what, gather := range map[string]func() ([]*dto.MetricFamily, error){
			"gatherer: it panicked: boom":          func() ([]*dto.MetricFamily, error) { panic("boom") },
			"gatherer: its goroutine was ended":    func() ([]*dto.MetricFamily, error) { runtime.Goexit(); return nil, nil },
			"gatherer has not come back after 10s": func() ([]*dto.MetricFamily, error) { time.Sleep(time.Hour); return nil, nil },
		} {
			d, _ := newDriver(t, s, Config{Gatherer: prometheus.GathererFunc(gather)})
			if err := d.Once(); err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("got %v, want %s", err, what)
			}
		}
	})
}

// A hostile gatherer may hand out anything.
func TestEmptyFamilies(t *testing.T) {
	name := "x"
	g := &gatherer{families: []*dto.MetricFamily{nil, {}, {Name: &name}, {Metric: []*dto.Metric{nil, {}}}}}
	for i := range dto.MetricType_name {
		g.families = append(g.families, &dto.MetricFamily{
			Name: &name, Type: dto.MetricType(i).Enum(), Metric: []*dto.Metric{{Label: []*dto.LabelPair{nil, {}}}},
		})
	}
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: g})
	once(t, d)
}

func TestGaugesThatAreNoNumbers(t *testing.T) {
	registry := prometheus.NewRegistry()
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "g"})
	registry.MustRegister(g)
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: registry})
	for _, v := range []float64{1, math.NaN(), math.Inf(1), -3, math.Inf(-1), math.Copysign(0, -1), -1e300, 5e-324, 7} {
		g.Set(v)
		once(t, d)
		if got, sent := s.gauges["g"]; isFinite(v) && (!sent || got != v) {
			t.Errorf("the server has %v, want %v", got, v)
		}
	}
}

func TestNewRefusesWhatMakesNoSense(t *testing.T) {
	for field, config := range map[string]Config{
		"Address":    {Address: "http://localhost"},
		"Format":     {Format: 7},
		"Prefix":     {Prefix: "a:1|c\nb"},
		"PacketSize": {PacketSize: -1},
		"Interval":   {Interval: -1},
		"Timeout":    {Timeout: -1},
	} {
		_, err := New(config)
		var wrong *ConfigError
		if !errors.As(err, &wrong) || wrong.Field != field || !strings.HasPrefix(err.Error(), "statsd: Config."+field+": ") {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]target{
		"":                      {"udp", "127.0.0.1:8125"},
		"statsd":                {"udp", "statsd:8125"},
		"statsd:9125":           {"udp", "statsd:9125"},
		":9125":                 {"udp", "127.0.0.1:9125"},
		"udp://statsd:9125":     {"udp", "statsd:9125"},
		"::1":                   {"udp", "[::1]:8125"},
		"[::1]":                 {"udp", "[::1]:8125"},
		"[::1]:9125":            {"udp", "[::1]:9125"},
		"/run/statsd":           {"unixgram", "/run/statsd"},
		"unix:///run/statsd":    {"unixgram", "/run/statsd"},
		"unixgram://run/statsd": {"unixgram", "run/statsd"},
	} {
		if got, err := parseAddress(address); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", address, got, err, want)
		}
	}
	for _, address := range []string{"tcp://a:1", "unix://", "a:b:c", "user@a:1", "a:", "udp://a/b"} {
		if got, err := parseAddress(address); err == nil {
			t.Errorf("%q is %v", address, got)
		}
	}
}

func TestClose(t *testing.T) {
	s := newServer(t)
	d, _ := newDriver(t, s, Config{Gatherer: &gatherer{families: []*dto.MetricFamily{counterFamily("c", 5)}}})
	if err := d.Close(); err != nil || s.counters["c"] != 5 {
		t.Errorf("close sent %v: %v", s.counters, err)
	}
	if err := d.Once(); !errors.Is(err, ErrClosed) {
		t.Errorf("once: %v", err)
	}
	if d.writer.conn != nil {
		t.Error("the connection is open")
	}
}

// What Run meets is reported, what its variants meet is returned.
func TestRunAndCloseReturnErrors(t *testing.T) {
	d, log := newDriver(t, newServer(t), Config{Gatherer: &gatherer{err: deliverytest.ErrBroken}})
	deliverytest.RunAndClose(t, d, log)
}
