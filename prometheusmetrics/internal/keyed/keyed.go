// Package keyed finds things by keys that nobody keeps. What a registry of a million
// series is searched by, such as the text of a series, would take more memory than most
// of what is known of it, so the index holds a hash of each key, and whoever searches
// compares what it finds.
package keyed

import (
	"iter"
	"slices"
)

// Index holds entries under the hashes of their keys. Its zero value is empty and ready
// for use, by one goroutine at a time.
type Index[E comparable] struct {
	first map[uint64]E
	more  map[uint64][]E // those whose hash another one has too, which hardly ever are any
	count int
	peak  int // of count, since the maps were made
}

// Len returns the number of entries.
func (x *Index[E]) Len() int { return x.count }

// Find returns the entry under the hash for which is says true.
func (x *Index[E]) Find(hash uint64, is func(E) bool) (entry E, found bool) {
	entry, found = x.first[hash]
	if !found || is(entry) {
		return entry, found
	}
	for _, entry := range x.more[hash] {
		if is(entry) {
			return entry, true
		}
	}
	return *new(E), false
}

// Reserve makes room for so many entries in an empty index.
func (x *Index[E]) Reserve(n int) {
	if x.count == 0 {
		*x = Index[E]{first: make(map[uint64]E, n), peak: n}
	}
}

// Add adds an entry that is not there yet.
func (x *Index[E]) Add(hash uint64, entry E) {
	if x.first == nil {
		x.first = make(map[uint64]E)
	}
	if _, taken := x.first[hash]; !taken {
		x.first[hash] = entry
	} else {
		if x.more == nil {
			x.more = make(map[uint64][]E)
		}
		x.more[hash] = append(x.more[hash], entry)
	}
	x.count++
	x.peak = max(x.peak, x.count)
}

// Remove removes an entry, if it is there.
func (x *Index[E]) Remove(hash uint64, entry E) {
	others := x.more[hash]
	at := slices.Index(others, entry)
	if first, found := x.first[hash]; found && first == entry {
		if len(others) == 0 {
			delete(x.first, hash)
			x.count--
			return
		}
		x.first[hash], at = others[0], 0
	}
	if at < 0 {
		return
	}
	x.count--
	if x.more[hash] = slices.Delete(others, at, at+1); len(others) == 1 {
		delete(x.more, hash)
	}
}

// All gives each entry with its hash, in no order.
func (x *Index[E]) All() iter.Seq2[uint64, E] {
	return func(yield func(uint64, E) bool) {
		for hash, entry := range x.first {
			if !yield(hash, entry) {
				return
			}
		}
		for hash, entries := range x.more {
			for _, entry := range entries {
				if !yield(hash, entry) {
					return
				}
			}
		}
	}
}

// Shrink makes the maps anew when they hold much less than they did, since maps keep the
// memory that they once needed. It reports whether it did.
func (x *Index[E]) Shrink() bool {
	if x.peak <= 4*x.count+64 {
		return false
	}
	smaller := Index[E]{}
	smaller.Reserve(x.count)
	for hash, entry := range x.All() {
		smaller.Add(hash, entry)
	}
	*x = smaller
	return true
}
