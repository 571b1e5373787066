package metrics

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMembersAgainstSorting compares the members and tau with plain sorting by
// priority: of values that are all different, few, or one; at one moment, in a
// steady stream and after pauses; read often, seldom and never before the end.
func TestMembersAgainstSorting(t *testing.T) {
	random := rand.New(rand.NewPCG(18, 19))
	for _, size := range []int{1, 2, 15, 16, 17, 100, 1028, 5000} {
		for _, different := range []int64{1, 5, 1 << 40} {
			for i, pace := range []uint64{0, 1, 300, 1, 1, 1} {
				// That of the default is 1.6e-5.
				m := members{alpha: []float64{0.001, 0.001, 0.001, 0, 1.6e-5, 1e6}[i], size: size}
				var all []entry
				unit := uint64(0)
				for range 4*size + 300 {
					if random.IntN(size) == 0 {
						unit += pace * random.Uint64N(2000)
					}
					e := entry{random.Int64N(different), stamp(unit, random.ExpFloat64())}
					m.add(e)
					all = append(all, e)
					if different == 5 && random.IntN(size) < 4 || different == 1 && random.IntN(size) == 0 {
						m.sort()
						compareMembers(t, &m, all)
					}
				}
				m.sort()
				compareMembers(t, &m, all)
				if got, want := cap(m.entries), size+m.slack(); got != want {
					t.Errorf("size %d: room for %d, want %d", size, got, want)
				}
			}
		}
	}
}

// compareMembers compares sorted members with the best of all. Which ones of equal
// priority at the end of the list stay is left open.
func compareMembers(t *testing.T, m *members, all []entry) {
	t.Helper()
	best := slices.Clone(all)
	slices.SortFunc(best, func(a, b entry) int { return cmp.Compare(m.priority(b), m.priority(a)) })
	tau := 0.0
	if len(best) > m.size {
		tau = m.priority(best[m.size])
		best = best[:m.size]
	}
	if m.tau != tau {
		t.Fatalf("size %d after %d: tau %v, want %v", m.size, len(all), m.tau, tau)
	}
	if len(m.entries) != len(best) || m.count() != len(best) {
		t.Fatalf("size %d after %d: %d members, want %d", m.size, len(all), len(m.entries), len(best))
	}
	if !slices.IsSortedFunc(m.entries, func(a, b entry) int { return cmp.Compare(a.value, b.value) }) {
		t.Fatalf("size %d after %d: not in the order of values", m.size, len(all))
	}
	above := func(entries []entry) (above []entry) {
		for _, e := range entries {
			if m.priority(e) > tau {
				above = append(above, e)
			}
		}
		slices.SortFunc(above, func(a, b entry) int {
			return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.stamp, b.stamp))
		})
		return above
	}
	if !slices.Equal(above(m.entries), above(best)) {
		t.Fatalf("size %d after %d: the wrong ones are members", m.size, len(all))
	}
}

// TestMembersOfEqualPriority has nothing to choose by. As many must stay, and as
// many leave, as with any other priorities.
func TestMembersOfEqualPriority(t *testing.T) {
	for _, size := range []int{1, 100, 1028, 5000} {
		m := members{alpha: 1, size: size}
		for i := range 3 * size {
			m.add(entry{int64(i), stamp(0, 1)})
			if m.count() != min(i+1, size) {
				t.Fatalf("size %d: %d members after %d", size, m.count(), i+1)
			}
		}
		for i := range size / 2 {
			m.add(entry{int64(-1 - i), stamp(0, 2)})
		}
		m.sort()
		if len(m.entries) != size || m.tau != 1 || size > 1 && m.entries[size/2-1].value >= 0 {
			t.Errorf("size %d: %d members, tau %v", size, len(m.entries), m.tau)
		}
	}
}

// TestCollect: what is not collected has no priority below the bar by more than margin, and
// what is collected none above it by more, unless alpha is too large for 64 bits.
func TestCollect(t *testing.T) {
	random := rand.New(rand.NewPCG(22, 23))
	for _, alpha := range []float64{0, 1e-9, 1.6e-5, 0.3, 30, 1e3} {
		m := members{alpha: alpha, size: 200}
		unit := random.Uint64N(1 << 40)
		for range sieve {
			m.entries = append(m.entries, entry{stamp: stamp(unit+random.Uint64N(1000), random.ExpFloat64())})
		}
		for range 1000 {
			bar := m.priority(m.entries[random.IntN(sieve)]) + margin*(random.Float64()-0.5)
			places := make([]int32, sieve)
			collected := make(map[int32]bool)
			for _, at := range places[:m.collect(bar, places)] {
				collected[at] = true
			}
			for i, e := range m.entries {
				p := m.priority(e)
				if !collected[int32(i)] && p < bar-margin || collected[int32(i)] && p > bar+margin && alpha < 32 {
					t.Fatalf("alpha %v: priority %v collected below %v: %v", alpha, p, bar, collected[int32(i)])
				}
			}
		}
	}
}

func TestNthLowest(t *testing.T) {
	random := rand.New(rand.NewPCG(20, 21))
	for range 2000 {
		list := make([]float64, 1+random.IntN(50))
		for i := range list {
			list[i] = float64(random.IntN(1 + random.IntN(100)))
		}
		sorted := slices.Sorted(slices.Values(list))
		n := random.IntN(len(list))
		v, below := nthLowest(list, n)
		first, _ := slices.BinarySearch(sorted, v)
		if v != sorted[n] || below != first {
			t.Fatalf("number %d of %v is %v, with %d below", n, sorted, v, below)
		}
	}
}
