package metrics

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"
)

// A series is one metric in a registry: a name, a label set, and what records.
type series struct {
	family   *family
	labels   *labelSet
	metric   any
	kind     kind
	exported bool // false if requested under another type than the name has
	place    int  // index in family.exported; under the registry's lock
	slot     *slot
}

// A slot stands for a series wherever it may be remembered after it has left the
// registry: in the order of registration, and in the index of a Vec. It is empty
// then, so that nothing keeps the memory of an instrument.
type slot struct{ series atomic.Pointer[series] }

func newSeries(f *family, labels *labelSet, k kind, metric any, exported bool) *series {
	s := &series{family: f, labels: labels, metric: metric, kind: k, exported: exported, slot: new(slot)}
	s.slot.series.Store(s)
	return s
}

// leave empties the slot of a series that leaves the registry.
func (s *series) leave() { s.slot.series.Store(nil) }

// String writes name{label="value"}, the key of GetAll and JSON.
func (s *series) String() string { return s.family.name + s.labels.String() }

// is reports whether the series is of type k; kindNone stands for every type that is
// exported.
func (s *series) is(k kind) bool { return s.kind == k || k == kindNone && s.exported }

func (s *series) hash() uint64 { return s.family.hash + s.labels.hash() }

// A family is all series of one name.
type family struct {
	hash uint64
	name string // full name
	kind kind

	plain atomic.Pointer[series]   // exported one without labels
	shape atomic.Pointer[labelSet] // labels of the first that had some; see Labels.inShape

	// Under the registry's lock:
	exported []*series // in no order
	strays   []*series // not exported, since they are of another kind
}

// hasName compares a name in two pieces without putting them together.
func (f *family) hasName(prefix, name string) bool {
	at := len(prefix)
	return len(f.name) == at+len(name) && f.name[at:] == name && f.name[:at] == prefix
}

func (f *family) add(s *series) {
	s.place = len(f.exported)
	f.exported = append(f.exported, s)
	if s.labels == nil {
		f.plain.Store(s)
	} else if f.shape.Load() == nil {
		f.shape.Store(s.labels)
	}
}

// remove takes a series out in constant time, so that a family of a million
// can be taken down one by one.
func (f *family) remove(s *series) {
	last := len(f.exported) - 1
	moved := f.exported[last]
	f.exported[s.place], moved.place = moved, s.place
	f.exported[last] = nil
	f.exported = f.exported[:last]
	if s.labels == nil {
		f.plain.Store(nil)
	}
}

// same reports whether two sets are equal.
func (s *labelSet) same(other *labelSet) bool {
	if s == nil || other == nil || len(s.pairs) != len(other.pairs) {
		return s == other
	}
	for i, pair := range s.pairs {
		if pair != other.pairs[i] {
			return false
		}
	}
	return true
}

var hashSeed = maphash.MakeSeed()

// The two constants keep the factors in hashPair from being zero, and give a label
// another hash than the one with name and value exchanged. They are the fractional
// bits of the square roots of 2 and 3: any two unrelated odd numbers would do.
const (
	mixName  = 0x6a09e667f3bcc909
	mixValue = 0xbb67ae8584caa73b
)

// hashName hashes prefix+name without putting them together.
func hashName(prefix, name string) uint64 {
	if prefix == "" {
		return maphash.String(hashSeed, name)
	}
	var h maphash.Hash
	h.SetSeed(hashSeed)
	h.WriteString(prefix)
	h.WriteString(name)
	return h.Sum64()
}

func hashPair(name, value string) uint64 {
	high, low := bits.Mul64(maphash.String(hashSeed, name)^mixName, maphash.String(hashSeed, value)^mixValue)
	return high ^ low
}

// hash adds up the hashes of the pairs: a map comes in any order, and sorting it
// first would cost more than the lookup. The sum equals the hash of the labelSet made
// from the map, and count is the number of labels that are not empty.
func (l Labels) hash() (sum uint64, count int) {
	for name, value := range l {
		if value != "" {
			sum += hashPair(name, value)
			count++
		}
	}
	return sum, count
}

func (s *labelSet) hash() (sum uint64) {
	if s == nil {
		return 0
	}
	for i := range s.pairs {
		sum += hashPair(s.pairs[i].name, s.pairs[i].value)
	}
	return sum
}
