package planning

import (
	"fmt"
	"maps"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// Probe is what was found out in the registry.
type Probe struct {
	Families []probing.Family  // those that were asked about
	Clashes  map[string]string // those of them that are taken, to the name that is
}

// NewFamilies lists the families that the plan would expose and the state does not,
// or not with the same type.
func (p *Plan) NewFamilies() (all []probing.Family) {
	for name, d := range p.drafts {
		if !d.remains() && len(d.added) > 0 {
			all = append(all, probing.Family{Name: name, Type: d.typ()})
		}
	}
	return all
}

// Families lists all families that the state has.
func (s *State) Families() []probing.Family {
	all := make([]probing.Family, 0, len(s.families))
	for name, f := range s.families {
		all = append(all, probing.Family{Name: name, Type: f.typ})
	}
	return all
}

// Settle puts into the plan what was found out for it: which families other drivers
// show, too, and which the application has registered itself.
func (p *Plan) Settle(shared map[string]sharing.Family, probes ...Probe) {
	p.shared = shared
	affected := make(map[*member]struct{})
	p.dropClashes()
	if len(p.state.clashes) > 0 || len(p.clashes) > 0 {
		for _, m := range p.admitted {
			affected[m] = struct{}{} // maybe in a family that clashes already
		}
	}
	for _, probe := range probes {
		p.putClashes(probe, affected)
	}
	p.setRegistered(affected)
}

// SettleProbe puts into a settled plan what else was found out in the registry.
func (p *Plan) SettleProbe(probe Probe) {
	affected := make(map[*member]struct{})
	p.putClashes(probe, affected)
	p.setRegistered(affected)
}

// putClashes notes which families clash and which don't any more, and adds the metrics
// to the affected ones. What a family has become since it was asked about is not known.
func (p *Plan) putClashes(probe Probe, affected map[*member]struct{}) {
	for _, f := range probe.Families {
		taken := probe.Clashes[f.Name]
		before, _ := p.clash(f.Name)
		if d := p.existing(f.Name); d == nil || d.typ() != f.Type || taken == before {
			continue
		}
		p.setClash(f.Name, taken)
		for _, e := range p.entries(p.draft(f.Name)) {
			affected[e.member()] = struct{}{}
		}
	}
}

func (p *Plan) setRegistered(affected map[*member]struct{}) {
	for m := range affected {
		p.set(m, conditionRegistered, p.registered(m))
	}
}

// Knows reports whether the state is what a probe has found out.
func (s *State) Knows(probe Probe) bool {
	for _, f := range probe.Families {
		held := s.families[f.Name]
		if held != nil && held.typ == f.Type && s.clashes[f.Name] != probe.Clashes[f.Name] {
			return false
		}
	}
	return true
}

// dropClashes forgets those of families that go, or become new ones that have been
// asked about.
func (p *Plan) dropClashes() {
	for name, d := range p.drafts {
		if _, clashes := p.clash(name); clashes && !d.remains() {
			p.setClash(name, "")
		}
	}
}

// clash returns the name that is taken for a family, if one is.
func (p *Plan) clash(name string) (taken string, clashes bool) {
	if p.clashes != nil {
		taken, clashes = p.clashes[name]
		return taken, clashes
	}
	taken, clashes = p.state.clashes[name]
	return taken, clashes
}

// setClash notes that a name is taken for a family, or for an empty one that none is.
func (p *Plan) setClash(name, taken string) {
	if p.clashes == nil {
		p.clashes = maps.Clone(p.state.clashes)
	}
	if taken == "" {
		delete(p.clashes, name)
		return
	}
	p.clashes[name] = taken
}

// registered is the problem of a metric of which a family is left out.
func (p *Plan) registered(m *member) *problem.Problem {
	a := p.standing(m).admitted
	if a == nil {
		return nil
	}
	for i := range a.form.parts {
		family := a.form.parts[i].family
		if taken, clashes := p.clash(family); clashes {
			return &problem.Problem{Reason: problem.Registered, Err: registered(family, taken)}
		}
	}
	return nil
}

func registered(family, taken string) error {
	return fmt.Errorf("family %s is left out: the application registered %s itself", family, taken)
}

// Unregistered has the plan know nothing of the registry: the driver has left it.
func (p *Plan) Unregistered() {
	for name := range p.state.clashes {
		p.setClash(name, "")
		p.draft(name)
	}
	for _, m := range p.members {
		if p.standing(m).problem(conditionRegistered) != nil {
			p.set(m, conditionRegistered, nil)
		}
	}
}
