package prometheusmetrics_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// series is one series of an exposition, as the model compares them.
type series struct {
	typ   dto.MetricType
	value float64
}

// seriesOf returns what a gatherer has, by family and labels.
func (w *world) seriesOf(what, prefix string, gatherer prometheus.Gatherer) map[string]series {
	families, err := gatherer.Gather()
	if err != nil {
		w.errorf("%s: gathering failed: %v", what, err)
	}
	all := make(map[string]series)
	for _, family := range families {
		for _, metric := range family.Metric {
			key := seriesKey(prefix+family.GetName(), metric.Label)
			if _, twice := all[key]; twice {
				w.errorf("%s: %s is there twice", what, key)
			}
			all[key] = series{family.GetType(), valueOf(metric)}
		}
	}
	return all
}

func seriesKey(family string, labels []*dto.LabelPair) string {
	var pairs []string
	for _, pair := range labels {
		pairs = append(pairs, pair.GetName()+"="+pair.GetValue())
	}
	sort.Strings(pairs)
	return family + "{" + strings.Join(pairs, ",") + "}"
}

// valueOf is what the model counts.
func valueOf(m *dto.Metric) float64 {
	switch {
	case m.Counter != nil:
		return m.Counter.GetValue()
	case m.Summary != nil:
		return float64(m.Summary.GetSampleCount())
	case m.Histogram != nil:
		return float64(m.Histogram.GetSampleCount())
	}
	return m.Gauge.GetValue()
}

func (m seenMetric) key(f familyModel) string {
	key := f.name + "{"
	for name, value := range m.labels { // there is one at most
		key += name + "=" + value
	}
	return key + "}"
}

// refused reports whether the application has a name of the family, or had it: then
// it may be left out. So may what looks like a part of a histogram of that name.
func (w *world) refused(f familyModel) bool {
	for _, suffix := range []string{"_count", "_sum", "_bucket"} {
		if whole, found := strings.CutSuffix(f.name, suffix); found && w.spent[whole] {
			return true
		}
	}
	return slices.ContainsFunc(f.used(), func(name string) bool { return w.spent[name] })
}

// check compares what is shown with the model, on every path.
func (w *world) check() {
	synctest.Wait() // for what was released to come back, since some drivers read when they are asked
	for _, d := range w.drivers {
		if d.interval == 0 {
			d.commit() // it reads when it is asked
		}
	}
	w.awaitProbes()
	union := make(map[string]series)
	shown := make(map[*driverModel]map[string]series)
	for _, d := range w.drivers {
		what := fmt.Sprint("driver ", d.number)
		shown[d] = w.seriesOf(what, d.prefix, d)
		w.checkDriver(d, shown[d])
		for key, s := range shown[d] {
			if _, twice := union[key]; twice {
				w.errorf("%s: another driver shows %s, too", what, key)
			}
			union[key] = s
		}
		if status, body := ask(d.Handler()); status != 200 {
			w.errorf("%s: its handler answers %d %s", what, status, body)
		}
	}
	for name := range w.own {
		union[name+"{}"] = series{dto.MetricType_GAUGE, 99}
	}
	all := w.seriesOf("the registry", "", w.registry)
	for key := range union {
		if _, there := all[key]; !there && !w.isVague(key) {
			w.errorf("the registry does not show %s", key)
		}
	}
	for key, s := range all {
		if other, there := union[key]; (!there || other.typ != s.typ) && !w.isVague(key) && !w.mayCome(key, s) {
			w.errorf("the registry shows %s as %v, and no driver does", key, s)
		}
	}
	if status, body := ask(promhttpOf(w.registry)); status != 200 {
		w.errorf("/metrics answers %d %s", status, body)
	}
}

// awaitProbes gives drivers the time that they may take to find out what the
// application has.
func (w *world) awaitProbes() {
	if !w.mayClash() {
		return
	}
	for range 6 { // a series may be handed over first, for which scrapes are needed, too
		w.registry.Gather()
		time.Sleep(2 * time.Second)
	}
}

// mayClash reports whether the application has a name of a driver's.
func (w *world) mayClash() bool {
	for _, d := range w.drivers {
		for _, m := range slices.Concat(d.seen...) {
			if slices.ContainsFunc(d.families(m.metricModel), w.refused) {
				return true
			}
		}
	}
	return false
}

// mayCome reports whether a series may be one that a driver which reads at each scrape
// could have only now, since another one had just let it go.
func (w *world) mayCome(key string, s series) bool {
	for _, d := range w.drivers {
		for _, m := range slices.Concat(d.seen...) {
			for _, f := range d.families(m.metricModel) {
				if d.interval == 0 && f.typ == s.typ && m.key(f) == key {
					return true
				}
			}
		}
	}
	return false
}

// isVague reports whether a series is of a metric that may come and go by itself, or
// with a probe.
func (w *world) isVague(key string) bool {
	for _, d := range w.drivers {
		for _, m := range slices.Concat(d.seen...) {
			for _, f := range d.families(m.metricModel) {
				if (m.vague || w.refused(f)) && m.key(f) == key {
					return true
				}
			}
		}
	}
	return false
}

// checkDriver wants all that a driver shows to be of one of its metrics, of the
// right type and value, and a metric to be shown whole or not at all.
func (w *world) checkDriver(d *driverModel, got map[string]series) {
	explained := make(map[string]bool)
	for _, m := range slices.Concat(d.seen...) {
		families := d.families(m.metricModel)
		present, absent := 0, 0
		for i, f := range families {
			s, there := got[m.key(f)]
			switch {
			case there && s.typ == f.typ:
				explained[m.key(f)] = true
				present++
				if i == 0 && m.value != int64(s.value) && !m.vague && !w.ambiguous(d, m, f) && !m.broken {
					w.errorf("driver %d: %v shows %v, want %d", d.number, m, s.value, m.value)
				}
			case !w.refused(f):
				absent++
			}
		}
		if present > 0 && absent > 0 && !m.vague && !slices.ContainsFunc(families,
			func(f familyModel) bool { return w.ambiguous(d, m, f) }) {
			w.errorf("driver %d: %v is shown in part: %d series of %d", d.number, m, present, len(families))
		}
		if present > 0 && m.broken && !m.vague && !w.ambiguous(d, m, families[0]) {
			w.errorf("driver %d: %v can't be read, and is shown", d.number, m)
		}
	}
	for key, s := range got {
		if !explained[key] {
			w.errorf("driver %d: %s of type %v is of no metric that it has", d.number, key, s.typ)
		}
	}
}

// ambiguous reports whether another metric of the driver may show that series.
func (w *world) ambiguous(d *driverModel, m seenMetric, f familyModel) bool {
	for _, other := range slices.Concat(d.seen...) {
		if other.metricModel == m.metricModel {
			continue
		}
		for _, g := range d.families(other.metricModel) {
			if other.key(g) == m.key(f) {
				return true
			}
		}
	}
	return false
}

// checkBest wants every metric to be shown, unless what the application has, or a
// metric that is shown, leaves it no place.
func (w *world) checkBest() {
	type exposed struct {
		d *driverModel
		m seenMetric
	}
	var in, out []exposed
	for _, d := range w.drivers {
		got := w.seriesOf("a settled driver", d.prefix, d)
		owner := make(map[string]bool)
		for _, m := range slices.Concat(d.seen...) {
			there := false
			for i, f := range d.families(m.metricModel) {
				s, ok := got[m.key(f)]
				there = there || ok && s.typ == f.typ && (i > 0 || int64(s.value) == m.value) && !owner[m.key(f)]
			}
			// What the application has all names of holds them against others.
			if there || !slices.ContainsFunc(d.families(m.metricModel), func(f familyModel) bool { return !w.refused(f) }) {
				for _, f := range d.families(m.metricModel) {
					owner[m.key(f)] = true
				}
				in = append(in, exposed{d, m})
			} else {
				out = append(out, exposed{d, m})
			}
		}
	}
	for _, o := range out {
		if !slices.ContainsFunc(in, func(i exposed) bool { return metricsConflict(o.d, o.m, i.d, i.m) }) {
			w.errorf("driver %d: %v is left out without a reason; the driver says: %v", o.d.number, o.m, o.d.Explain())
			for _, d := range w.drivers {
				w.t.Log("DRIVER", d.number, d.prefix, d.layout, d.interval, "SEEN", d.seen, d.Explain())
			}
			w.t.Log("IN", in)
		}
	}
	for _, d := range w.drivers {
		for _, explanation := range d.Explain() {
			if explanation.Problem == nil && len(explanation.Series) == 0 {
				w.errorf("driver %d: no series and no problem: %v", d.number, explanation)
			}
		}
	}
}

func metricsConflict(d1 *driverModel, m1 seenMetric, d2 *driverModel, m2 seenMetric) bool {
	for _, f := range d1.families(m1.metricModel) {
		for _, g := range d2.families(m2.metricModel) {
			if f.conflicts(g) || m1.key(f) == m2.key(g) {
				return true
			}
		}
	}
	return false
}
