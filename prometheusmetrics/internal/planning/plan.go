package planning

import (
	"iter"
	"slices"
	"strings"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/keyed"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// Plan is what a flush is going to change. It refers to the state that it was made
// from, and is of no use once another plan has been committed.
type Plan struct {
	state   *State
	answers Answers

	metrics []*reading.Metric
	members []*member // of the metrics
	gone    []*member

	standings map[*member]*standing // those that change
	admitted  []*member             // that were given series, in the order of the source
	released  map[*entry]struct{}
	drafts    map[string]*draft   // families that change, by name
	series    keyed.Index[*entry] // added
	users     map[string]string   // names that drafts use beside their own, to the draft's
	claimed   int                 // series that there will be

	shared  map[string]sharing.Family // families that another driver shows, too
	clashes map[string]string         // in the place of the state's; nil for no change
	limited int                       // change in the metrics that the limit leaves out
	reports []Report
	scratch scratch
	form    *form   // the last one that was made
	formed  *member // and what for
	seen    float64 // by readAhead
}

// Report is a problem that is reported once.
type Report struct {
	Metric  *reading.Metric
	Problem *problem.Problem
}

// Answers is what is known of the world outside when a plan is made.
type Answers struct {
	// Refused says which claims another driver is in the way of.
	Refused map[sharing.Key]error
	// Changes is the account's number: what was left out is worth another try when it
	// is another one than at the last try.
	Changes uint64
	// Again says that the values are those of the last plan.
	Again bool
	// IsShared reports whether another driver may be seen to show series of a family,
	// by its full name. Nil means that none is.
	IsShared func(name string) bool
}

// Make plans what the metrics become. Nothing is changed by it.
func Make(s *State, all []*reading.Metric, answers Answers) *Plan {
	p := &Plan{
		state: s, answers: answers, metrics: all, claimed: s.series.Len(),
		standings: make(map[*member]*standing), released: make(map[*entry]struct{}),
		drafts: make(map[string]*draft), users: make(map[string]string),
	}
	p.match()
	for _, m := range p.gone {
		p.letGo(m)
		p.leave(m)
	}
	candidates := make([]*member, 0, 8)
	for i, m := range p.members {
		if i%block == 0 {
			p.seen = readAhead(p.members[i:min(i+block, len(p.members))])
		}
		p.review(m)
		if p.standing(m).admitted == nil && m.metric.Fresh && !m.metric.Idle && !m.rule.Drop {
			candidates = append(candidates, m)
		}
	}
	p.admitAll(candidates)
	p.adoptAgain()
	return p
}

// match finds the members of the metrics. Most plans have the same as the last one.
func (p *Plan) match() {
	s := p.state
	if sameMetrics(p.metrics, s.metrics) {
		p.members = s.members
		return
	}
	same := 0 // most lists begin as the last one did
	for same < min(len(p.metrics), len(s.metrics)) && p.metrics[same] == s.metrics[same] {
		same++
	}
	rest := make(map[*reading.Metric]*member, len(s.members)-same)
	for _, m := range s.members[same:] {
		rest[m.metric] = m
	}
	p.members = append(make([]*member, 0, len(p.metrics)), s.members[:same]...)
	for _, metric := range p.metrics[same:] {
		m, known := rest[metric]
		if known {
			delete(rest, metric)
		} else {
			m = p.newMember(metric)
		}
		p.members = append(p.members, m)
	}
	for _, m := range s.members[same:] {
		if _, gone := rest[m.metric]; gone {
			p.gone = append(p.gone, m)
		}
	}
}

// newMember makes the member of a metric that comes after others. The series of one name
// mostly come together, and share its rule.
func (p *Plan) newMember(metric *reading.Metric) *member {
	if n := len(p.members); n > 0 && p.members[n-1].metric.Name == metric.Name {
		return &member{metric: metric, rule: p.members[n-1].rule}
	}
	return &member{metric: metric, rule: p.state.config.Rule(metric.Name)}
}

// sameMetrics reports whether the lists are one and the same.
func sameMetrics(a, b []*reading.Metric) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// standing returns what becomes of the member, to be read only.
func (p *Plan) standing(m *member) *standing {
	if changed, ok := p.standings[m]; ok {
		return changed
	}
	return &m.standing
}

// change returns what becomes of the member, to be changed.
func (p *Plan) change(m *member) *standing {
	changed, ok := p.standings[m]
	if !ok {
		copied := m.standing
		changed = &copied
		p.standings[m] = changed
	}
	return changed
}

// trouble returns what is wrong with the member, to be changed.
func (p *Plan) trouble(m *member) *trouble {
	changed := p.change(m)
	switch {
	case changed.trouble == nil:
		changed.trouble = new(trouble)
	case changed.trouble == m.standing.trouble:
		copied := *changed.trouble
		changed.trouble = &copied
	}
	return changed.trouble
}

// set has the member enter a condition, or leave it for a nil problem. A problem that
// is there already, for the same reason, goes on.
func (p *Plan) set(m *member, c condition, now *problem.Problem) {
	before := p.standing(m).problem(c)
	if problem.Same(before, now) {
		return
	}
	p.trouble(m).problems[c] = now
	if before != nil && before.Reason == problem.Limit {
		p.limited--
	}
	switch {
	case now == nil:
	case now.Reason == problem.Limit:
		p.limited++ // all of them are reported together
	default:
		p.reports = append(p.reports, Report{m.metric, now})
	}
}

// leave has a member that has gone leave what it was counted for.
func (p *Plan) leave(m *member) {
	if was := p.standing(m).problem(conditionAdmitted); was != nil && was.Reason == problem.Limit {
		p.limited--
	}
}

// review looks at what has become of a metric since the last plan.
func (p *Plan) review(m *member) {
	p.set(m, conditionRead, m.metric.Problem)
	a := m.admitted
	switch {
	case m.metric.Idle:
		p.letGo(m)
		p.set(m, conditionAdmitted, nil)
		return
	case a == nil:
		return
	case m.metric.Fresh && a.relabelled != m.metric.Relabelled:
		p.letGo(m)
		return
	case len(p.answers.Refused) > 0:
		if err := p.refusal(a); err != nil {
			p.letGo(m)
			p.refuse(m, err)
			return
		}
	}
	if m.visible != m.metric.Fresh {
		p.change(m).visible = m.metric.Fresh
		for i := range a.entries {
			p.draft(a.entries[i].part.family)
		}
	}
	if m.metric.Fresh && a.form.total >= 0 && !p.answers.Again {
		p.set(m, conditionDecreased, p.state.decrease(m, a))
	}
}

// refusal says why the series of an admission can't stay.
func (p *Plan) refusal(a *admission) error {
	for i := range a.entries {
		if err := p.refused(&a.entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// letGo takes the series of a member out of their families.
func (p *Plan) letGo(m *member) {
	if m.admitted == nil {
		return
	}
	for i := range m.admitted.entries {
		e := &m.admitted.entries[i]
		p.released[e] = struct{}{}
		p.draft(e.part.family).removed++
		p.claimed--
	}
	changed := p.change(m)
	changed.admitted, changed.visible = nil, false
	if changed.trouble != nil {
		t := p.trouble(m)
		t.problems[conditionRegistered], t.problems[conditionDecreased] = nil, nil
	}
}

// isReleased reports whether the plan lets a series go that is held now.
func (p *Plan) isReleased(e *entry) bool {
	_, released := p.released[e]
	return released
}

// draft returns the plan's draft of a family.
func (p *Plan) draft(name string) *draft {
	d, known := p.drafts[name]
	if !known {
		d = &draft{name: name, base: p.state.families[name]}
		p.drafts[name] = d
	}
	return d
}

// admitAll gives the metrics that have no series theirs, in byte order of their
// names, so that it does not depend on the source's order who comes first.
func (p *Plan) admitAll(candidates []*member) {
	candidates = slices.DeleteFunc(candidates, func(m *member) bool { return !p.isWorthATry(m) })
	slices.SortStableFunc(candidates, func(a, b *member) int { // of equal names, that of the first source
		return strings.Compare(a.metric.Name, b.metric.Name)
	})
	if len(p.standings) == 0 { // as in the first plan: maps that grow are filled many times
		p.standings = make(map[*member]*standing, len(candidates))
		p.series.Reserve(len(candidates))
	}
	for _, m := range candidates {
		p.admit(m)
	}
}

// isWorthATry reports whether something has changed for a metric that was left out.
func (p *Plan) isWorthATry(m *member) bool {
	t := p.standing(m).trouble
	if t == nil {
		return true
	}
	why := t.problems[conditionAdmitted]
	switch {
	case why == nil || t.notYet || t.relabelled != m.metric.Relabelled:
		return true
	case why.Reason == problem.Limit:
		return p.state.config.MaxSeries-p.claimed >= t.needs
	case why.Reason != problem.Duplicate:
		return false
	case t.blocked != nil:
		return !p.isTaken(t.blocked)
	}
	return p.answers.Changes != t.tried // another driver is in the way
}

// Claims are the series that the plan adds.
func (p *Plan) Claims() iter.Seq[sharing.Claim] {
	c := p.state.config
	return func(yield func(sharing.Claim) bool) {
		for _, m := range p.members {
			a := p.standing(m).admitted
			if a == nil || a == m.admitted {
				continue
			}
			for i := range a.entries {
				e := &a.entries[i]
				family := sharing.Family{
					Name: c.Prefix + e.part.family, Type: e.part.typ, Help: e.part.help, Unit: e.part.unit, Metric: e.origin(),
				}
				if !yield(sharing.Claim{Family: family, Series: c.key(e), Metric: e.origin()}) {
					return
				}
			}
		}
	}
}

// adoptAgain has families whose help text is that of another driver's metric looked
// at again, if no other driver shows them any more.
func (p *Plan) adoptAgain() {
	for name := range p.state.adopted {
		if !p.isShared(name) {
			p.draft(name)
		}
	}
}

func (p *Plan) isShared(name string) bool {
	return p.answers.IsShared != nil && p.answers.IsShared(p.state.config.Prefix+name)
}
