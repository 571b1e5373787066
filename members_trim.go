package metrics

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sync"
)

// sieve is how many priorities trim can choose tau from.
const sieve = 256

// trim leaves the size entries of highest priority, and makes tau the highest of
// the others. It takes a pass over the entries to find those that may have to leave;
// the rest move in runs.
func (m *members) trim() {
	for m.excess() > sieve/2 && m.trimRoughly() {
	}
	switch excess := m.excess(); {
	case excess <= 0:
	case excess <= sieve/16: // as mostly when somebody reads, and clearing room takes time
		var places [sieve / 4]int32
		var priorities [sieve / 4]float64
		m.trimBy(places[:], priorities[:])
	default:
		var places [sieve]int32
		var priorities [sieve]float64
		m.trimBy(places[:], priorities[:])
	}
}

// trimBy is trim with room for the places and priorities of entries that may have to leave.
func (m *members) trimBy(places []int32, priorities []float64) {
	excess := m.excess()
	step := m.step(float64(excess) + 3*math.Sqrt(float64(excess)) + 3)
	if len(m.entries) <= len(places) {
		step = math.Inf(1) // all of them
	}
	for range 6 {
		bar := m.tau + step
		n := m.collect(bar, places)
		if excess <= n && n <= len(places) && m.remove(places[:n], priorities[:n], bar-margin) {
			return
		}
		if n < excess {
			step *= max(2, 1.3*float64(excess)/float64(n+1))
		} else {
			step *= 1.2 * float64(excess) / float64(n)
		}
	}
	m.trimBySorting(excess)
}

// excess is how many entries have to leave.
func (m *members) excess() int { return len(m.entries) - m.size }

// step guesses the distance from tau to a priority that n entries don't reach. On a busy
// instrument, priorities above any bar are distributed like E; on others this is only
// where the search begins.
func (m *members) step(n float64) float64 {
	return -math.Log1p(-min(n/float64(len(m.entries)), 0.95))
}

// trimRoughly drops most of a large excess, so that what is left fits the sieve. It
// reports whether it did.
func (m *members) trimRoughly() bool {
	excess := float64(m.excess())
	step := m.step(excess - 3*math.Sqrt(excess))
	for range 6 {
		n := float64(m.below(m.tau + step))
		if excess/2 <= n && n < excess {
			m.drop(m.tau + step)
			return true
		}
		step *= 0.9 * excess / (n + 1)
	}
	return false
}

// collect counts the entries whose priority is below bar, and notes their places, in
// ascending order, as far as there is room. It does with few instructions for each, in
// whole steps of a stamp. So it may count some whose priority is above bar by up to
// margin, and some that are below by so little may be missing.
func (m *members) collect(bar float64, places []int32) (n int) {
	alpha, limit := saturated(m.alpha*stampOne*(1<<(64-stampShift))), saturated(bar*stampOne)
	entries := m.entries
	for i := range entries {
		stamp := entries[i].stamp
		weight, _ := bits.Mul64(stamp&^stampMask, alpha)
		if weight+stamp&stampMask < limit {
			if n < len(places) {
				places[n] = int32(i)
			}
			n++
		}
	}
	return n
}

// margin is by how much rounding may change a priority: two steps of a stamp.
const margin = 2. / stampOne

// saturated returns the whole part of a number that is not negative, or the highest there
// is.
func saturated(x float64) uint64 {
	if x >= 1<<64 {
		return math.MaxUint64
	}
	return uint64(x)
}

// below counts the entries of priorities below bar.
func (m *members) below(bar float64) (n int) {
	for _, e := range m.entries {
		if m.priority(e) < bar {
			n++
		}
	}
	return n
}

// remove removes so many of the entries at some places that size are left, and makes tau
// the highest of their priorities. It reports false, and removes none, if that would be
// above highest. In a large reservoir several may have that one; they differ by less than a
// stamp resolves, so it hardly matters which ones stay.
func (m *members) remove(places []int32, priorities []float64, highest float64) bool {
	excess := m.excess()
	for i, at := range places {
		priorities[i] = m.priority(m.entries[at])
	}
	tau, below := nthLowest(priorities, excess-1)
	if tau > highest {
		return false
	}
	equal := excess - below // so many leave of those that equal tau
	left, sorted, from := 0, m.sorted, 0
	for _, place := range places {
		at := int(place)
		p := m.priority(m.entries[at])
		if p > tau || p == tau && equal == 0 {
			continue
		}
		if p == tau {
			equal--
		}
		if at < m.sorted {
			sorted--
		}
		left += m.move(left, from, at)
		from = at + 1
	}
	left += m.move(left, from, len(m.entries))
	m.entries, m.sorted, m.tau = m.entries[:left], sorted, tau
	return true
}

// move moves the entries between from and to, and returns how many they are.
func (m *members) move(left, from, to int) int {
	if left == from {
		return to - from
	}
	return copy(m.entries[left:], m.entries[from:to])
}

// drop removes the entries of priorities below bar, which becomes tau. The others stay
// in their order.
func (m *members) drop(bar float64) {
	left, sorted := 0, m.sorted
	for i, e := range m.entries {
		if m.priority(e) >= bar {
			m.entries[left] = e
			left++
		} else if i < m.sorted {
			sorted--
		}
	}
	m.entries, m.sorted, m.tau = m.entries[:left], sorted, bar
}

// trimBySorting is trim for priorities of any distribution, and slow.
func (m *members) trimBySorting(excess int) {
	slices.SortFunc(m.entries, func(a, b entry) int { return cmp.Compare(m.priority(a), m.priority(b)) })
	m.tau = m.priority(m.entries[excess-1])
	m.entries = slices.Delete(m.entries, 0, excess)
	m.sorted = 0
}

// nthLowest returns the n-th lowest number of the list, counted from 0, and how many
// are below it. It changes the order of the list: quickselect by Hoare
// (Algorithm 65: Find, CACM 1961).
func nthLowest(list []float64, n int) (v float64, below int) {
	low, high := 0, len(list)-1
	for low < high {
		pivot := list[n]
		i, j := low, high
		for i <= j {
			for list[i] < pivot {
				i++
			}
			for pivot < list[j] {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		if j < n {
			low = i
		}
		if n < i {
			high = j
		}
	}
	v = list[n]
	for _, other := range list {
		if other < v {
			below++
		}
	}
	return v, below
}

// tails are reused for merging.
var tails = sync.Pool{New: func() any { return new([]entry) }}

// sort trims the entries and puts them in the order of their values.
func (m *members) sort() {
	m.trim()
	tail := m.entries[m.sorted:]
	if len(tail) == 0 {
		return
	}
	sortByValue(tail)
	if m.sorted > 0 {
		m.mergeTail()
	}
	m.sorted = len(m.entries)
}

// sortByValue sorts entries. Those that came since the last reading are mostly few.
func sortByValue(entries []entry) {
	if len(entries) > 32 {
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.value, b.value) })
		return
	}
	for i, e := range entries {
		for ; i > 0 && entries[i-1].value > e.value; i-- {
			entries[i] = entries[i-1]
		}
		entries[i] = e
	}
}

// mergeTail merges the entries behind the sorted ones, which are sorted by now, from
// the end. What lies between two of them moves in one go.
func (m *members) mergeTail() {
	scratch := tails.Get().(*[]entry)
	defer tails.Put(scratch)
	*scratch = append((*scratch)[:0], m.entries[m.sorted:]...)
	entries, front, end := m.entries, m.sorted, len(m.entries)
	for _, e := range slices.Backward(*scratch) {
		from := front
		for from >= 8 && entries[from-8].value > e.value {
			from -= 8
		}
		for from > 0 && entries[from-1].value > e.value {
			from--
		}
		end -= front - from + 1
		copy(entries[end+1:], entries[from:front])
		entries[end] = e
		front = from
	}
}
