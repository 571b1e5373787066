package metrics

import "slices"

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
	excessShift = 20
	excessMask  = 1<<excessShift - 1
	excessOne   = 1 << 15
)

// stamp packs a time and an E.
func stamp(unit uint64, e float64) uint64 {
	return unit<<excessShift | uint64(min(e*excessOne, excessMask))
}

// compare orders entries by value. The stamps only serve to find an entry
// quickly among many of the same value.
func (e entry) compare(other entry) int {
	switch {
	case e.value < other.value:
		return -1
	case e.value > other.value:
		return 1
	case e.stamp < other.stamp:
		return -1
	case e.stamp > other.stamp:
		return 1
	}
	return 0
}

// kept are the entries of a reservoir: in the order of their values, which is
// what readers want, though they leave in the order of their priorities.
type kept struct {
	alpha   float64 // per unit of time
	entries []entry
	victims []entry // some entries of lowest priority, the lowest last
}

// foresight is how many victims are picked in one pass over the entries. More
// would make a new instrument, which admits much, faster still, but full ones
// larger.
const foresight = 16

// weight is the logarithm of the entry's weight, from 0 up.
func (k *kept) weight(e entry) float64 { return k.alpha * float64(e.stamp>>excessShift) }

// priority is the logarithm of the entry's priority, from 0 up.
func (k *kept) priority(e entry) float64 {
	return k.weight(e) + float64(e.stamp&excessMask)*(1./excessOne)
}

// clear forgets the entries but keeps their room.
func (k *kept) clear() {
	k.entries = k.entries[:0]
	k.victims = k.victims[:0]
}

// position is where e belongs, or is.
func (k *kept) position(e entry) int {
	low, high := 0, len(k.entries)
	for low < high {
		middle := int(uint(low+high) / 2)
		if k.entries[middle].compare(e) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// insert adds an entry to fewer than size, before there are victims.
func (k *kept) insert(e entry, size int) {
	if len(k.entries) == cap(k.entries) {
		k.grow(size)
	}
	k.entries = slices.Insert(k.entries, k.position(e), e)
}

// grow doubles the room for entries, and ends exactly at size: memory follows
// use, and a full reservoir has no room to spare.
func (k *kept) grow(size int) {
	room := max(16, 2*cap(k.entries))
	if room > size/2 {
		room = size
	}
	entries := make([]entry, len(k.entries), room)
	copy(entries, k.entries)
	k.entries = entries
}

// lowest returns the lowest priority. There must be an entry.
func (k *kept) lowest() float64 {
	if len(k.victims) == 0 {
		k.pickVictims()
	}
	return k.priority(k.victims[len(k.victims)-1])
}

// pickVictims finds those that leave next.
func (k *kept) pickVictims() {
	if k.victims == nil {
		k.victims = make([]entry, 0, foresight)
	}
	bar := 0.0
	for _, e := range k.entries {
		p := k.priority(e)
		if len(k.victims) == foresight && p >= bar {
			continue
		}
		k.addVictim(e, p)
		bar = k.priority(k.victims[0])
	}
}

// addVictim puts e, whose priority is p, in its place among the victims; if there
// are too many then, the highest is none any more.
func (k *kept) addVictim(e entry, p float64) {
	i := len(k.victims)
	for i > 0 && k.priority(k.victims[i-1]) < p {
		i--
	}
	if len(k.victims) < foresight {
		k.victims = slices.Insert(k.victims, i, e)
		return
	}
	copy(k.victims, k.victims[1:i])
	k.victims[i-1] = e
}

// replaceLowest puts e in the place of the entry of lowest priority.
func (k *kept) replaceLowest(e entry) {
	last := len(k.victims) - 1
	i, j := k.position(k.victims[last]), k.position(e)
	if j > i {
		j--
		copy(k.entries[i:j], k.entries[i+1:j+1])
	} else {
		copy(k.entries[j+1:i+1], k.entries[j:i])
	}
	k.entries[j] = e

	k.victims = k.victims[:last]
	if last > 0 {
		if p := k.priority(e); p < k.priority(k.victims[0]) {
			k.addVictim(e, p)
		}
	}
}
