package hashicorp

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// entry is a series as its callers name it, and the way to its instrument.
type entry[M metrics.Instrument] struct {
	hash   uint64
	next   *entry[M]
	key    []string
	labels []gometrics.Label
	target target[M]
}

// table finds entries by key and labels as they come, without putting a string
// together, without allocating and without a lock. Entries are written before they are
// published, and afterwards never: whoever sees one sees it whole.
type table[M metrics.Instrument] struct {
	chains atomic.Pointer[[]atomic.Pointer[entry[M]]] // a power of two
	count  int                                        // for the writer
}

// find returns the entry, or nil. The labels' order is part of it: series are the same
// whatever the order, and an entry for each order in use costs less than sorting.
func (t *table[M]) find(hash uint64, key []string, labels []gometrics.Label) *entry[M] {
	chains := t.chains.Load()
	if chains == nil {
		return nil
	}
	for e := (*chains)[hash&uint64(len(*chains)-1)].Load(); e != nil; e = e.next {
		if e.hash == hash && slices.Equal(e.key, key) && slices.Equal(e.labels, labels) {
			return e
		}
	}
	return nil
}

// insert adds an entry that is not there yet. Hold the sink's lock.
func (t *table[M]) insert(e *entry[M]) {
	if chains := t.chains.Load(); chains == nil || t.count >= len(*chains) {
		t.rebuild(func(*entry[M]) bool { return true })
	}
	push(*t.chains.Load(), e)
	t.count++
}

// rebuild makes a table of the entries to be kept, with room for as many again. They
// are copied, since a reader may be on its way along the old chains.
func (t *table[M]) rebuild(keep func(*entry[M]) bool) {
	var kept []*entry[M]
	t.each(func(e *entry[M]) {
		if keep(e) {
			kept = append(kept, e)
		}
	})
	size := 8
	for size < 2*len(kept) {
		size *= 2
	}
	chains := make([]atomic.Pointer[entry[M]], size)
	for _, e := range kept {
		copied := *e
		push(chains, &copied)
	}
	t.count = len(kept)
	t.chains.Store(&chains)
}

func (t *table[M]) each(f func(*entry[M])) {
	chains := t.chains.Load()
	if chains == nil {
		return
	}
	for i := range *chains {
		for e := (*chains)[i].Load(); e != nil; e = e.next {
			f(e)
		}
	}
}

func push[M metrics.Instrument](chains []atomic.Pointer[entry[M]], e *entry[M]) {
	chain := &chains[e.hash&uint64(len(chains)-1)]
	e.next = chain.Load()
	chain.Store(e)
}

var seed = maphash.MakeSeed()

// The constants keep the operands of the multiplication from being zero, and any two
// unrelated odd numbers would do. They are fractional bits of the square roots of 5
// and 7.
const (
	mixHash = 0x3c6ef372fe94f82b
	mixPart = 0xa54ff53a5f1d36f1
)

// hashOf hashes a key and labels, each part by itself: {"a", "bc"} is not {"ab", "c"}.
func hashOf(key []string, labels []gometrics.Label) uint64 {
	hash := uint64(len(key))
	for _, part := range key {
		hash = mix(hash, part)
	}
	for i := range labels {
		hash = mix(mix(hash, labels[i].Name), labels[i].Value)
	}
	return hash
}

func mix(hash uint64, part string) uint64 {
	high, low := bits.Mul64(hash^mixHash, maphash.String(seed, part)^mixPart)
	return high ^ low
}

// clone copies what the caller may go on to change, and frees strings of what they
// were cut from. It makes slices of its own, where slices.Clone's result would be
// taken for the argument, and calls with a slice made for them would allocate.
func clone(key []string, labels []gometrics.Label) ([]string, []gometrics.Label) {
	keys, pairs := make([]string, len(key)), make([]gometrics.Label, len(labels))
	for i := range key {
		keys[i] = strings.Clone(key[i])
	}
	for i := range labels {
		pairs[i] = gometrics.Label{Name: strings.Clone(labels[i].Name), Value: strings.Clone(labels[i].Value)}
	}
	return keys, pairs
}
