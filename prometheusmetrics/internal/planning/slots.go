package planning

// slots hands out runs of places in a slice, and takes them back for the next that
// needs a run of that length.
type slots struct {
	length int // of the slice
	used   int
	free   map[int][]int
}

func (s *slots) take(n int) int {
	s.used += n
	if free := s.free[n]; len(free) > 0 {
		slot := free[len(free)-1]
		if s.free[n] = free[:len(free)-1]; len(free) == 1 {
			delete(s.free, n)
		}
		return slot
	}
	slot := s.length
	s.length += n
	return slot
}

func (s *slots) give(slot, n int) {
	if n == 0 {
		return
	}
	s.used -= n
	if s.free == nil {
		s.free = make(map[int][]int)
	}
	s.free[n] = append(s.free[n], slot)
}

// isSparse reports whether so much is free that everybody should move together.
func (s *slots) isSparse() bool { return s.length > 2*s.used+64 }
