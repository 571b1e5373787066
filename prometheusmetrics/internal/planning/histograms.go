package planning

import (
	"cmp"
	"slices"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

// filler fills the histograms of an exposition. Those that have not changed are taken
// over from the last one; if none has, all of them together.
type filler struct {
	state *State
	last  []families.Histogram
	e     *families.Exposition
	arena *families.Arena // nil as long as nothing has changed
	kept  []int           // the parts of those that have not changed
}

func (p *Plan) newFiller(e *families.Exposition) *filler {
	f := &filler{state: p.state, last: p.state.exposition.Histograms, e: e}
	if n := p.state.histograms.length; n != len(f.last) {
		f.begin(n)
	}
	return f
}

// begin makes room for histograms that are not the last ones.
func (f *filler) begin(n int) {
	f.e.Histograms = make([]families.Histogram, n)
	f.arena = families.NewArena(f.state.arena)
}

// fill brings one histogram up to date.
func (f *filler) fill(a *admission, v *reading.Values, part int) {
	var last families.Histogram
	if a.made == nil {
		a.made = new(made)
	}
	if filled := a.made.filled; part < len(f.last) && filled != 0 && filled == f.last[part].Version {
		last = f.last[part]
		if a.made.version == v.Version && last.Created == v.Created {
			f.kept = append(f.kept, part)
			return
		}
	}
	if f.arena == nil {
		f.begin(len(f.last))
	}
	f.state.versions++
	a.made.version, a.made.filled = v.Version, f.state.versions
	h := &f.e.Histograms[part]
	*h = families.Histogram{Bounds: last.Bounds, Created: v.Created, Version: a.made.filled}
	f.arena.Fill(h, v.Buckets, a.form.unit)
	h.Exemplars, h.At = bucketExemplars(h, v.Buckets, a.form.unit)
}

// done takes over what has not changed.
func (f *filler) done() {
	if f.arena == nil {
		f.e.Histograms = f.last
		return
	}
	for _, part := range f.kept {
		h := &f.e.Histograms[part]
		*h = f.last[part]
		f.arena.Adopt(h)
	}
	f.state.arena = f.arena
}

// bucketExemplars converts the exemplars of buckets, and finds the classic bucket
// that each fell into.
func bucketExemplars(
	h *families.Histogram, b *metrics.BucketSnapshot, u unit.Unit,
) (all []*families.Exemplar, at []int) {
	for exemplar := range b.Exemplars() {
		converted := newExemplar(exemplar, u)
		bucket, _ := slices.BinarySearchFunc(h.Bounds, converted.Value, func(bound, value float64) int {
			return cmp.Compare(bound, value)
		})
		all, at = append(all, converted), append(at, bucket)
	}
	return all, at
}

func newExemplar(e metrics.Exemplar, u unit.Unit) *families.Exemplar {
	labels := make([]naming.Label, 0, len(e.Labels))
	for name, value := range e.Labels {
		labels = append(labels, naming.Label{Name: naming.LabelName(name), Value: naming.Text(value)})
	}
	if naming.Sort(labels) != nil { // two have become one
		labels = slices.CompactFunc(labels, func(a, b naming.Label) bool { return a.Name == b.Name })
	}
	return &families.Exemplar{Labels: labels, Value: u.Apply(e.Value), Time: e.Time}
}

// exemplarOf converts the exemplar of a counter, once for each.
func (a *admission) exemplarOf(v *reading.Values) *families.Exemplar {
	if v.Exemplar == nil {
		if a.made != nil {
			a.made = nil // a counter has nothing else that was made
		}
		return nil
	}
	if a.made == nil || v.Exemplar != a.made.exemplarFrom {
		a.made = &made{exemplarFrom: v.Exemplar, exemplar: newExemplar(*v.Exemplar, unit.One)}
	}
	return a.made.exemplar
}
