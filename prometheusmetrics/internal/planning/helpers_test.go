package planning

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

// world is a source, a reader of it, and the state that plans are committed to.
type world struct {
	t      testing.TB
	names  []string
	what   map[string]any
	reader *reading.Reader
	state  *State
	told   []string // reasons that were reported, with the metrics' names
	last   []*reading.Metric
}

func newWorld(t testing.TB, typed bool, config Config) *world {
	w := &world{t: t, what: make(map[string]any)}
	l := layout.Gauges(time.Nanosecond, []float64{0.5})
	if typed {
		l = layout.Typed([]float64{0.5})
	}
	config.Sources = []Source{{Layout: l}}
	if config.Rule == nil {
		config.Rule = func(string) *Rule { return &Rule{} }
	}
	wanted := reading.Wanted{Percentiles: []float64{0.5}, Buckets: typed, Window: time.Minute}
	w.reader = reading.New([]reading.Source{{Source: w, Wanted: wanted}}, nil)
	w.state = NewState(config)
	return w
}

func (w *world) Each(visit func(string, any)) {
	for _, name := range w.names {
		visit(name, w.what[name])
	}
}

// put has the source have a metric, in the place of another of the name.
func (w *world) put(name string, metric any) {
	if _, known := w.what[name]; !known {
		w.names = append(w.names, name)
	}
	w.what[name] = metric
}

func (w *world) remove(name string) {
	delete(w.what, name)
	w.names = slices.DeleteFunc(w.names, func(other string) bool { return other == name })
}

func (w *world) read() []*reading.Metric {
	w.last = w.reader.Read(reading.Limit{Timeout: time.Minute, Begin: time.Now()}).Metrics
	return w.last
}

func (w *world) plan(answers Answers) *Plan {
	p := Make(w.state, w.read(), answers)
	p.Settle(nil)
	return p
}

// flush plans and commits.
func (w *world) flush() *families.Exposition { return w.commit(w.plan(Answers{})) }

func (w *world) commit(p *Plan) *families.Exposition {
	for _, r := range p.Commit(func(_ map[string]string, change func()) { change() }) {
		w.told = append(w.told, r.Metric.Name+": "+string(r.Problem.Reason))
	}
	w.check()
	return w.state.Exposition()
}

// check looks at what must hold after every commit.
func (w *world) check() {
	w.t.Helper()
	e, series, labels, slots := w.state.Exposition(), 0, 0, make(map[uint32]bool)
	for i, f := range e.Families {
		if i > 0 && e.Families[i-1].Name >= f.Name {
			w.t.Errorf("family %s comes after %s", f.Name, e.Families[i-1].Name)
		}
		if len(f.Series) == 0 {
			w.t.Errorf("family %s is exposed without series", f.Name)
		}
		for _, s := range f.Series {
			series++
			labels += s.Labels.Len()
			if f.Type == dto.MetricType_HISTOGRAM {
				_ = e.Histograms[s.Part]
				continue
			}
			if slots[s.Slot] {
				w.t.Errorf("slot %d is that of two series", s.Slot)
			}
			slots[s.Slot] = true
		}
	}
	if e.Series != series || e.Labels != labels {
		w.t.Errorf("%d series and %d labels are counted as %d and %d", series, labels, e.Series, e.Labels)
	}
}

// shown lists families with their types, help texts and values of gauges and counters.
func shown(e *families.Exposition) []string {
	var lines []string
	for _, f := range e.DTO() {
		for _, m := range f.Metric {
			value := m.GetGauge().GetValue() + m.GetCounter().GetValue() +
				m.GetSummary().GetSampleSum() + m.GetHistogram().GetSampleSum()
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			lines = append(lines, fmt.Sprintf("%s{%s} %s %q %v", f.GetName(), strings.Join(labels, ","),
				families.TypeName(f.GetType()), f.GetHelp(), value))
		}
	}
	return lines
}

func counter(n int64, labels ...metrics.Labels) metrics.Counter {
	c := metrics.NewCounter(labels...)
	c.Inc(n)
	return c
}

func gauge(n int64, labels ...metrics.Labels) metrics.Gauge {
	g := metrics.NewGauge(labels...)
	g.Update(n)
	return g
}

func (w *world) want(when string, want ...string) {
	w.t.Helper()
	if got := shown(w.state.Exposition()); !slices.Equal(got, want) {
		w.t.Errorf("%s:\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (w *world) wantTold(when string, want ...string) {
	w.t.Helper()
	if !slices.Equal(w.told, want) {
		w.t.Errorf("%s: reported %q, want %q", when, w.told, want)
	}
	w.told = nil
}
