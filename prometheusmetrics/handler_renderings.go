package prometheusmetrics

import (
	"cmp"
	"sync"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// maxRendered bounds what is kept of a flush in all formats and codings, in bytes. A
// million gauges are 170 MB of text, and a sixth of that compressed.
const maxRendered = 64 << 20

// renderings are what is kept of one flush.
type renderings struct {
	mu    sync.Mutex
	flush *families.Exposition
	runs  map[renderingKey]*rendering
	bytes int // of those that are made
	most  int // instead of maxRendered, in tests

	named []*families.Family  // whose names are taken
	taken map[string]struct{} // all names that they use
}

type renderingKey struct {
	kind     wire.Kind
	coding   wire.Coding
	from, to int
}

type rendering struct {
	making sync.Once
	renderedRun
}

// render returns a run of the flush, rendered by the first that asks for it. Names
// of a driver's families are the same in all escaping schemes.
func (c *renderings) render(
	flush *families.Exposition, r run, format wire.Format, coding wire.Coding, expected int,
) renderedRun {
	key, own := renderingKey{format.Kind, coding, r.from, r.to}, flush.Families[r.from:r.to]
	if format.Kind == wire.Other {
		return renderFlush(flush, own, format, coding, expected)
	}
	c.mu.Lock()
	if c.flush != flush { // a scrape of an older one comes rarely, and is only slow
		c.flush, c.runs, c.bytes = flush, make(map[renderingKey]*rendering), 0
	}
	made := c.runs[key]
	if made == nil {
		made = &rendering{}
		c.runs[key] = made
	}
	c.mu.Unlock()
	made.making.Do(func() {
		made.renderedRun = renderFlush(flush, own, format, coding, expected)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.runs[key] != made {
			return // the next flush has come
		}
		if c.bytes += len(made.chunk.Body); c.bytes > cmp.Or(c.most, maxRendered) {
			c.bytes -= len(made.chunk.Body)
			delete(c.runs, key)
		}
	})
	return made.renderedRun
}

// drop forgets the renderings of a flush that is not shown any more.
func (c *renderings) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flush, c.runs, c.bytes = nil, nil, 0
}

// namesOf returns all names that the families of a flush use.
func (c *renderings) namesOf(flush *families.Exposition) map[string]struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken == nil || !families.Same(c.named, flush.Families) {
		c.named, c.taken = flush.Families, make(map[string]struct{}, len(flush.Families))
		for _, family := range flush.Families {
			for _, name := range families.Names(family.Name, family.Type) {
				c.taken[name] = struct{}{}
			}
		}
	}
	return c.taken
}

// renderFlush renders families of a flush.
func renderFlush(
	flush *families.Exposition, all []*families.Family, format wire.Format, coding wire.Coding, expected int,
) renderedRun {
	nameOf := func(f *families.Family) string { return f.Name }
	return renderAll(all, nameOf, coding, expected, func(spill spillFunc) familyWriter[*families.Family] {
		writer := flush.NewWriter(format)
		writer.Spill = spill
		return writer
	})
}
