// Package index holds a hash table whose readers take no lock: recording code
// searches one for every event.
//
// Readers walk chains of nodes that never change once they can be seen; writers,
// one at a time under a lock of the owner's, publish new ones with an atomic
// store. A map under a read-write lock would make all cores write to the lock's
// counter, and neither a map nor sync.Map can be searched by a key in two pieces
// and a label map without building the key first.
package index

import "sync/atomic"

// Index holds entries under hashes, several under one if need be. First and All
// may be called by anybody at any time; all other methods by one goroutine at a
// time. The zero Index is empty and ready for use.
type Index[E any] struct {
	table atomic.Pointer[[]atomic.Pointer[Node[E]]] // a power of two of chains
	count int                                       // entries; for writers and Len
}

// Node is an entry in its chain. Its Entry is never written to again.
type Node[E any] struct {
	hash  uint64
	next  *Node[E]
	Entry E
}

// minimum is the number of chains of the smallest table.
const minimum = 8

// First returns the first entry under the hash, or nil; Next leads to the
// others. Which of them is the right one is for the caller to compare.
func (x *Index[E]) First(hash uint64) *Node[E] {
	n := x.chain(hash)
	for n != nil && n.hash != hash {
		n = n.next
	}
	return n
}

// Next returns the next entry under the same hash, or nil.
func (n *Node[E]) Next() *Node[E] {
	next := n.next
	for next != nil && next.hash != n.hash {
		next = next.next
	}
	return next
}

// chain returns the first node of those that may have the hash.
func (x *Index[E]) chain(hash uint64) *Node[E] {
	table := x.table.Load()
	if table == nil {
		return nil
	}
	chains := *table
	return chains[hash&uint64(len(chains)-1)].Load()
}

// Insert adds an entry that is not there yet. A full table is rebuilt without the
// entries that are no longer alive; a nil alive means that all are.
func (x *Index[E]) Insert(hash uint64, entry E, alive func(E) bool) {
	if table := x.table.Load(); table == nil || x.count >= len(*table) {
		x.rebuild(alive)
	}
	push(*x.table.Load(), hash, entry)
	x.count++
}

// Remove takes out the first entry under the hash that matches, if there is one.
// The nodes before it are copied, since a reader may stand on them; those behind
// it are shared.
func (x *Index[E]) Remove(hash uint64, matches func(E) bool) {
	found := x.First(hash)
	for found != nil && !matches(found.Entry) {
		found = found.Next()
	}
	if found == nil {
		return
	}
	rest := found.next
	for n := x.chain(hash); n != found; n = n.next {
		rest = &Node[E]{n.hash, rest, n.Entry}
	}
	chains := *x.table.Load()
	chains[hash&uint64(len(chains)-1)].Store(rest)
	x.count--
	if len(chains) > minimum && x.count < len(chains)/8 {
		x.rebuild(nil)
	}
}

// rebuild makes a table with room for as many entries again. A reader of the old
// one may miss what is inserted from now on, as it would have a moment earlier.
func (x *Index[E]) rebuild(alive func(E) bool) {
	var live []*Node[E]
	x.each(func(n *Node[E]) {
		if alive == nil || alive(n.Entry) {
			live = append(live, n)
		}
	})
	size := minimum
	for size < 2*len(live) {
		size *= 2
	}
	chains := make([]atomic.Pointer[Node[E]], size)
	for _, n := range live {
		push(chains, n.hash, n.Entry)
	}
	x.count = len(live)
	x.table.Store(&chains)
}

// Len returns the number of entries. Like writing, it is for one goroutine at a time.
func (x *Index[E]) Len() int { return x.count }

// All calls f for each entry, in no order.
func (x *Index[E]) All(f func(E)) { x.each(func(n *Node[E]) { f(n.Entry) }) }

func (x *Index[E]) each(f func(*Node[E])) {
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

// Clear empties the index.
func (x *Index[E]) Clear() {
	x.table.Store(nil)
	x.count = 0
}

func push[E any](chains []atomic.Pointer[Node[E]], hash uint64, entry E) {
	chain := &chains[hash&uint64(len(chains)-1)]
	chain.Store(&Node[E]{hash, chain.Load(), entry})
}
