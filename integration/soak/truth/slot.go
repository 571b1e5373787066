package truth

import "sync/atomic"

// A Slot is a number that a service counts by itself. It may be used concurrently.
type Slot struct {
	begun, done atomic.Int64
}

// Record counts n around a call that has the library count it: whoever reads the
// library meanwhile must see at least what was done, and at most what was begun.
func (s *Slot) Record(n int64, record func()) {
	s.begun.Add(n)
	record()
	s.done.Add(n)
}

// Bounds are what a slot was at one moment.
type Bounds struct{ Done, Begun int64 }

// bounds reads what was done first, so that Done is never more than Begun.
func (s *Slot) bounds() Bounds {
	done := s.done.Load()
	return Bounds{Done: done, Begun: s.begun.Load()}
}

// Done returns how much was recorded.
func (s *Slot) Done() int64 { return s.done.Load() }
