package planning

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

// obstacle is why a metric can't be admitted.
type obstacle struct {
	*problem.Problem
	blocked *entry // the series that is taken, or whose family can't be beside another
	needs   int    // series, where they are too many
	notYet  bool   // whether that is all
}

func obstruct(reason problem.Reason, err error) *obstacle {
	return &obstacle{Problem: &problem.Problem{Reason: reason, Err: err}}
}

// admit gives a metric its series: all of them, or none and a problem.
func (p *Plan) admit(m *member) {
	a, o := p.admission(m)
	if o == nil {
		o = p.add(a)
	}
	changed := p.change(m)
	if changed.notYet = o != nil && o.notYet; changed.notYet {
		return // not a problem, unless it was one
	}
	changed.relabelled, changed.tried = m.metric.Relabelled, p.answers.Changes
	if o != nil {
		changed.blocked, changed.needs = o.blocked, o.needs
		p.set(m, conditionAdmitted, o.Problem)
		return
	}
	changed.blocked, changed.needs = nil, 0
	changed.admitted, changed.visible = a, true
	p.admitted = append(p.admitted, m)
	p.set(m, conditionAdmitted, nil)
}

// refuse leaves a metric out for what another driver has.
func (p *Plan) refuse(m *member, err error) {
	changed := p.change(m)
	changed.relabelled, changed.tried, changed.blocked = m.metric.Relabelled, p.answers.Changes, nil
	p.set(m, conditionAdmitted, &problem.Problem{Reason: problem.Duplicate, Err: err})
}

// admission makes the series of a metric, whoever else may have them.
func (p *Plan) admission(m *member) (*admission, *obstacle) {
	c, metric := p.state.config, m.metric
	source := &c.Sources[metric.Source]
	name, o := c.name(m, source)
	if o != nil {
		return nil, o
	}
	own, err := c.labels(m, source)
	if err != nil {
		return nil, obstruct(problem.Label, err)
	}
	kind := m.rule.kind(metric.Kind)
	if m.rule.scale() < 0 && kind.IsDistribution() {
		return nil, obstruct(problem.Unsupported, fmt.Errorf(
			"rule %q scales it by %v, which would turn its buckets and quantiles round", m.rule.Match, m.rule.Scale))
	}
	a := &admission{
		origin:     &families.Origin{Name: metric.Name, Labels: metric.Labels},
		relabelled: metric.Relabelled,
		unit:       source.Layout.Unit(kind).Scaled(m.rule.scale()),
	}
	for _, t := range source.Layout.Templates(layout.Subject{
		Name:   name,
		Source: metric.Name,
		Help:   naming.Text(cmp.Or(m.rule.Help, metric.Description.Help)),
		Unit:   naming.Text(cmp.Or(m.rule.Unit, metric.Description.Unit)),
		Kind:   kind,
		Values: metric.Values,
	}) {
		if o := a.append(m, t, own, c); o != nil {
			return nil, o
		}
	}
	return a, nil
}

// name returns the metric's name before the layout adds to it.
func (c *Config) name(m *member, source *Source) (string, *obstacle) {
	own := cmp.Or(m.rule.Name, m.metric.Name)
	if own == "" {
		return "", obstruct(problem.Name, errors.New("it has no name"))
	}
	if source.Absolute {
		return naming.Metric(own), nil
	}
	return naming.Metric(c.Namespace, c.Subsystem, own), nil
}

// labels returns all labels of a metric's series but those a layout adds, sorted. The
// series share them, so they must not be written to.
func (c *Config) labels(m *member, source *Source) ([]naming.Label, error) {
	others := [...]map[string]string{m.metric.Values.Info, m.rule.Labels, source.Labels, c.ConstLabels}
	size := len(m.metric.Labels)
	for _, labels := range others {
		size += len(labels)
	}
	all, err := naming.AppendLabels(make([]naming.Label, 0, size), m.metric.Labels.All())
	if err != nil {
		return nil, err
	}
	for _, labels := range others {
		if all, err = naming.AppendLabels(all, maps.All(labels)); err != nil {
			return nil, err
		}
	}
	if err := naming.Sort(all); err != nil {
		return nil, err
	}
	if slices.Equal(all, []naming.Label(m.metric.Labels)) {
		return m.metric.Labels, nil // which are kept anyway
	}
	return all, nil
}

// append adds a template's series to the admission.
func (a *admission) append(m *member, t layout.Template, own []naming.Label, c *Config) *obstacle {
	if t.Type == dto.MetricType_COUNTER && strings.TrimSuffix(t.Name, "_total") == "" {
		return obstruct(problem.Name, errors.New("nothing is left of its name before _total"))
	}
	labels, err := own, error(nil)
	if len(t.Labels) > 0 {
		labels = slices.Concat(own, t.Labels)
		err = naming.Sort(labels)
	}
	if err := errors.Join(err, checkReserved(labels, t.Type)); err != nil {
		return obstruct(problem.Label, err)
	}
	wrapped := labels
	if len(c.Wrapped) > 0 {
		wrapped = append(append([]naming.Label(nil), labels...), c.Wrapped...)
		if err := naming.Sort(wrapped); err != nil {
			return obstruct(problem.Label, fmt.Errorf("%w, once by the registerer that wraps the registry", err))
		}
	}
	if len(labels) == 0 {
		labels = nil
	}
	e := &entry{
		member: m, admission: a, family: t.Name, key: naming.Series(c.Prefix+t.Name, wrapped),
		labels: labels, typ: t.Type, help: t.Help, unit: t.Unit, quantiles: t.Quantiles, offset: len(a.statistics),
	}
	if t.Type != dto.MetricType_GAUGE {
		a.total = e
	}
	a.entries = append(a.entries, e)
	a.statistics = append(a.statistics, t.Statistics...)
	return nil
}

// checkReserved refuses the labels that Prometheus itself adds to a type.
func checkReserved(labels []naming.Label, typ dto.MetricType) error {
	for _, l := range labels {
		if typ == dto.MetricType_HISTOGRAM && l.Name == "le" || typ == dto.MetricType_SUMMARY && l.Name == "quantile" {
			return fmt.Errorf("label %q is reserved in a %s", l.Name, families.TypeName(typ))
		}
	}
	return nil
}

// add puts an admission's series into their families, or none of them.
func (p *Plan) add(a *admission) *obstacle {
	limit := p.state.config.MaxSeries
	if needs := len(a.entries); limit > 0 && p.claimed+needs > limit {
		o := obstruct(problem.Limit, fmt.Errorf("the limit of %d series is reached", limit))
		o.needs = needs
		return o
	}
	for i, e := range a.entries {
		if o := p.addEntry(e); o != nil {
			for _, added := range a.entries[:i] {
				p.takeBack(added)
			}
			return o
		}
	}
	p.claimed += len(a.entries)
	return nil
}

func (p *Plan) addEntry(e *entry) *obstacle {
	if err, refused := p.answers.Refused[e.claimKey()]; refused {
		o := obstruct(problem.Duplicate, err)
		o.notYet = errors.Is(err, sharing.ErrNotYet)
		return o
	}
	if other := p.holder(e.key); other != nil {
		o := obstruct(problem.Duplicate,
			fmt.Errorf("series %s is exposed by metric %s", strings.ToValidUTF8(e.key, "?"), other.origin()))
		o.blocked = e
		return o
	}
	if o := p.conflict(e); o != nil {
		return o
	}
	d := p.draft(e.family)
	d.added = append(d.added, e)
	p.series[e.key] = e
	for _, name := range families.Names(e.family, e.typ)[1:] {
		p.users[name] = e.family
	}
	return nil
}

// takeBack undoes addEntry, but for the names in users, which count only while there
// is such a family.
func (p *Plan) takeBack(e *entry) {
	d := p.drafts[e.family]
	d.added = d.added[:len(d.added)-1] // it came last
	delete(p.series, e.key)
}

// holder returns who will have a series.
func (p *Plan) holder(key string) *entry {
	if e, added := p.series[key]; added {
		return e
	}
	if e, held := p.state.series[key]; held && !p.isReleased(e) {
		return e
	}
	return nil
}

// conflict says which family is in the way of an entry's.
func (p *Plan) conflict(e *entry) *obstacle {
	d := p.rival(e)
	if d == nil {
		return nil
	}
	mine := sharing.Family{Name: e.family, Type: e.typ}
	with := sharing.Family{Name: d.name, Type: d.typ(), Metric: d.metric()}
	o := obstruct(problem.Duplicate, sharing.Conflict(mine, with))
	o.blocked = e
	return o
}

// rival returns the family that an entry's can't be beside, if there will be one.
func (p *Plan) rival(e *entry) *draft {
	if d := p.existing(e.family); d != nil {
		if d.typ() == e.typ {
			return nil
		}
		return d
	}
	for _, name := range families.Names(e.family, e.typ) {
		if d := p.user(name); d != nil {
			return d
		}
	}
	return nil
}

// existing returns the draft of a family if there will be such a family. It makes no
// draft that changes anything.
func (p *Plan) existing(name string) *draft {
	d, drafted := p.drafts[name]
	if !drafted {
		base, held := p.state.families[name]
		if !held {
			return nil
		}
		d = &draft{name: name, base: base}
	}
	if d.isEmpty() {
		return nil
	}
	return d
}

// user returns the family that will use a name, be it that of one of its samples.
func (p *Plan) user(name string) *draft {
	if d := p.existing(name); d != nil {
		return d
	}
	if family, used := p.users[name]; used {
		if d := p.existing(family); d != nil {
			return d
		}
	}
	if f, used := p.state.users[name]; used {
		if d := p.existing(f.name); d != nil && d.typ() == f.typ {
			return d
		}
	}
	return nil
}

// isTaken reports whether a series still can't be had.
func (p *Plan) isTaken(e *entry) bool {
	return p.holder(e.key) != nil || p.rival(e) != nil
}

// decrease is the problem of a total that is less than what was committed last,
// without having been cleared: Prometheus takes that for a restart, and rate() for
// events. Nil if it is none.
func (s *State) decrease(m *member, a *admission) *problem.Problem {
	before, now, created := s.totals(m, a)
	if now >= before || !created.Equal(m.metric.Values.Created) {
		return nil
	}
	advice := ""
	if kind := m.rule.kind(m.metric.Kind); kind == reading.Counter || kind == reading.Meter {
		advice = "; a rule with AsGauge shows it as a gauge"
	}
	return problem.New(problem.Decreased,
		"its count is exposed as a counter and went down from %v to %v%s", before, now, advice)
}

// totals returns a total as it was committed last and as it is now, and when the
// former began to count.
func (s *State) totals(m *member, a *admission) (before, now float64, created time.Time) {
	e, values, last := a.total, m.metric.Values, s.exposition
	if e.typ == dto.MetricType_HISTOGRAM {
		h := &last.Histograms[e.series.Part]
		return float64(h.Count), float64(values.Stats.Count), h.Created
	}
	now = a.statistics[e.offset].Of(values, unit.One)
	return last.Numbers[e.series.Slot], now, last.Parts[e.series.Part].Created
}
