package prometheusmetrics

import (
	"cmp"
	"sync"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// maxKept bounds what is kept of a flush in all formats and codings, in bytes. A
// million gauges are 170 MB of text, and a sixth of that compressed.
const maxKept = 64 << 20

// kept are the renderings of one flush.
type kept struct {
	mu    sync.Mutex
	flush *families.Exposition
	runs  map[keptKey]*keptRun
	bytes int // of those that are made
	most  int // instead of maxKept, in tests

	named []*families.Family  // whose names are taken
	taken map[string]struct{} // all names that they use
}

type keptKey struct {
	kind     wire.Kind
	coding   wire.Coding
	from, to int
}

type keptRun struct {
	making sync.Once
	renderedRun
}

// render returns a run of the flush, rendered by the first that asks for it. Names
// of a driver's families are the same in all escaping schemes.
func (k *kept) render(flush *families.Exposition, r run, format wire.Format, coding wire.Coding, expected int) renderedRun {
	key := keptKey{format.Kind, coding, r.from, r.to}
	if format.Kind == wire.Other {
		return renderFlush(flush, r, format, coding, expected)
	}
	k.mu.Lock()
	if k.flush != flush { // a scrape of an older one comes rarely, and is only slow
		k.flush, k.runs, k.bytes = flush, make(map[keptKey]*keptRun), 0
	}
	made := k.runs[key]
	if made == nil {
		made = &keptRun{}
		k.runs[key] = made
	}
	k.mu.Unlock()
	made.making.Do(func() {
		made.renderedRun = renderFlush(flush, r, format, coding, expected)
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.runs[key] != made {
			return // the next flush has come
		}
		if k.bytes += len(made.chunk.Body); k.bytes > cmp.Or(k.most, maxKept) {
			k.bytes -= len(made.chunk.Body)
			delete(k.runs, key)
		}
	})
	return made.renderedRun
}

// drop forgets the renderings of a flush that is not shown any more.
func (k *kept) drop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.flush, k.runs, k.bytes = nil, nil, 0
}

// namesOf returns all names that the families of a flush use.
func (k *kept) namesOf(flush *families.Exposition) map[string]struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.taken == nil || !families.Same(k.named, flush.Families) {
		k.named, k.taken = flush.Families, make(map[string]struct{}, len(flush.Families))
		for _, family := range flush.Families {
			for _, name := range families.Names(family.Name, family.Type) {
				k.taken[name] = struct{}{}
			}
		}
	}
	return k.taken
}

// renderFlush renders a run of a flush.
func renderFlush(flush *families.Exposition, r run, format wire.Format, coding wire.Coding, expected int) renderedRun {
	writer := flush.NewWriter(format)
	return renderEach(r.to-r.from, coding, expected, func(dst []byte, i int) ([]byte, string, error) {
		family := flush.Families[r.from+i]
		dst, err := writer.Append(dst, family)
		return dst, family.Name, err
	})
}
