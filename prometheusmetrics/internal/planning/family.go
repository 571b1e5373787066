package planning

import (
	"cmp"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// family is a family that has at least one series. It never changes: a plan makes
// another one.
type family struct {
	name, help, unit string
	typ              dto.MetricType
	helper           *entry   // whose help and unit it has; nil if another driver's metric
	entries          []*entry // in the order of the exposition
	version          *families.Family
}

// metric names a metric by which the family is exposed.
func (f *family) metric() *problem.Origin {
	if f.helper != nil {
		return f.helper.origin()
	}
	return f.entries[0].origin()
}

// shared is what other drivers see of the family.
func (f *family) shared(name string) sharing.Family {
	return sharing.Family{Name: name, Type: f.typ, Help: f.help, Unit: f.unit, Metric: f.metric()}
}

// draft is what a plan makes of a family.
type draft struct {
	name    string
	base    *family // nil if it is new
	added   []*entry
	removed int // entries of base that are released
}

// remains reports whether anything is left of the base.
func (d *draft) remains() bool { return d.base != nil && d.removed < len(d.base.entries) }

func (d *draft) isEmpty() bool { return !d.remains() && len(d.added) == 0 }

func (d *draft) typ() dto.MetricType {
	if d.remains() {
		return d.base.typ
	}
	return d.added[0].part.typ
}

// metric names a metric by which the family is exposed.
func (d *draft) metric() *problem.Origin {
	if d.remains() {
		return d.base.metric()
	}
	return d.added[0].origin()
}

// entries lists what the family has with the plan, in the order of the exposition.
func (p *Plan) entries(d *draft) []*entry {
	entries := make([]*entry, 0, d.size())
	if d.base != nil {
		for _, e := range d.base.entries {
			if !p.isReleased(e) {
				entries = append(entries, e)
			}
		}
	}
	if len(d.added) > 0 {
		entries = append(entries, d.added...)
		slices.SortFunc(entries, p.compare)
	}
	return entries
}

func (d *draft) size() int {
	if d.base == nil {
		return len(d.added)
	}
	return len(d.base.entries) - d.removed + len(d.added)
}

// compare orders the series of a family as the Prometheus registry does: fewer labels
// first, then by their values.
func (p *Plan) compare(a, b *entry) int {
	if c := a.series().Labels.Compare(b.series().Labels); c != 0 {
		return c
	}
	return p.compareKeys(a, b)
}

// compareKeys makes keys, so it is for those that have much else in common.
func (p *Plan) compareKeys(a, b *entry) int {
	return strings.Compare(p.state.config.key(a), p.state.config.key(b))
}

// makeFamily makes the family of a draft that is not empty.
func (p *Plan) makeFamily(d *draft) *family {
	f := &family{name: d.name, typ: d.typ(), entries: p.entries(d)}
	p.electHelp(d, f)
	if _, clashes := p.clash(d.name); clashes {
		return f
	}
	shown := make([]*families.Series, 0, len(f.entries))
	for _, e := range f.entries {
		if p.standing(e.member()).visible {
			shown = append(shown, e.series())
		}
	}
	if len(shown) > 0 {
		f.version = p.version(d, f, shown)
	}
	return f
}

// version returns what is published of the family, the earlier version if that is
// the same.
func (p *Plan) version(d *draft, f *family, shown []*families.Series) *families.Family {
	if d.base != nil && d.base.version != nil {
		v := d.base.version
		if v.Help == f.help && v.Unit == f.unit && v.Type == f.typ && slices.Equal(v.Series, shown) {
			return v
		}
	}
	return families.NewFamily(f.name, f.help, f.unit, f.typ, shown, f.entries[0].part.quantiles...)
}

// electHelp finds the metric whose help text and unit the family has: the one that it
// had, or else the first in byte order, those before the newcomers. A family that
// another driver shows, too, has that driver's, or the registry would fail.
func (p *Plan) electHelp(d *draft, f *family) {
	if other, shared := p.shared[p.state.config.Prefix+d.name]; shared {
		f.help, f.unit = other.Help, other.Unit
		return
	}
	if d.remains() && d.base.helper != nil && !p.isReleased(d.base.helper) {
		f.helper = d.base.helper
	} else if d.remains() && p.isShared(d.name) {
		f.help, f.unit = d.base.help, d.base.unit
		return
	} else {
		f.helper = p.firstHelper(d)
	}
	f.help, f.unit = f.helper.part.help, f.helper.part.unit
}

// firstHelper returns the first of those that were there before, if any remain.
func (p *Plan) firstHelper(d *draft) *entry {
	candidates := d.added
	if d.remains() {
		candidates = slices.DeleteFunc(slices.Clone(d.base.entries), p.isReleased)
	}
	return slices.MinFunc(candidates, func(a, b *entry) int {
		return cmp.Or(strings.Compare(a.origin().Name, b.origin().Name), p.compare(a, b))
	})
}
