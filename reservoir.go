package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
)

// A reservoir keeps a random sample of the values recorded, in which the chance
// of a value to be there halves with each ln(2)/alpha of its age; with alpha 0 all
// have the same chance. It implements forward decay (Cormode, Shkapenyuk,
// Srivastava, Xu: Forward Decay, ICDE 2009) by priority sampling (Duffield, Lund,
// Thorup: Priority sampling for estimation of arbitrary subset sums, JACM 2007).
//
// A value that comes at time t has the weight e^(alpha·t), and draws a priority,
// which is its weight divided by a uniform random number. The values of highest
// priority are kept. Here all this is done with logarithms: the priority is
// alpha·t + E, E exponentially distributed. So nothing overflows however long a
// process runs, and no landmark has to be moved.
//
// When values come often, nearly all draw a priority that is too low. This
// shows on the random number itself, compared with a bound that is computed now
// and then, so they need no lock. A reservoir of 1028 with alpha 0.015 admits
// about 15 values a second, whatever the load. That is few enough to keep the
// values sorted all the time, which makes reading cheap.
type reservoir struct {
	total total
	clock coarseClock

	// bound rejects: a random number below it means a priority that is too low.
	bound    atomic.Uint64
	nextUnit atomic.Int64 // when the bound must be computed anew, since time went on

	mu      sync.Mutex
	alpha   float64 // per unit of time
	size    int
	start   int64
	unit    uint64     // the time, in units since start
	entries []entry    // by value, then stamp
	tau     float64    // the highest priority that was turned away or thrown out
	version uint64     // goes up with each change of entries or tau
	random  *rand.Rand // for tests; nil means the runtime's generator
}

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
	unitShift   = 20 // a unit of time is 2^20 ns, 1.05 ms
	excessShift = 20
	excessMask  = 1<<excessShift - 1
	excessOne   = 1 << 15

	defaultSize  = 1028
	defaultAlpha = 0.015

	// even is the largest spread of the logarithms of weights that is taken for
	// none. At alpha 0.015 these are the values of half a second.
	even = 1. / 128
)

// open prepares a new reservoir. Senseless parameters become the default ones.
func (r *reservoir) open(size int, alpha float64) {
	if size <= 0 {
		size = defaultSize
	}
	if !(alpha >= 0) || math.IsInf(alpha, 1) {
		alpha = defaultAlpha
	}
	r.size = size
	r.alpha = alpha * (1 << unitShift) / 1e9
	r.start = now()
	if alpha == 0 {
		r.nextUnit.Store(math.MaxInt64) // time doesn't matter
	}
}

// record samples v, which came at t; if t is unknown, at about the time of the
// last look at the clock. It returns the time, if it looked itself.
func (r *reservoir) record(v, t int64) int64 {
	count := r.total.add(v)
	if t == unknown && r.clock.due(count, 1) {
		t = r.clock.look(count, 1)
	}
	if t >= r.nextUnit.Load() && r.mu.TryLock() {
		r.moveTo(t)
		r.mu.Unlock()
	}
	if u := r.draw(); u >= r.bound.Load() {
		r.admit(v, t, u)
	}
	return t
}

func (r *reservoir) draw() uint64 {
	if r.random != nil {
		return r.random.Uint64()
	}
	return rand.Uint64()
}

// moveTo lets time go on to t. Hold the lock.
func (r *reservoir) moveTo(t int64) {
	if t < r.nextUnit.Load() {
		return
	}
	r.unit = uint64(max(t-r.start, 0)) >> unitShift
	r.nextUnit.Store(r.start + int64(r.unit+1)<<unitShift)
	r.setBound()
}

// setBound computes the bound for the current time and tau: of the random
// numbers u, spread evenly over [0, 2^64), only those at or above it stand for a
// priority above tau. Hold the lock.
func (r *reservoir) setBound() {
	needed := r.tau - r.alpha*float64(r.unit)
	if needed <= 0 {
		r.bound.Store(0)
		return
	}
	r.bound.Store(^uint64(math.Exp(-needed) * (1 << 64)))
}

// excess is E, in steps, for a random number.
func excess(u uint64) uint64 {
	e := -math.Log((float64(^u) + 0.5) * 0x1p-64)
	return min(uint64(e*excessOne), excessMask)
}

// priority is the logarithm of an entry's priority, from 0 up.
func (r *reservoir) priority(stamp uint64) float64 {
	return r.weight(stamp) + float64(stamp&excessMask)/excessOne
}

// weight is the logarithm of an entry's weight, from 0 up.
func (r *reservoir) weight(stamp uint64) float64 {
	return r.alpha * float64(stamp>>excessShift)
}

// admit takes v in if it ranks high enough.
func (r *reservoir) admit(v, t int64, u uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t != unknown {
		r.moveTo(t)
	}
	e := entry{v, r.unit<<excessShift | excess(u)}
	if r.size == 0 {
		r.size = defaultSize // the zero value
	}
	if len(r.entries) < r.size {
		r.insert(e)
		r.version++
		return
	}
	priority := r.priority(e.stamp)
	if priority <= r.tau {
		return // tau went up since the bound was read
	}
	if victim, lowest := r.lowest(); priority > lowest {
		r.replace(victim, e)
		r.tau = lowest
	} else {
		r.tau = priority
	}
	r.version++
	r.setBound()
}

// lowest finds the entry of lowest priority.
func (r *reservoir) lowest() (index int, priority float64) {
	priority = math.Inf(1)
	for i := range r.entries {
		if p := r.priority(r.entries[i].stamp); p < priority {
			index, priority = i, p
		}
	}
	return index, priority
}

// position is where in the order of values v belongs, behind its equals.
func (r *reservoir) position(v int64) int {
	low, high := 0, len(r.entries)
	for low < high {
		middle := int(uint(low+high) / 2)
		if r.entries[middle].value <= v {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// insert adds an entry to a reservoir that isn't full.
func (r *reservoir) insert(e entry) {
	i, n := r.position(e.value), len(r.entries)
	if n == cap(r.entries) {
		r.grow()
	}
	r.entries = r.entries[:n+1]
	copy(r.entries[i+1:], r.entries[i:n])
	r.entries[i] = e
}

// grow doubles the room for entries, and ends exactly at size: memory follows
// use, and a full reservoir holds nothing in reserve.
func (r *reservoir) grow() {
	room := max(16, 2*cap(r.entries))
	if 2*room > r.size {
		room = r.size
	}
	entries := make([]entry, len(r.entries), room)
	copy(entries, r.entries)
	r.entries = entries
}

// replace puts e in the place of the entry at i, moving what lies between.
func (r *reservoir) replace(i int, e entry) {
	j := r.position(e.value)
	if j > i {
		copy(r.entries[i:j-1], r.entries[i+1:j])
		j--
	} else {
		copy(r.entries[j+1:i+1], r.entries[j:i])
	}
	r.entries[j] = e
}

// distribution fills d with the values kept and their weights. A kept value
// stands for max(w, tau): where priorities above tau are rare, as on a busy
// instrument, each of the kept ones stands for as many values as the next.
// Nothing here depends on the time of reading. Hold the lock.
func (r *reservoir) distribution(d *distribution) {
	d.values, d.weights = d.values[:0], d.weights[:0]
	for i := range r.entries {
		d.values = append(d.values, r.entries[i].value)
	}
	if len(r.entries) == 0 || r.alpha*float64(r.unit) <= r.tau+even {
		return
	}
	d.weights = slices.Grow(d.weights, len(r.entries))
	lightest, heaviest := math.Inf(1), 0.0
	for i := range r.entries {
		weight := max(r.weight(r.entries[i].stamp), r.tau)
		lightest, heaviest = min(lightest, weight), max(heaviest, weight)
		d.weights = append(d.weights, weight)
	}
	if heaviest-lightest <= even {
		d.weights = d.weights[:0]
		return
	}
	for i := range d.weights {
		d.weights[i] = math.Exp(d.weights[i] - heaviest)
	}
}

// with computes f of the values kept, without the lock and without garbage.
func (r *reservoir) with(f func(d *distribution)) {
	d := scratch.Get().(*distribution)
	defer scratch.Put(d)
	r.mu.Lock()
	r.distribution(d)
	r.mu.Unlock()
	f(d)
}

// wake makes the next record look at the clock.
func (r *reservoir) wake() { r.clock.wake() }

// totals returns count and sum since the start.
func (r *reservoir) totals() tally { return r.total.read() }

// capture returns a snapshot.
func (r *reservoir) capture() (Sample, tally) {
	r.clock.wake()
	s := new(SampleSnapshot)
	r.mu.Lock()
	s.values = make([]int64, 0, len(r.entries))
	r.distribution(&s.distribution)
	r.mu.Unlock()
	s.tally = r.total.read() // after the values, so that it counts all of them
	return s, s.tally
}

// statistics fills s.
func (r *reservoir) statistics(s *Statistics, ps []float64) tally {
	r.clock.wake()
	r.mu.Lock()
	if s.current(r, ps) {
		r.mu.Unlock()
	} else {
		d := scratch.Get().(*distribution)
		r.distribution(d)
		s.source, s.version = r, r.version
		r.mu.Unlock()
		s.describe(d, ps)
		scratch.Put(d)
	}
	return r.total.read()
}

// restart forgets everything.
func (r *reservoir) restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = r.entries[:0]
	r.tau = 0
	r.version++
	r.setBound()
	r.total.set(tally{})
}
