package live

import (
	"strings"
	"sync"
	"time"
)

// viewers counts the pages that look, by the id each has given itself.
type viewers struct {
	most int

	mu   sync.Mutex
	seen map[string]*viewer
}

type viewer struct {
	requests int       // under way
	last     time.Time // when one ended
}

const (
	// absent is how long a viewer that does not ask any more keeps its place.
	absent = 5 * time.Second
	// maxRequests is how many requests one viewer may have under way: a page has
	// one or two, and a reloaded one the last of its forerunner.
	maxRequests = 4
	// maxViewerID bounds what is kept of a request that may come from anybody.
	maxViewerID = 64
)

// enter lets a request in, or reports how many viewers there are already. The
// function it returns notes the end of the request.
func (v *viewers) enter(id string) (leave func(), ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen == nil {
		v.seen = make(map[string]*viewer)
	}
	known := v.seen[id]
	if known == nil {
		v.prune()
		if len(v.seen) >= v.most {
			return nil, false
		}
		known = &viewer{}
		v.seen[strings.Clone(id)] = known // not the rest of the request's query
	}
	if known.requests >= maxRequests {
		return nil, false
	}
	known.requests++
	return func() { v.leave(known) }, true
}

func (v *viewers) leave(known *viewer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	known.requests--
	known.last = time.Now()
}

func (v *viewers) prune() {
	for id, known := range v.seen {
		if known.requests == 0 && time.Since(known.last) >= absent {
			delete(v.seen, id)
		}
	}
}
