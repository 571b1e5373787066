package prometheusmetrics

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics"
)

// gaugeSeries makes a series of a gauge from pairs of names and values of labels.
func gaugeSeries(value float64, labels ...string) *dto.Metric {
	m := &dto.Metric{Gauge: &dto.Gauge{Value: &value}}
	for i := 0; i < len(labels); i += 2 {
		m.Label = append(m.Label, &dto.LabelPair{Name: &labels[i], Value: &labels[i+1]})
	}
	return m
}

func gaugeFamily(name string, all ...*dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Type: dto.MetricType_GAUGE.Enum(), Metric: all}
}

// gathers returns a gatherer that always has the same.
func gathers(err error, families ...*dto.MetricFamily) prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, err })
}

// Whatever other gatherers have, the push succeeds with all that fits, and tells
// once of what does not.
func TestPushOtherGatherers(t *testing.T) {
	withTimestamp := gaugeSeries(1, "old", "1")
	withTimestamp.TimestampMs = proto.Int64(1)
	twice := prometheus.MultiError{errors.New("collector broke"), errors.New("another, too")}
	summary := &dto.MetricFamily{Name: proto.String("c"), Type: dto.MetricType_SUMMARY.Enum(),
		Metric: []*dto.Metric{{Summary: &dto.Summary{SampleCount: proto.Uint64(1), SampleSum: proto.Float64(1)}}}}

	for name, test := range map[string]struct {
		gatherer prometheus.Gatherer
		want     map[string]string // beside the driver's
		report   string            // in what is told; empty for nothing
	}{
		"what fits": {gathers(nil, gaugeFamily("a", gaugeSeries(2), gaugeSeries(3, "x", "y"))),
			map[string]string{"a": "2", `a{x="y"}`: "3"}, ""},
		"nothing": {gathers(nil), nil, ""},
		"a failure": {gathers(errors.New("collector broke"), gaugeFamily("a", gaugeSeries(2))),
			map[string]string{"a": "2"}, "collector broke"},
		"more than one": {gathers(twice, gaugeFamily("a", gaugeSeries(2))), map[string]string{"a": "2"},
			"collector broke (and 1 more of that kind)"},
		"a panic": {prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { panic("broken") }),
			nil, "gathering panicked: broken"},
		"an error that is no pointer": {gathers((*brokenError)(nil), gaugeFamily("a", gaugeSeries(2))),
			map[string]string{"a": "2"}, "can't be read"},
		"nil": {gathers(nil, gaugeFamily("a", gaugeSeries(2)), nil, gaugeFamily("b", nil)), nil, "gathering panicked"},
		"a label of the group": {gathers(nil, gaugeFamily("a", gaugeSeries(1, "zone", "b"), gaugeSeries(2)),
			gaugeFamily("b", gaugeSeries(1, "job", "x"))),
			map[string]string{"a": "2"}, "family a is not pushed whole: label zone belongs to the group that is pushed to (and 1 more"},
		"a timestamp": {gathers(nil, gaugeFamily("a", withTimestamp, gaugeSeries(2))),
			map[string]string{"a": "2"}, "takes no timestamps"},
		"another type": {gathers(nil, gaugeFamily("a", gaugeSeries(2)), summary),
			map[string]string{"a": "2"}, "family c is left out: it conflicts with c_count"},
		"a series of the driver": {gathers(nil, gaugeFamily("c_count", gaugeSeries(2), gaugeSeries(3, "x", "y"))),
			map[string]string{`c_count{x="y"}`: "3"}, "1 series of family c_count are left out"},
		"a series twice": {gathers(nil, gaugeFamily("a", gaugeSeries(2), gaugeSeries(3))),
			map[string]string{"a": "2"}, "was collected before with the same name and label values"},
		"names of UTF-8": {gathers(nil, gaugeFamily("http.räume", gaugeSeries(2, "zo.ne", "b", "häuser", "c"))),
			map[string]string{`http_r_ume{h_user="c",zo_ne="b"}`: "2"}, ""},
		"a name of UTF-8 that becomes one of the group": {gathers(nil, gaugeFamily("a", gaugeSeries(1, "zo_né", "b")),
			gaugeFamily("1a", gaugeSeries(2))),
			map[string]string{"_1a": "2"}, "label zo_n_ belongs to the group"},
		"names of UTF-8 that become one": {gathers(nil, gaugeFamily("a", gaugeSeries(2, "x.y", "b"), gaugeSeries(3,
			"x-y", "b")), gaugeFamily("b", gaugeSeries(1, "x.y", "1", "x-y", "2"))),
			map[string]string{`a{x_y="b"}`: "2"}, "same name and label values (and 1 more of that kind)"},
	} {
		d, source, _, log := newTestDriver(t, Config{})
		metrics.GetOrRegisterCounter("c", source)
		gateway := &gatewayDouble{}
		options := PushOptions{
			Grouping:  map[string]string{"zone": "a", "zo_n_": "a"},
			Gatherers: []prometheus.Gatherer{test.gatherer},
		}
		want := map[string]string{"c_count": "0"}
		maps.Copy(want, test.want)
		for range 2 {
			if got := mustPush(t, d, gateway, options); !maps.Equal(got.figures, want) {
				t.Errorf("%s: pushed %v, want %v", name, got.figures, want)
			}
		}
		switch told := strings.Join(log.reasons(), "\n"); {
		case test.report == "" && told != "":
			t.Errorf("%s: told %q", name, told)
		case test.report != "" && (len(log.reasons()) != 1 || !strings.Contains(told, "gatherer 0: ") ||
			!strings.Contains(told, test.report)):
			t.Errorf("%s: told %q, want %q in it, once", name, told, test.report)
		case strings.Contains(told, "and 0 more"):
			t.Errorf("%s: told %q", name, told)
		}
		if got := figures(expose(t, d)); !maps.Equal(got, map[string]string{"c_count": "0"}) {
			t.Errorf("%s: the scrape shows %v", name, got)
		}
	}
}

// Of two gatherers with one series, the first has it; and the registry that the
// driver is in adds only what is not the driver's.
func TestPushGatherersInOrder(t *testing.T) {
	d, source, registry, log := newTestDriver(t, Config{})
	metrics.GetOrRegisterTimer("t", source)
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "own"}, func() float64 { return 5 }))
	got := mustPush(t, d, &gatewayDouble{}, PushOptions{Gatherers: []prometheus.Gatherer{
		registry, gathers(nil, gaugeFamily("own", gaugeSeries(1), gaugeSeries(2, "x", "y"))),
	}})
	if len(got.figures) != 16+2 || got.figures["own"] != "5" || got.figures[`own{x="y"}`] != "2" {
		t.Errorf("pushed %v", got.figures)
	}
	if told := log.reasons(); len(told) != 2 || !strings.Contains(told[0], "(and 15 more of that kind)") {
		t.Errorf("told %q", told)
	}
}

// What a gatherer returns stays as it is, since it may be used by others.
func TestPushDoesNotChangeWhatItGathers(t *testing.T) {
	family := gaugeFamily("a.b", gaugeSeries(1, "x.y", "z"), gaugeSeries(2, "job", "x"))
	families := []*dto.MetricFamily{family}
	before := proto.Clone(family)
	d, _, _, _ := newTestDriver(t, Config{OnError: func(error) {}})
	mustPush(t, d, &gatewayDouble{}, PushOptions{Gatherers: []prometheus.Gatherer{gathers(nil, families...)}})
	if families[0] != family || !proto.Equal(family, before) {
		t.Errorf("%v was changed from %v", families, before)
	}
}

// hangingGatherer comes back when it is released.
type hangingGatherer struct {
	calls   atomic.Int64
	release chan struct{}
}

func (g *hangingGatherer) Gather() ([]*dto.MetricFamily, error) {
	g.calls.Add(1)
	<-g.release
	return []*dto.MetricFamily{gaugeFamily("slow", gaugeSeries(1))}, nil
}

// Gatherers that hang cost their series and CallTimeout once, and are not called
// again until they have come back.
func TestPushGathererThatHangs(t *testing.T) {
	for name, asGatherer := range map[string]func(*hangingGatherer) prometheus.Gatherer{
		"comparable":     func(g *hangingGatherer) prometheus.Gatherer { return g },
		"not comparable": func(g *hangingGatherer) prometheus.Gatherer { return prometheus.GathererFunc(g.Gather) },
	} {
		synctest.Test(t, func(t *testing.T) {
			d, source, _, log := newTestDriver(t, Config{CallTimeout: 3 * time.Second})
			metrics.GetOrRegisterCounter("c", source)
			hanging := &hangingGatherer{release: make(chan struct{})}
			gateway := &gatewayDouble{}
			options := PushOptions{Gatherers: []prometheus.Gatherer{asGatherer(hanging), gathers(nil, gaugeFamily("a",
				gaugeSeries(2)))}}
			for i, wait := range []time.Duration{3 * time.Second, 0, 0} {
				start := time.Now()
				got := mustPush(t, d, gateway, options)
				if took := time.Since(start); took != wait {
					t.Errorf("%s: push %d took %v, want %v", name, i, took, wait)
				}
				if want := map[string]string{"c_count": "0", "a": "2"}; !maps.Equal(got.figures, want) {
					t.Errorf("%s: push %d has %v, want %v", name, i, got.figures, want)
				}
			}
			told := []string{"prometheusmetrics: push: gatherer 0 is left out: it takes longer than 3s"}
			if calls := hanging.calls.Load(); !slices.Equal(log.reasons(), told) || calls != 1 {
				t.Errorf("%s: told %q after %d calls, want %q after 1", name, log.reasons(), calls, told)
			}
			close(hanging.release)
			synctest.Wait()
			got := mustPush(t, d, gateway, options)
			if calls := hanging.calls.Load(); got.figures["slow"] != "1" || calls != 2 {
				t.Errorf("%s: pushed %v after %d calls", name, got.figures, calls)
			}
		})
	}
}

// Another gatherer in the place of one that hangs is asked.
func TestPushGathererAfterOneThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _, _, _ := newTestDriver(t, Config{})
		hanging := &hangingGatherer{release: make(chan struct{})}
		defer close(hanging.release)
		other := &hangingGatherer{release: make(chan struct{})}
		close(other.release)
		gateway := &gatewayDouble{}
		mustPush(t, d, gateway, PushOptions{Gatherers: []prometheus.Gatherer{hanging}})
		if got := mustPush(t, d, gateway, PushOptions{Gatherers: []prometheus.Gatherer{other}}); got.figures["slow"] != "1" {
			t.Errorf("pushed %v", got.figures)
		}
	})
}
