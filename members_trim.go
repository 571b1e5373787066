package metrics

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// sieve is how many priorities trim can choose tau from.
const sieve = 256

// trim leaves the size entries of highest priority, and makes tau the highest of
// the others. It takes a pass over the entries to collect the priorities that may
// be tau, and another one to drop what is not above it.
func (m *members) trim() {
	for m.excess() > sieve/2 && m.trimRoughly() {
	}
	excess := m.excess()
	if excess <= 0 {
		return
	}
	var low [sieve]float64
	step := m.step(float64(excess) + 2*math.Sqrt(float64(excess)))
	if len(m.entries) <= sieve {
		step = math.Inf(1) // all of them
	}
	for range 6 {
		n := m.collect(m.tau+step, &low)
		if excess <= n && n <= sieve {
			tau, below, equal := nthLowest(low[:n], excess-1)
			if below+equal == excess { // as nearly always: save a pass
				m.drop(math.Nextafter(tau, math.Inf(1)))
				m.tau = tau
			} else {
				m.drop(tau)
				m.dropEqual(excess - below)
			}
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
		n := float64(m.collect(m.tau+step, nil))
		if excess/2 <= n && n < excess {
			m.drop(m.tau + step)
			return true
		}
		step *= 0.9 * excess / (n + 1)
	}
	return false
}

// collect counts the priorities below bar, and puts as many as fit into low. It does
// without a branch, which no processor could predict.
func (m *members) collect(bar float64, low *[sieve]float64) (n int) {
	var unwanted [sieve]float64
	if low == nil {
		low = &unwanted
	}
	for _, e := range m.entries {
		p := m.priority(e)
		low[min(uint(n), sieve-1)] = p
		below := 0
		if p < bar {
			below = 1
		}
		n += below
	}
	return n
}

// drop removes the entries of priorities below bar, which becomes tau. The others stay
// in their order.
func (m *members) drop(bar float64) {
	left := m.pack(0, 0, m.sorted, bar)
	sorted := left
	left = m.pack(left, m.sorted, len(m.entries), bar)
	m.entries, m.sorted, m.tau = m.entries[:left], sorted, bar
}

// pack moves the entries between from and to whose priority is not below bar to the
// place left, one behind the other, and returns where they end.
func (m *members) pack(left, from, to int, bar float64) int {
	for _, e := range m.entries[from:to] {
		m.entries[left] = e
		stays := 0
		if m.priority(e) >= bar {
			stays = 1
		}
		left += stays
	}
	return left
}

// dropEqual removes n entries of priority tau. In a large reservoir there may be more of
// them; they differ by less than a stamp resolves, so it hardly matters which ones stay.
func (m *members) dropEqual(n int) {
	left, sorted := 0, m.sorted
	for i, e := range m.entries {
		if n > 0 && m.priority(e) == m.tau {
			n--
			if i < m.sorted {
				sorted--
			}
			continue
		}
		m.entries[left] = e
		left++
	}
	m.entries, m.sorted = m.entries[:left], sorted
}

// trimBySorting is trim for priorities of any distribution, and slow.
func (m *members) trimBySorting(excess int) {
	slices.SortFunc(m.entries, func(a, b entry) int { return cmp.Compare(m.priority(a), m.priority(b)) })
	m.tau = m.priority(m.entries[excess-1])
	m.entries = slices.Delete(m.entries, 0, excess)
	m.sorted = 0
}

// nthLowest returns the n-th lowest number of the list, counted from 0, and how many
// are below it and equal to it. It changes the order of the list: quickselect by Hoare
// (Algorithm 65: Find, CACM 1961).
func nthLowest(list []float64, n int) (v float64, below, equal int) {
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
		switch {
		case other < v:
			below++
		case other == v:
			equal++
		}
	}
	return v, below, equal
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
	slices.SortFunc(tail, func(a, b entry) int { return cmp.Compare(a.value, b.value) })
	if m.sorted > 0 {
		m.mergeTail()
	}
	m.sorted = len(m.entries)
}

// mergeTail merges the entries behind the sorted ones, which are sorted by now, from
// the end.
func (m *members) mergeTail() {
	scratch := tails.Get().(*[]entry)
	defer tails.Put(scratch)
	*scratch = append((*scratch)[:0], m.entries[m.sorted:]...)
	front, tail := m.entries[:m.sorted], *scratch
	for i := len(m.entries) - 1; len(tail) > 0; i-- {
		if last := len(front) - 1; last >= 0 && front[last].value > tail[len(tail)-1].value {
			m.entries[i] = front[last]
			front = front[:last]
		} else {
			m.entries[i] = tail[len(tail)-1]
			tail = tail[:len(tail)-1]
		}
	}
}
