package metrics

import "testing"

func TestStamp(t *testing.T) {
	m := members{alpha: 0.5}
	for _, test := range []struct {
		unit uint64
		e    float64
		want float64
	}{
		{0, 0, 0},
		{3, 1.25, 2.75},
		{1<<43 - 1, 0.5, 0.5*(1<<43-1) + 0.5},
		{0, 44, 32 - 1./stampOne}, // more than there is room for
	} {
		if got := m.priority(entry{stamp: stamp(test.unit, test.e)}); got != test.want {
			t.Errorf("unit %d, E %v: priority %v, want %v", test.unit, test.e, got, test.want)
		}
	}
}

func TestRoomFollowsUse(t *testing.T) {
	m := members{size: 1028}
	allocations := 0
	for v := range int64(1028) {
		before := cap(m.entries)
		m.add(entry{value: v})
		if cap(m.entries) != before {
			allocations++
		}
		if len(m.entries) > 16 && cap(m.entries) > 2*len(m.entries)+16+m.slack() {
			t.Fatalf("room for %d with %d entries", cap(m.entries), len(m.entries))
		}
	}
	if allocations > 8 {
		t.Errorf("grew %d times", allocations)
	}
	if bytes := 16 * cap(m.entries); bytes != 18432 {
		t.Errorf("a full reservoir takes %d bytes, not the 18432 of a size class", bytes)
	}
}
