package metrics

import "sync/atomic"

// An index is a hash table whose readers take no lock: recording code looks its
// series up in one for every event. Readers walk chains of nodes that never
// change once they can be seen; writers, one at a time under a lock of the
// owner's, publish new ones with an atomic store. A map under a read-write lock
// would make all cores write to the lock's counter, and neither a map nor
// sync.Map can be searched by a key in two pieces and a label map without
// building the key first.
//
// The zero index is empty and ready for use.
type index[E any] struct {
	table atomic.Pointer[[]atomic.Pointer[node[E]]] // a power of two of chains
	count int                                       // entries; for writers
}

type node[E any] struct {
	hash  uint64
	next  *node[E]
	entry E
}

// indexMinimum is the number of chains of the smallest table.
const indexMinimum = 8

// chain returns the first node of those that may have the hash. A reader
// follows next and compares, the hash first.
func (x *index[E]) chain(hash uint64) *node[E] {
	table := x.table.Load()
	if table == nil {
		return nil
	}
	chains := *table
	return chains[hash&uint64(len(chains)-1)].Load()
}

// insert adds an entry that is not there yet. When the table is full, entries
// that are no longer alive are left behind; a nil alive means that all are.
func (x *index[E]) insert(hash uint64, entry E, alive func(E) bool) {
	if table := x.table.Load(); table == nil || x.count >= len(*table) {
		x.rebuild(alive)
	}
	push(*x.table.Load(), hash, entry)
	x.count++
}

// remove takes out the first entry that matches. The nodes before it are copied,
// since a reader may stand on them; those behind it are shared.
func (x *index[E]) remove(hash uint64, matches func(E) bool) {
	head := x.chain(hash)
	found := head
	for found != nil && !(found.hash == hash && matches(found.entry)) {
		found = found.next
	}
	if found == nil {
		return
	}
	rest := found.next
	for n := head; n != found; n = n.next {
		rest = &node[E]{n.hash, rest, n.entry}
	}
	chains := *x.table.Load()
	chains[hash&uint64(len(chains)-1)].Store(rest)
	x.count--
	if len(chains) > indexMinimum && x.count < len(chains)/8 {
		x.rebuild(nil)
	}
}

// rebuild makes a table with room for as many entries again. A reader of the old
// one may miss what is inserted from now on, as it would have a moment earlier.
func (x *index[E]) rebuild(alive func(E) bool) {
	var live []*node[E]
	x.each(func(n *node[E]) {
		if alive == nil || alive(n.entry) {
			live = append(live, n)
		}
	})
	size := indexMinimum
	for size < 2*len(live) {
		size *= 2
	}
	chains := make([]atomic.Pointer[node[E]], size)
	for _, n := range live {
		push(chains, n.hash, n.entry)
	}
	x.count = len(live)
	x.table.Store(&chains)
}

// all calls f for each entry, in no order.
func (x *index[E]) all(f func(E)) { x.each(func(n *node[E]) { f(n.entry) }) }

func (x *index[E]) each(f func(*node[E])) {
	table := x.table.Load()
	if table == nil {
		return
	}
	for i := range *table {
		for n := (*table)[i].Load(); n != nil; n = n.next {
			f(n)
		}
	}
}

// clear empties the index.
func (x *index[E]) clear() {
	x.table.Store(nil)
	x.count = 0
}

func push[E any](chains []atomic.Pointer[node[E]], hash uint64, entry E) {
	chain := &chains[hash&uint64(len(chains)-1)]
	chain.Store(&node[E]{hash, chain.Load(), entry})
}
