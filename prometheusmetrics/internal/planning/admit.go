package planning

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
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
	if o != nil {
		p.leaveOut(m, o)
		return
	}
	changed := p.change(m)
	changed.admitted, changed.visible = a, true
	if changed.trouble != nil {
		t := p.trouble(m)
		t.notYet, t.blocked, t.needs = false, nil, 0
	}
	p.admitted = append(p.admitted, m)
	p.set(m, conditionAdmitted, nil)
}

// leaveOut notes why a metric has no series.
func (p *Plan) leaveOut(m *member, o *obstacle) {
	t := p.trouble(m)
	if t.notYet = o.notYet; o.notYet {
		return // not a problem, unless it was one
	}
	t.relabelled, t.tried = m.metric.Relabelled, p.answers.Changes
	t.blocked, t.needs = o.blocked, o.needs
	p.set(m, conditionAdmitted, o.Problem)
}

// refuse leaves a metric out for what another driver has.
func (p *Plan) refuse(m *member, err error) {
	t := p.trouble(m)
	t.relabelled, t.tried, t.blocked = m.metric.Relabelled, p.answers.Changes, nil
	p.set(m, conditionAdmitted, &problem.Problem{Reason: problem.Duplicate, Err: err})
}

// admission makes the series of a metric, whoever else may have them.
func (p *Plan) admission(m *member) (*admission, *obstacle) {
	f, o := p.formOf(m)
	if o != nil {
		return nil, o
	}
	c := p.state.config
	if err := p.scratch.setOwn(c, m); err != nil {
		return nil, obstruct(problem.Label, err)
	}
	a := newAdmission(m, f)
	for i := range a.entries {
		e := &a.entries[i]
		labels, o := p.scratch.of(e.part)
		if o != nil {
			return nil, o
		}
		if i > 0 && len(e.part.labels)+len(f.parts[i-1].labels) == 0 {
			e.series().Labels = a.entries[i-1].series().Labels // as nearly always
		} else {
			e.series().Labels = p.scratch.render(labels)
		}
		if e.hash, o = p.scratch.hash(c, e.part.family, labels); o != nil {
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

// add puts an admission's series into their families, or none of them.
func (p *Plan) add(a *admission) *obstacle {
	limit := p.state.config.MaxSeries
	if needs := len(a.entries); limit > 0 && p.claimed+needs > limit {
		o := obstruct(problem.Limit, fmt.Errorf("the limit of %d series is reached", limit))
		o.needs = needs
		return o
	}
	for i := range a.entries {
		if o := p.addEntry(&a.entries[i]); o != nil {
			for j := range i {
				p.takeBack(&a.entries[j])
			}
			return o
		}
	}
	p.claimed += len(a.entries)
	return nil
}

func (p *Plan) addEntry(e *entry) *obstacle {
	if err := p.refused(e); err != nil {
		o := obstruct(problem.Duplicate, err)
		o.notYet = errors.Is(err, sharing.ErrNotYet)
		return o
	}
	if other := p.holder(e); other != nil {
		key := strings.ToValidUTF8(p.state.config.key(e), "?")
		o := obstruct(problem.Duplicate, fmt.Errorf("series %s is exposed by metric %s", key, other.origin()))
		o.blocked = e
		return o
	}
	if o := p.conflict(e); o != nil {
		return o
	}
	d := p.draft(e.part.family)
	if len(d.added) == 0 {
		for _, name := range families.Names(d.name, e.part.typ)[1:] {
			p.users[name] = d.name
		}
	}
	d.added = append(d.added, e)
	p.series.Add(e.hash, e)
	return nil
}

// refused returns why another driver is in the way of a series.
func (p *Plan) refused(e *entry) error {
	if len(p.answers.Refused) == 0 {
		return nil
	}
	return p.answers.Refused[e.claimKey(p.state.config)]
}

// takeBack undoes addEntry, but for the names in users, which count only while there
// is such a family.
func (p *Plan) takeBack(e *entry) {
	d := p.drafts[e.part.family]
	d.added = d.added[:len(d.added)-1] // it came last
	p.series.Remove(e.hash, e)
}

// holder returns who will have the series of an entry.
func (p *Plan) holder(e *entry) *entry {
	same := func(other *entry) bool { return other.isSame(e) }
	if other, added := p.series.Find(e.hash, same); added {
		return other
	}
	if other, held := p.state.series.Find(e.hash, same); held && !p.isReleased(other) {
		return other
	}
	return nil
}

// conflict says which family is in the way of an entry's.
func (p *Plan) conflict(e *entry) *obstacle {
	d := p.rival(e)
	if d == nil {
		return nil
	}
	mine := sharing.Family{Name: e.part.family, Type: e.part.typ}
	with := sharing.Family{Name: d.name, Type: d.typ(), Metric: d.metric()}
	o := obstruct(problem.Duplicate, sharing.Conflict(mine, with))
	o.blocked = e
	return o
}

// rival returns the family that an entry's can't be beside, if there will be one.
func (p *Plan) rival(e *entry) *draft {
	if d := p.existing(e.part.family); d != nil {
		if d.typ() == e.part.typ {
			return nil
		}
		return d
	}
	for _, name := range families.Names(e.part.family, e.part.typ) {
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
	return p.holder(e) != nil || p.rival(e) != nil
}

// decrease is the problem of a total that is less than what was committed last,
// without having been cleared: Prometheus takes that for a restart, and rate() for
// events. Nil if it is none.
func (s *State) decrease(m *member, a *admission) *problem.Problem {
	before, now, created := s.totals(m, a)
	if now >= before || created != m.metric.Values.Created {
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
func (s *State) totals(m *member, a *admission) (before, now float64, created int64) {
	e, values, last := a.total(), m.metric.Values, s.exposition
	if e.part.typ == dto.MetricType_HISTOGRAM {
		h := &last.Histograms[e.series().Part]
		return float64(h.Count), float64(values.Stats.Count), h.Created
	}
	now = a.form.of[e.part.offset].Of(values, unit.One)
	series := e.series()
	return last.Numbers[series.Slot], now, last.Parts[series.Part].Created
}
