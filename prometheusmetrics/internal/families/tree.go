package families

import (
	"errors"
	"slices"
	"sync"

	dto "github.com/prometheus/client_model/go"
)

// tree is an exposition in the form that encoders take. Building one costs an
// allocation or two a series, so it is used again, and its values are overwritten
// when nobody reads it any more.
type tree struct {
	exposition *Exposition // what it shows
	numbers    []float64   // what its metrics point to
	families   []*dto.MetricFamily
	branches   map[*Family]*branch
	readers    int
}

// branch is one family of a tree.
type branch struct {
	family   *dto.MetricFamily
	metrics  []dto.Metric
	versions []uint64 // of the histograms that it shows
}

// DTO makes the families of the exposition, sorted by name. They are the caller's.
func (e *Exposition) DTO() []*dto.MetricFamily {
	var t tree
	t.show(e)
	return t.families
}

// show overwrites the tree. What is the same family as before is only given its
// new values.
func (t *tree) show(e *Exposition) {
	if t.exposition == e {
		return
	}
	if len(t.numbers) != len(e.Numbers) {
		t.numbers, t.branches = slices.Clone(e.Numbers), nil
	} else {
		copy(t.numbers, e.Numbers)
	}
	same := t.exposition != nil && t.branches != nil && Same(t.exposition.Families, e.Families)
	t.exposition = e
	if !same {
		t.rebuild(e)
	}
	for _, family := range e.Families {
		if family.Type != dto.MetricType_GAUGE {
			t.branches[family].refresh(family, e, t.numbers)
		}
	}
}

// Same reports whether lists of families are one and the same, which they are
// unless a series came or went.
func Same(a, b []*Family) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (t *tree) rebuild(e *Exposition) {
	branches := make(map[*Family]*branch, len(e.Families))
	t.families = make([]*dto.MetricFamily, 0, len(e.Families))
	for _, family := range e.Families {
		b, known := t.branches[family]
		if !known {
			b = newBranch(family, e, t.numbers)
		}
		branches[family] = b
		t.families = append(t.families, b.family)
	}
	t.branches = branches
}

func newBranch(f *Family, e *Exposition, numbers []float64) *branch {
	b := &branch{metrics: make([]dto.Metric, len(f.Series))}
	labels := 0
	for _, s := range f.Series {
		labels += s.Labels.Len()
	}
	caster := newCaster(labels)
	pointers := make([]*dto.Metric, len(f.Series))
	if f.Type == dto.MetricType_HISTOGRAM {
		b.versions = make([]uint64, len(f.Series))
	}
	for i, s := range f.Series {
		pointers[i] = &b.metrics[i]
		cast(pointers[i], f, s, e, numbers)
		pointers[i].Label = caster.series(s.Labels)
		if b.versions != nil {
			b.versions[i] = e.Histograms[s.Part].Version
		}
	}
	name, help, unit := f.Name, f.Help, f.Unit
	b.family = &dto.MetricFamily{Name: &name, Help: &help, Type: f.Type.Enum(), Metric: pointers}
	if unit != "" {
		b.family.Unit = &unit
	}
	return b
}

// refresh brings the branch up to date; histograms only where they have changed.
func (b *branch) refresh(f *Family, e *Exposition, numbers []float64) {
	for i, s := range f.Series {
		if b.versions != nil {
			if b.versions[i] == e.Histograms[s.Part].Version {
				continue
			}
			b.versions[i] = e.Histograms[s.Part].Version
		}
		refresh(&b.metrics[i], f.Type, s, e, numbers)
	}
}

// maxLent is how many trees may be lent at a time. Readers of one exposition share
// a tree, so there are more only where readers are stuck in as many flushes.
const maxLent = 32

// ErrTooManyReaders is returned by Trees.Borrow when so many readers have stopped
// in the midst of older expositions that one more would cost too much memory.
var ErrTooManyReaders = errors.New("too many readers have not finished with earlier flushes")

// Trees lends expositions in the form that encoders take. Its zero value is ready
// for use, by any number of goroutines.
type Trees struct {
	mu   sync.Mutex
	last *tree
	lent int // trees that have readers
}

// Borrow returns the families of the exposition, which must not be changed, and
// what to call when they are not needed any more; a second call does nothing.
// Readers of one exposition share a tree; one whose readers are still at an older
// exposition is left to them.
func (p *Trees) Borrow(e *Exposition) (families []*dto.MetricFamily, done func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || p.last.readers > 0 && p.last.exposition != e {
		if p.lent >= maxLent {
			return nil, func() {}, ErrTooManyReaders
		}
		p.last = &tree{}
	}
	t := p.last
	t.show(e)
	if t.readers++; t.readers == 1 {
		p.lent++
	}
	return t.families, sync.OnceFunc(func() { p.giveBack(t) }), nil
}

// Lent returns how many trees have readers.
func (p *Trees) Lent() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lent
}

func (p *Trees) giveBack(t *tree) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.readers--; t.readers == 0 {
		p.lent--
	}
}
