package planning

import "testing"

func TestSlots(t *testing.T) {
	var s slots
	taken := make(map[int]int)
	take := func(n int) int {
		slot := s.take(n)
		for i := range n {
			if taken[slot+i]++; taken[slot+i] > 1 {
				t.Errorf("place %d is given out twice", slot+i)
			}
		}
		return slot
	}
	give := func(slot, n int) {
		s.give(slot, n)
		for i := range n {
			taken[slot+i]--
		}
	}
	a, b := take(3), take(5)
	give(a, 3)
	if again := take(3); again != a || s.length != 8 || s.used != 8 || len(s.free) != 0 {
		t.Errorf("a place that was given back is not used again: %+v", s)
	}
	take(2)
	give(b, 5)
	give(0, 0)
	if s.length != 10 || s.used != 5 || s.isSparse() {
		t.Errorf("slots are %+v", s)
	}
	for range 100 {
		take(4)
	}
	if s.isSparse() {
		t.Error("what is full is sparse")
	}
	if (&slots{length: 64}).isSparse() || !(&slots{length: 65}).isSparse() {
		t.Error("more than 64 free places are sparse, and no fewer")
	}
	s.give(10, 400)
	if !s.isSparse() {
		t.Error("what is empty is not sparse")
	}
}
