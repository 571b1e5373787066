package planning

import (
	"maps"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// Commit makes the plan the state, and returns what it reports. Apply is called once,
// with the keys of the series that are let go and their families' names: it has to
// call its argument at the moment from which on others see the state, and may take
// locks of its own for that. A commit can't fail.
func (p *Plan) Commit(apply func(released map[string]string, change func())) []Report {
	p.reportLimit()
	p.move()
	made := p.makeFamilies()
	exposition := p.expose(made)
	apply(p.letGoKeys(), func() {
		p.changeMaps(made)
		p.state.exposition = exposition
	})
	p.changeMembers()
	return p.reports
}

// move frees the places of what goes, and finds some for what comes, in the order in
// which flushes walk through them: those of neighbours are neighbours in memory. Where
// little is left of what there was, everybody moves together.
func (p *Plan) move() {
	s := p.state
	gone := make(map[*admission]struct{})
	for e := range p.released {
		gone[e.admission] = struct{}{}
	}
	for a := range gone {
		s.release(a)
	}
	if s.numbers.isSparse() || s.parts.isSparse() || s.histograms.isSparse() {
		p.moveTogether()
		return
	}
	for _, m := range p.admitted {
		if a := p.standing(m).admitted; a != nil && a != m.admitted {
			s.place(a)
		}
	}
}

// moveTogether gives all series new places. They are new series then: what has been
// published never changes.
func (p *Plan) moveTogether() {
	s := p.state
	s.numbers, s.parts, s.histograms = slots{}, slots{}, slots{}
	for _, m := range p.members {
		if a := p.standing(m).admitted; a != nil {
			a.renew()
			s.place(a)
			for i := range a.form.parts {
				p.draft(a.form.parts[i].family)
			}
		}
	}
	s.arena = nil
	s.exposition = p.withoutValues()
}

// withoutValues is the last exposition as one that has no values to take over.
func (p *Plan) withoutValues() *families.Exposition {
	return &families.Exposition{Families: p.state.exposition.Families}
}

// makeFamilies makes what becomes of the families that change; nil for those that go.
func (p *Plan) makeFamilies() map[string]*family {
	made := make(map[string]*family, len(p.drafts))
	for name, d := range p.drafts {
		made[name] = nil
		if !d.isEmpty() {
			made[name] = p.makeFamily(d)
		}
	}
	return made
}

func (p *Plan) letGoKeys() map[string]string {
	if len(p.released) == 0 {
		return nil
	}
	keys := make(map[string]string, len(p.released))
	for e := range p.released {
		keys[p.state.config.key(e)] = p.state.config.Prefix + e.part.family
	}
	return keys
}

// changeMaps has the state hold what the plan makes it hold.
func (p *Plan) changeMaps(made map[string]*family) {
	s := p.state
	for e := range p.released {
		s.series.Remove(e.hash, e)
	}
	if s.series.Len() == 0 {
		s.series = p.series
	} else {
		for hash, e := range p.series.All() {
			s.series.Add(hash, e)
		}
	}
	for name, f := range made {
		if before := s.families[name]; before != nil {
			for _, used := range families.Names(name, before.typ)[1:] {
				delete(s.users, used)
			}
		}
		if f == nil {
			delete(s.families, name)
			delete(s.adopted, name)
			continue
		}
		s.families[name] = f
		delete(s.adopted, name)
		if f.helper == nil {
			s.adopted[name] = struct{}{}
		}
	}
	for name, f := range made {
		if f != nil {
			for _, used := range families.Names(name, f.typ)[1:] {
				s.users[used] = f
			}
		}
	}
	if p.clashes != nil {
		s.clashes = p.clashes
	}
	s.shrink()
}

// shrink makes the maps anew when they hold much less than they did, since maps keep
// the memory that they once needed.
func (s *State) shrink() {
	if s.series.Shrink() {
		s.families, s.users = smaller(s.families), smaller(s.users)
	}
}

// smaller copies a map. A clone would be as large as its original.
func smaller[K comparable, V any](m map[K]V) map[K]V {
	copied := make(map[K]V, len(m))
	maps.Copy(copied, m)
	return copied
}

func (p *Plan) changeMembers() {
	s := p.state
	for m, changed := range p.standings {
		if changed.worst() == nil {
			changed.trouble = nil
		}
		m.standing = *changed
	}
	s.metrics, s.members = p.metrics, p.members
	s.limited += p.limited
}

// reportLimit reports the limit once, with the number of metrics that it leaves out,
// and again when that has changed much.
func (p *Plan) reportLimit() {
	s := p.state
	now := s.limited + p.limited
	switch {
	case now == 0:
		s.reported = 0
	case s.reported == 0 || now >= 2*s.reported || 2*now <= s.reported:
		s.reported = now
		for _, m := range p.members {
			if why := p.standing(m).problem(conditionAdmitted); why != nil && why.Reason == problem.Limit {
				p.reports = append(p.reports, Report{m.metric, problem.New(problem.Limit,
					"%w, and metrics left out for it: %d, this one the first", why.Err, now)})
				return
			}
		}
	}
}

// expose makes the exposition of the plan.
func (p *Plan) expose(made map[string]*family) *families.Exposition {
	s := p.state
	e := &families.Exposition{Numbers: make([]float64, s.numbers.length)}
	p.exposeFamilies(e, made)
	if s.parts.length > 0 {
		e.Parts = make([]families.Part, s.parts.length)
	}
	histograms := p.newFiller(e)
	for i, m := range p.members {
		if i%block == 0 {
			p.seen = readAhead(p.members[i:min(i+block, len(p.members))])
		}
		a := p.standing(m).admitted
		if a == nil || !m.metric.Fresh {
			continue
		}
		values := m.metric.Values
		numbers := e.Numbers[a.slot:]
		for i, statistic := range a.form.of {
			numbers[i] = statistic.Of(values, a.form.unit)
		}
		if a.form.total < 0 {
			continue
		}
		for i := range a.entries {
			entry := &a.entries[i]
			switch entry.part.typ {
			case dto.MetricType_COUNTER, dto.MetricType_SUMMARY:
				e.Parts[entry.series().Part] = families.Part{Created: values.Created, Exemplar: a.exemplarOf(values)}
			case dto.MetricType_HISTOGRAM:
				histograms.fill(a, values, int(entry.series().Part))
			}
		}
	}
	histograms.done()
	return e
}

// exposeFamilies lists the families, sorted by name: those of the last exposition,
// with what has changed.
func (p *Plan) exposeFamilies(e *families.Exposition, made map[string]*family) {
	last := p.state.exposition
	e.Families, e.Series, e.Labels = last.Families, last.Series, last.Labels
	var changed []string
	for name, f := range made {
		before := p.state.families[name]
		if versionOf(before) != versionOf(f) {
			changed = append(changed, name)
		}
	}
	if len(changed) == 0 {
		return
	}
	slices.Sort(changed)
	e.Families = mergeFamilies(last.Families, changed, made)
	e.Series, e.Labels = 0, 0
	for _, f := range e.Families {
		e.Series += len(f.Series)
		for _, s := range f.Series {
			e.Labels += s.Labels.Len()
		}
	}
}

func versionOf(f *family) *families.Family {
	if f == nil {
		return nil
	}
	return f.version
}

// mergeFamilies returns the sorted families with some of them, by sorted names, in
// the versions that were made.
func mergeFamilies(last []*families.Family, changed []string, made map[string]*family) []*families.Family {
	all := make([]*families.Family, 0, len(last)+len(changed))
	for _, name := range changed {
		for len(last) > 0 && strings.Compare(last[0].Name, name) < 0 {
			all, last = append(all, last[0]), last[1:]
		}
		if len(last) > 0 && last[0].Name == name {
			last = last[1:]
		}
		if version := versionOf(made[name]); version != nil {
			all = append(all, version)
		}
	}
	return append(all, last...)
}
