package metrics

// entry is a value and its priority in 16 bytes. The stamp is the time it came,
// in units since the reservoir's start, and in the lower 20 bits E in steps of
// 2^-15. That resolves 1 ms and 3e-5 of a weight, and covers 584 years and values
// that were one in 8e13. Priorities are always computed from the stamp, so that
// they compare alike whenever it is done.
type entry struct {
	value int64
	stamp uint64
}

const (
	stampShift = 20
	stampMask  = 1<<stampShift - 1
	stampOne   = 1 << 15
)

// stamp packs a time and an E.
func stamp(unit uint64, e float64) uint64 {
	return unit<<stampShift | uint64(min(e*stampOne, stampMask))
}

// members are the entries of a reservoir: the size entries of highest priority so
// far, and some that were added since the last trim and may have to leave at the next.
// So adding an entry is an append, and many share the cost of finding those that leave.
//
// Readers want the entries in the order of their values: sort merges what was added
// since the last reading into the others.
type members struct {
	alpha   float64 // per unit of time
	size    int
	entries []entry // of priorities above tau; trimmed when there is no more room
	sorted  int     // so many at the front are in the order of their values

	// tau is the highest priority left out by the last trim; while there are no more
	// than size entries, it is the highest left out of all.
	tau float64
}

// slack is how many entries more than size there is room for. With 124 at the
// default size, entries fill the allocator's next size class after that of size.
func (m *members) slack() int { return max(16, m.size/8-4) }

// weight is the logarithm of the entry's weight, from 0 up.
func (m *members) weight(e entry) float64 { return m.alpha * float64(int64(e.stamp>>stampShift)) }

// priority is the logarithm of the entry's priority, from 0 up.
func (m *members) priority(e entry) float64 { return priority(m.alpha, e.stamp) }

func priority(alpha float64, stamp uint64) float64 {
	return alpha*float64(int64(stamp>>stampShift)) + float64(int64(stamp&stampMask))*(1./stampOne)
}

// clear forgets the entries but keeps their room.
func (m *members) clear() {
	m.entries = m.entries[:0]
	m.sorted = 0
	m.tau = 0
}

// count is how many entries are members.
func (m *members) count() int { return min(len(m.entries), m.size) }

// add takes an entry in if its priority is above tau. It reports whether it had to trim
// the others first, which raises tau.
func (m *members) add(e entry) (trimmed bool) {
	if m.tau > 0 && m.priority(e) <= m.tau {
		return false
	}
	if len(m.entries) == cap(m.entries) {
		if len(m.entries) > m.size {
			m.trim()
			trimmed = true
			if m.priority(e) <= m.tau {
				return true
			}
		} else {
			m.grow()
		}
	}
	m.entries = append(m.entries, e)
	return trimmed
}

// grow doubles the room for entries, and ends exactly at the room of a full
// reservoir: memory follows use.
func (m *members) grow() {
	room := max(16, 2*cap(m.entries))
	if full := m.size + m.slack(); room > full/2 {
		room = full
	}
	entries := make([]entry, len(m.entries), room)
	copy(entries, m.entries)
	m.entries = entries
}
