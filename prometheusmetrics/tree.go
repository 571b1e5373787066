package prometheusmetrics

import (
	"sync"

	dto "github.com/prometheus/client_model/go"
)

// tree is an exposition in the form that encoders take. Building one costs an
// allocation or two a series, so it is kept, and its numbers are overwritten when
// nobody reads it any more.
type tree struct {
	exposition *exposition // what it shows
	numbers    []float64   // what its metrics point to
	families   []*dto.MetricFamily
	branches   map[*family]*branch
	readers    int
}

// branch is one family of a tree.
type branch struct {
	family  *dto.MetricFamily
	metrics []dto.Metric
}

// newTree builds a tree that shows the exposition.
func newTree(e *exposition) *tree {
	t := &tree{}
	t.show(e)
	return t
}

// show overwrites the tree. What is the same family as before is only given its
// new numbers.
func (t *tree) show(e *exposition) {
	if t.exposition == e {
		return
	}
	if len(t.numbers) != len(e.numbers) {
		t.numbers, t.branches = make([]float64, len(e.numbers)), nil
	}
	copy(t.numbers, e.numbers)
	same := t.exposition != nil && t.branches != nil && sameFamilies(t.exposition.families, e.families)
	t.exposition = e
	if !same {
		t.rebuild(e)
	}
	for _, family := range e.families {
		if family.typ == dto.MetricType_GAUGE {
			continue
		}
		metrics := t.branches[family].metrics
		for i, s := range family.series {
			s.refresh(&metrics[i], family.typ, t.numbers, e.parts)
		}
	}
}

// sameFamilies tells whether the lists are one and the same, which they are
// unless a series came or went.
func sameFamilies(a, b []*family) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (t *tree) rebuild(e *exposition) {
	branches := make(map[*family]*branch, len(e.families))
	t.families = make([]*dto.MetricFamily, 0, len(e.families))
	for _, family := range e.families {
		b, known := t.branches[family]
		if !known {
			b = newBranch(family, t.numbers, e.parts)
		}
		branches[family] = b
		t.families = append(t.families, b.family)
	}
	t.branches = branches
}

func newBranch(f *family, numbers []float64, parts []part) *branch {
	b := &branch{metrics: make([]dto.Metric, len(f.series))}
	pointers := make([]*dto.Metric, len(f.series))
	for i, s := range f.series {
		pointers[i] = &b.metrics[i]
		s.write(pointers[i], f.typ, numbers, parts)
	}
	b.family = &dto.MetricFamily{Name: &f.name, Help: &f.help, Type: f.typ.Enum(), Metric: pointers}
	if f.unit != "" {
		b.family.Unit = &f.unit
	}
	return b
}

// treePool keeps the tree that was used last.
type treePool struct {
	mu   sync.Mutex
	last *tree
}

// borrow returns a tree that shows the exposition, and what to call when it is
// not needed any more. Readers of one exposition share a tree; one whose readers
// are still at an older exposition is left to them.
func (p *treePool) borrow(e *exposition) (*tree, func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || p.last.readers > 0 && p.last.exposition != e {
		p.last = &tree{}
	}
	t := p.last
	t.show(e)
	t.readers++
	var once sync.Once
	return t, func() {
		once.Do(func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			t.readers--
		})
	}
}
