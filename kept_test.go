package metrics

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestKeptAgainstSorting compares the entries, and the order in which they
// leave, with plain sorting, for values that are all different, few, or one.
func TestKeptAgainstSorting(t *testing.T) {
	random := rand.New(rand.NewPCG(18, 19))
	for _, size := range []int{1, 2, 15, 16, 17, 100, 1028} {
		for _, different := range []int64{1, 5, 1 << 40} {
			k := kept{alpha: 0.001}
			var want []entry
			for i := range uint64(3 * size) {
				e := entry{random.Int64N(different), stamp(i/7, random.ExpFloat64())}
				if len(want) < size {
					k.insert(e, size)
				} else {
					slices.SortFunc(want, func(a, b entry) int {
						return cmp.Compare(k.priority(a), k.priority(b))
					})
					if got := k.lowest(); got != k.priority(want[0]) {
						t.Fatalf("lowest priority %v, want %v", got, k.priority(want[0]))
					}
					k.replaceLowest(e)
					want = want[1:]
				}
				want = append(want, e)
			}
			slices.SortFunc(want, entry.compare)
			if !slices.Equal(k.entries, want) {
				t.Fatalf("size %d, %d different values: the wrong entries were kept", size, different)
			}
			if cap(k.entries) != size {
				t.Errorf("size %d: room for %d", size, cap(k.entries))
			}
		}
	}
}

func TestStamp(t *testing.T) {
	k := kept{alpha: 0.5}
	for _, test := range []struct {
		unit uint64
		e    float64
		want float64
	}{
		{0, 0, 0},
		{3, 1.25, 2.75},
		{1<<43 - 1, 0.5, 0.5*(1<<43-1) + 0.5},
		{0, 44, 32 - 1./excessOne}, // more than there is room for
	} {
		if got := k.priority(entry{stamp: stamp(test.unit, test.e)}); got != test.want {
			t.Errorf("unit %d, E %v: priority %v, want %v", test.unit, test.e, got, test.want)
		}
	}
}

func TestRoomFollowsUse(t *testing.T) {
	var k kept
	allocations := 0
	for v := range int64(1028) {
		before := cap(k.entries)
		k.insert(entry{value: v}, 1028)
		if cap(k.entries) != before {
			allocations++
		}
		if len(k.entries) > 16 && cap(k.entries) > 2*len(k.entries)+16 {
			t.Fatalf("room for %d with %d entries", cap(k.entries), len(k.entries))
		}
	}
	if allocations > 8 {
		t.Errorf("grew %d times", allocations)
	}
}
