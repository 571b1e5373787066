package prometheusmetrics

import (
	"cmp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// exposition is what one flush made: the families and their numbers. Nothing in
// it changes once it is published, so any number of scrapes may read it while
// the next one is made.
type exposition struct {
	families []*family // sorted by name
	numbers  []float64 // of all series, each at its slot
	parts    []part    // what is no number, of the series that have such parts
	series   int
}

// family is one version of a family; another set of series is another version.
type family struct {
	name, help, unit string
	typ              dto.MetricType
	desc             *prometheus.Desc
	series           []*series // in the order of the exposition
}

// draft is the family that the next flush will show, as its series come and go.
type draft struct {
	family
	changed bool
	refused bool    // the application has the name
	taken   string  // or a name that can't stand beside it
	version *family // what was published last; nil if nothing of it is shown
}

// catalog holds the families and hands out the places of their numbers.
type catalog struct {
	drafts   map[string]*draft
	families []*family // the published order; made anew when a family changed
	changed  bool
	slots    slots
	parts    slots
	shown    int // series in families
	claimed  int // series that have a place, shown or not
}

func newCatalog() *catalog { return &catalog{drafts: make(map[string]*draft)} }

// add puts a series that was claimed into its family, and tells whether the
// family is new.
func (c *catalog) add(s *series, t template, help, unit string) (created bool) {
	d, ok := c.drafts[t.name]
	if !ok {
		desc := prometheus.V2.NewDesc(t.name, help, prometheus.UnconstrainedLabels(nil), nil, prometheus.WithUnit(unit))
		d = &draft{family: family{name: t.name, help: help, unit: unit, typ: t.typ, desc: desc}}
		c.drafts[t.name] = d
	}
	d.family.series = append(d.family.series, s)
	c.claimed++
	c.touch(d)
	return !ok
}

// touchSeries has the families of the series looked at again, because some came,
// went, or are shown no more.
func (c *catalog) touchSeries(all []*series) {
	for _, s := range all {
		if d := c.drafts[s.family]; d != nil {
			c.touch(d)
		}
	}
}

func (c *catalog) touch(d *draft) { d.changed, c.changed = true, true }

// rebuild makes new versions of the families that changed.
func (c *catalog) rebuild() {
	if !c.changed {
		return
	}
	c.changed = false
	for name, d := range c.drafts {
		if !d.changed {
			continue
		}
		d.changed = false
		d.family.series = slices.DeleteFunc(d.family.series, func(s *series) bool { return s.metric == nil })
		if len(d.family.series) == 0 {
			delete(c.drafts, name)
			continue
		}
		slices.SortFunc(d.family.series, compareSeries)
		d.publish()
	}
	c.families, c.shown = nil, 0
	for _, d := range c.drafts {
		if d.version != nil {
			c.families = append(c.families, d.version)
			c.shown += len(d.version.series)
		}
	}
	slices.SortFunc(c.families, func(a, b *family) int { return strings.Compare(a.name, b.name) })
}

// publish makes the version that scrapes see: without what is hidden.
func (d *draft) publish() {
	d.version = nil
	if d.refused {
		return
	}
	version := d.family
	version.series = make([]*series, 0, len(d.family.series))
	for _, s := range d.family.series {
		if s.metric.problem == nil {
			version.series = append(version.series, s)
		}
	}
	if len(version.series) > 0 {
		d.version = &version
	}
}

// compareSeries orders the series of a family as the Prometheus registry does:
// fewer labels first, then by their values.
func compareSeries(a, b *series) int {
	if order := cmp.Compare(len(a.labels), len(b.labels)); order != 0 {
		return order
	}
	for i := range a.labels {
		if order := strings.Compare(a.labels[i].GetValue(), b.labels[i].GetValue()); order != 0 {
			return order
		}
	}
	return strings.Compare(a.key, b.key)
}

// slots hands out runs of places in a slice, and takes them back for the next
// that needs a run of that length.
type slots struct {
	length int
	free   map[int][]int
}

func (s *slots) take(n int) int {
	if free := s.free[n]; len(free) > 0 {
		slot := free[len(free)-1]
		s.free[n] = free[:len(free)-1]
		return slot
	}
	slot := s.length
	s.length += n
	return slot
}

func (s *slots) give(slot, n int) {
	if n == 0 {
		return
	}
	if s.free == nil {
		s.free = make(map[int][]int)
	}
	s.free[n] = append(s.free[n], slot)
}
