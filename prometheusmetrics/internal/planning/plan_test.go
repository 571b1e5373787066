package planning

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
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
	e, series, labels, slots := w.state.Exposition(), 0, 0, make(map[int]bool)
	for i, f := range e.Families {
		if i > 0 && e.Families[i-1].Name >= f.Name {
			w.t.Errorf("family %s comes after %s", f.Name, e.Families[i-1].Name)
		}
		for _, s := range f.Series {
			series++
			labels += len(s.Labels)
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

// TestPlansChangeNothing: of plans that are dropped nothing is left, and one that is
// made again is the same.
func TestPlansChangeNothing(t *testing.T) {
	w := newWorld(t, true, Config{MaxSeries: 3})
	w.put("a", counter(1))
	w.put("b", gauge(2))
	w.flush()
	before := shown(w.state.Exposition())
	w.put("a", gauge(7))
	w.put("c", counter(3))
	w.put("c.", counter(4))
	w.remove("b")
	for range 3 {
		w.plan(Answers{})
		if got := shown(w.state.Exposition()); !slices.Equal(got, before) {
			t.Errorf("a plan that was dropped shows %q, before it %q", got, before)
		}
	}
	if w.told != nil || len(w.state.families) != 2 || w.state.numbers.length != 2 {
		t.Errorf("dropped plans reported %q, and left %d families", w.told, len(w.state.families))
	}
	w.flush()
	w.want("after a commit", `a{} gauge "a" 7`, `c__total{} counter "c." 4`, `c_total{} counter "c" 3`)
}

// TestEveryFlushShowsTheLatest: values, not only metrics.
func TestEveryFlushShowsTheLatest(t *testing.T) {
	for _, typed := range []bool{false, true} {
		w := newWorld(t, typed, Config{})
		c, timer := metrics.NewCounter(), metrics.NewTimer()
		h := metrics.NewHistogram(metrics.NewBucketSample(0.05))
		w.put("c", c)
		w.put("t", timer)
		w.put("h", h)
		idle := metrics.NewHistogram(metrics.NewBucketSample(0.05))
		idle.Update(1)
		w.put("idle", idle)
		var last *families.Exposition
		for round := range 4 {
			c.Inc(1)
			timer.Update(time.Second)
			if round != 2 {
				h.Update(10)
			}
			e := w.flush()
			text := strings.Join(shown(e), "\n")
			for _, want := range []string{fmt.Sprintf(" %d", round+1), fmt.Sprintf(" %d", []int{10, 20, 20, 30}[round])} {
				if !strings.Contains(text, want) {
					t.Errorf("typed %v, round %d: no %q in\n%s", typed, round, want, text)
				}
			}
			if last != nil && &last.Families[0] != &e.Families[0] {
				t.Errorf("typed %v, round %d: nothing came or went, and families are others", typed, round)
			}
			last = e
		}
	}
}

// TestTypeChanges: a name that becomes another type is that type, with its help, from
// the same flush on, whatever it was.
func TestTypeChanges(t *testing.T) {
	makers := map[string]func() any{
		"counter": func() any { return counter(1) },
		"gauge":   func() any { return gauge(2) },
		"timer":   func() any { return metrics.NewTimer() },
		"histogram": func() any {
			return metrics.NewHistogram(metrics.NewBucketSample(0.05))
		},
		"meter": func() any { return metrics.NewMeter() },
	}
	for _, typed := range []bool{false, true} {
		for from, before := range makers {
			for to, after := range makers {
				w := newWorld(t, typed, Config{})
				w.put("x", before())
				w.flush()
				w.put("x", after())
				got := shown(w.flush())
				fresh := newWorld(t, typed, Config{})
				fresh.put("x", after())
				if want := shown(fresh.flush()); !slices.Equal(stripRates(got), stripRates(want)) {
					t.Errorf("typed %v, %s to %s: %q, want %q", typed, from, to, got, want)
				}
				w.wantTold(from + " to " + to)
			}
		}
	}
}

// stripRates takes out the rates since the start, which depend on the time.
func stripRates(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.Contains(l, "_rate_mean") })
}

// TestHelpOfOneWhoIsThere: a family has the help of a metric that it has, that of the
// one who was there first.
func TestHelpOfOneWhoIsThere(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("b.x", counter(1, metrics.Labels{"l": "1"}))
	w.flush()
	w.put("b-x", counter(2, metrics.Labels{"l": "2"}))
	w.put("b/x", counter(3, metrics.Labels{"l": "3"}))
	w.flush()
	w.want("with newcomers", `b_x_count{l=1} gauge "b.x: current count" 1`,
		`b_x_count{l=2} gauge "b.x: current count" 2`, `b_x_count{l=3} gauge "b.x: current count" 3`)
	w.remove("b.x")
	w.flush()
	w.want("when it has gone",
		`b_x_count{l=2} gauge "b-x: current count" 2`, `b_x_count{l=3} gauge "b-x: current count" 3`)
	w.put("b_x", counter(4, metrics.Labels{"l": "2"}))
	w.remove("b-x")
	w.flush()
	w.want("when it is replaced",
		`b_x_count{l=2} gauge "b/x: current count" 4`, `b_x_count{l=3} gauge "b/x: current count" 3`)
	w.wantTold("never")
}

// TestFirstInByteOrder: among newcomers, and not before who is there.
func TestFirstInByteOrder(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a_b", counter(2))
	w.put("a.b", counter(1))
	w.flush()
	w.want("newcomers", `a_b_count{} gauge "a.b: current count" 1`)
	w.wantTold("newcomers", "a_b: duplicate")
	w.put("a-b", counter(3))
	w.flush()
	w.want("with a later one", `a_b_count{} gauge "a.b: current count" 1`)
	w.wantTold("with a later one", "a-b: duplicate")
	w.remove("a.b")
	w.flush()
	w.want("when it has gone", `a_b_count{} gauge "a-b: current count" 3`)
	w.put("a.b", counter(1))
	w.flush()
	w.wantTold("when it is back", "a.b: duplicate")
}

// TestAllOrNothing: a metric of which one series can't be had has none, and takes
// nothing away from others.
func TestAllOrNothing(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("m_rate_15min", metrics.NewFunctionalGauge(func() int64 { return 1 }))
	w.put("a", counter(1))
	w.flush()
	w.put("a_count_rate", gauge(1))
	w.put("a.", metrics.NewMeter()) // a__count and rates
	w.flush()
	families := len(w.state.families)
	w.put("a ", metrics.NewTimer()) // clashes with the meter's in the count
	w.flush()
	if len(w.state.families) != families {
		t.Errorf("%d families after a metric was refused, %d before", len(w.state.families), families)
	}
	w.wantTold("refused", "a : duplicate")
	w.remove("a.")
	w.flush()
	if len(w.state.families) <= families {
		t.Error("it is not let in when there is room")
	}
}

// TestConflictsBetweenFamilies: in the typed layout names of samples count, in both
// orders, and are free again when who had them has gone.
func TestConflictsBetweenFamilies(t *testing.T) {
	h := func() any { return metrics.NewHistogram(metrics.NewBucketSample(0.05)) }
	for _, test := range []struct {
		first  string
		a      any
		second string
		b      any
		want   string
	}{
		{"h", h(), "h_sum", gauge(1), "family h_sum (gauge) conflicts with h (histogram), exposed by metric h"},
		{"h_sum", gauge(1), "h", h(), "family h (histogram) conflicts with h_sum (gauge), exposed by metric h_sum"},
		{"c", gauge(1), "c_total", counter(1), "family c_total (counter) conflicts with c (gauge), exposed by metric c"},
		{"c_total", counter(1), "c", gauge(1),
			"family c (gauge) conflicts with c_total (counter), exposed by metric c_total"},
	} {
		for _, together := range []bool{false, true} {
			w := newWorld(t, true, Config{})
			w.put(test.first, test.a)
			if !together {
				w.flush()
			} else if test.first > test.second {
				continue // the order would be another
			}
			w.put(test.second, test.b)
			p := w.plan(Answers{})
			if len(p.reports) != 1 || p.reports[0].Problem.Err.Error() != test.want {
				t.Errorf("%s, then %s: reported %v", test.first, test.second, p.reports)
			}
			w.commit(p)
			w.remove(test.first)
			if e := w.flush(); len(e.Families) != 1 || e.Families[0].Name != test.second {
				t.Errorf("%s is not exposed when %s has gone: %q", test.second, test.first, shown(e))
			}
		}
	}
}

// TestRefusedByOthers: what another driver has is a duplicate, and tried again when
// something has changed there.
func TestRefusedByOthers(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1))
	refused := map[sharing.Key]error{gaugeKey("a_count"): errors.New("exposed elsewhere")}
	for range 2 {
		w.commit(w.plan(Answers{Refused: refused, Changes: 1}))
		w.want("refused")
	}
	w.wantTold("refused", "a: duplicate")
	w.commit(w.plan(Answers{Changes: 1}))
	w.want("without a change")
	w.commit(w.plan(Answers{Changes: 2}))
	w.want("after a change", `a_count{} gauge "a: current count" 1`)
	w.commit(w.plan(Answers{Refused: refused, Changes: 2}))
	w.want("lost to another driver")
	w.wantTold("lost to another driver", "a: duplicate")
}

// TestClaims are the new series, no others.
func TestClaims(t *testing.T) {
	w := newWorld(t, false, Config{Prefix: "p_"})
	w.put("a", counter(1))
	claims := func(p *Plan) (keys []string) {
		for c := range p.Claims() {
			keys = append(keys, c.Series)
			if c.Family.Name != "p_"+strings.TrimPrefix(c.Series, "p_") {
				t.Errorf("family %s of series %s", c.Family.Name, c.Series)
			}
		}
		return keys
	}
	p := w.plan(Answers{})
	if got := claims(p); !slices.Equal(got, []string{"p_a_count"}) {
		t.Errorf("claims are %q", got)
	}
	w.commit(p)
	w.put("b", counter(1))
	if got := claims(w.plan(Answers{})); !slices.Equal(got, []string{"p_b_count"}) {
		t.Errorf("claims are %q", got)
	}
}

// TestLimit is reported once with the number, again when that has changed much, and
// costs nothing as long as it is reached.
func TestLimit(t *testing.T) {
	w := newWorld(t, false, Config{MaxSeries: 12})
	w.put("a", metrics.NewMeter())
	for i := range 10 {
		w.put(fmt.Sprint("m", i), metrics.NewMeter())
	}
	for range 3 {
		w.flush()
	}
	w.wantTold("reached", "m1: limit")
	if got := w.state.Exposition().Series; got != 10 {
		t.Errorf("%d series are exposed", got)
	}
	w.put("c", counter(1)) // for which there is room
	w.flush()
	if got := w.state.Exposition().Series; got != 11 {
		t.Errorf("%d series are exposed", got)
	}
	for i := range 12 {
		w.put(fmt.Sprint("n", i), metrics.NewMeter())
	}
	w.flush()
	w.wantTold("changed much", "m1: limit")
	metricsRead := w.read()
	if n := testing.AllocsPerRun(10, func() { Make(w.state, metricsRead, Answers{}) }); n > 20 {
		t.Errorf("a plan under the limit allocates %v times", n)
	}
	for _, name := range slices.Clone(w.names) {
		if name != "a" && name != "m3" {
			w.remove(name)
		}
	}
	w.flush()
	if got := w.state.Exposition().Series; got != 10 || w.state.limited != 0 {
		t.Errorf("%d series are exposed, %d metrics left out", got, w.state.limited)
	}
	w.wantTold("not reached")
	w.put("m4", metrics.NewMeter())
	w.flush()
	w.wantTold("reached again", "m4: limit")
}

// TestDecrease comes and goes, and is not reported of what was cleared or is the same.
func TestDecrease(t *testing.T) {
	w := newWorld(t, true, Config{})
	c := counter(10)
	w.put("c", c)
	w.flush()
	for _, test := range []struct {
		change func()
		told   []string
	}{
		{func() { c.Inc(1) }, nil},
		{func() { c.Dec(5) }, []string{"c: decreased"}},
		{func() { c.Dec(1) }, nil}, // goes on
		{func() { c.Inc(1) }, nil},
		{func() { c.Dec(3) }, []string{"c: decreased"}},
		{func() {}, nil},
		{func() { c.Clear() }, nil},
	} {
		test.change()
		w.flush()
		w.wantTold("decrease", test.told...)
	}
	c.Inc(5)
	w.flush()
	c.Dec(1)
	p := Make(w.state, w.read(), Answers{Again: true})
	p.Settle(nil)
	if len(p.reports) > 0 {
		t.Errorf("with the values of the last plan: %v", p.reports)
	}
}

var notYet = map[sharing.Key]error{gaugeKey("a_count"): sharing.ErrNotYet}

func gaugeKey(series string) sharing.Key {
	return sharing.Key{Series: series, Type: dto.MetricType_GAUGE}
}

// TestNotYet: what waits for another driver is no problem, and tried until it is there.
func TestNotYet(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1))
	for range 2 {
		w.commit(w.plan(Answers{Refused: maps.Clone(notYet), Changes: 1}))
		w.want("not yet")
	}
	w.commit(w.plan(Answers{Changes: 1}))
	w.want("now", `a_count{} gauge "a: current count" 1`)
	w.wantTold("never")
}
