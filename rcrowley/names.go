package rcrowley

import (
	"reflect"
	"sync"
	"sync/atomic"
)

// names are those that came through an adapter. Metrics that libraries made
// themselves are kept here, since our registries don't take them. A name is to be
// in one place only, and to belong to whoever comes first; that is what reserve
// and the argument taken of keep are for.
type names struct {
	count atomic.Int64 // of kept metrics: 0 for most programs, and then lookups need no lock

	mutex   sync.RWMutex
	kept    map[string]*keptMetric
	order   []*keptMetric  // as they were registered; elements are never written to again
	removed int            // how many in order are gone
	made    map[string]any // what came to be in our registry through here
	making  map[string]int // names under which something is just coming to be there
}

type keptMetric struct {
	name   string
	metric any
	gone   atomic.Bool
}

// get returns the kept metric of that name, or nil.
func (n *names) get(name string) any {
	if n.count.Load() == 0 {
		return nil
	}
	n.mutex.RLock()
	defer n.mutex.RUnlock()
	return n.find(name)
}

func (n *names) find(name string) any {
	if there := n.kept[name]; there != nil {
		return there.metric
	}
	return nil
}

// reserve returns the kept metric of that name. If there is none, none will be
// kept until the name is released. No lock is held in between: whoever makes an
// instrument may run a user's code, which may come back here.
func (n *names) reserve(name string) any {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if there := n.find(name); there != nil {
		return there
	}
	if n.making == nil {
		n.making = map[string]int{}
	}
	n.making[name]++
	return nil
}

func (n *names) release(name string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.making[name]--; n.making[name] == 0 {
		delete(n.making, name)
	}
}

// note remembers what came to be in our registry.
func (n *names) note(name string, metric any) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.made == nil {
		n.made = map[string]any{}
	}
	n.made[name] = metric
}

// brought reports whether a metric, that now has the name, came through here. If
// somebody has replaced it in our registry meanwhile, it is another one.
func (n *names) brought(name string, metric any) bool {
	n.mutex.RLock()
	defer n.mutex.RUnlock()
	return n.kept[name] != nil || identical(n.made[name], metric)
}

// identical compares also what can't be compared, as health checks of a user's
// may be: then their type decides.
func identical(a, b any) bool {
	if reflect.TypeOf(a) != reflect.TypeOf(b) {
		return false
	}
	return a == nil || !reflect.ValueOf(a).Comparable() || a == b
}

// keep keeps a metric, unless the name is reserved, or there is one already: of
// those that are kept, or elsewhere, which taken finds out.
func (n *names) keep(name string, metric any, taken func() bool) bool {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.find(name) != nil || n.making[name] > 0 || taken() {
		return false
	}
	if n.kept == nil {
		n.kept = map[string]*keptMetric{}
	}
	added := &keptMetric{name: name, metric: metric}
	n.kept[name] = added
	n.order = append(n.order, added)
	n.count.Add(1)
	return true
}

// remove forgets the name, and returns the metric that was kept under it.
func (n *names) remove(name string) any {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	delete(n.made, name)
	there := n.kept[name]
	if there == nil {
		return nil
	}
	there.gone.Store(true)
	delete(n.kept, name)
	n.count.Add(-1)
	if n.removed++; n.removed > len(n.order)/2 {
		n.compact()
	}
	return there.metric
}

func (n *names) compact() {
	var order []*keptMetric
	for _, m := range n.order {
		if !m.gone.Load() {
			order = append(order, m)
		}
	}
	n.order, n.removed = order, 0
}

// clear forgets all names, and returns the metrics that were kept.
func (n *names) clear() (all []any) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for _, m := range n.order {
		if !m.gone.Load() {
			m.gone.Store(true)
			all = append(all, m.metric)
		}
	}
	n.order, n.removed = nil, 0
	clear(n.kept)
	clear(n.made)
	n.count.Store(0)
	return all
}

// each calls f for each kept metric in the order of registration, and holds no lock
// meanwhile. One that is removed before its turn is left out.
func (n *names) each(f func(name string, metric any)) {
	n.mutex.RLock()
	order := n.order
	n.mutex.RUnlock()
	for _, m := range order {
		if !m.gone.Load() {
			f(m.name, m.metric)
		}
	}
}
