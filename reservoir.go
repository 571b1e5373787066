package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics/internal/clock"
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
// When values come often, nearly all draw a priority that is too low. How many
// do in a row has a geometric distribution, so one random number says how many
// updates to let pass, and these cost no more than their addition to the total,
// which also numbers them. The distribution has no memory: whenever the odds
// change, because time goes on or the bar is raised, the number may be drawn anew.
// As the odds fall with time, they are computed for the end of a period, and those
// that are chosen by them, a hundredth too many at most, pass a second test. A
// reservoir of 1028 with alpha 0.015 admits about 15 values a second, whatever
// the load.
//
// The bar is raised only when there is no more room: until then, some are admitted
// that don't stay, which changes nothing about those that do.
type reservoir struct {
	total total
	clock clock.Coarse

	// gate is the word of total from which on an update needs attention: it is
	// the one to be admitted, or total has to be folded.
	gate       atomic.Uint64
	nextPeriod atomic.Int64 // when the odds change because time went on

	mu      sync.Mutex
	members members
	start   int64
	unit    uint64  // the time, in units since start, as far as it is known
	passing float64 // how many updates pass on average before one is admitted
	next    uint64  // the count in total's word that is admitted next
	version uint64  // goes up when members have changed
	source  splitMix
}

const (
	unitShift = 20 // a unit of time is 2^20 ns, 1.05 ms

	// A period is as many units, or fewer in which weights grow by a hundredth.
	maxPeriod = 64
	growth    = 0.01
)

// The default sample of histograms and timers: 1028 values give the mean and
// the median of a normal distribution with an error of 5 % at a confidence of
// 99.9 %, and an alpha of 0.015 leans heavily to the last five minutes. They are
// the constants of Coda Hale's Metrics, where this family of libraries begins.
const (
	defaultSize  = 1028
	defaultAlpha = 0.015
)

// open prepares a new reservoir. Senseless parameters become the default ones.
func (r *reservoir) open(size int, alpha float64) {
	if size <= 0 {
		size = defaultSize
	}
	if !(alpha >= 0) || math.IsInf(alpha, 1) {
		alpha = defaultAlpha
	}
	r.members.size = size
	r.members.alpha = min(alpha, 1e9) * (1 << unitShift) / 1e9 // stays finite in any age
	r.start = clock.Now()
	r.nextPeriod.Store(r.start)
	if alpha == 0 {
		r.nextPeriod.Store(math.MaxInt64) // time doesn't matter
	}
}

// update records v without knowing the time. It returns the time if it read the
// clock, else clock.Unknown.
func (r *reservoir) update(v int64) int64 {
	packed, done := r.add(v)
	if done {
		return clock.Unknown
	}
	return r.recordSlow(v, clock.Unknown, packed)
}

// add adds v to the total, and reports whether this is all there is to do, as it is
// for most updates. To be inlined, it leaves what doesn't fit the total's word to
// recordSlow.
func (r *reservoir) add(v int64) (packed uint64, done bool) {
	if uint64(v) >= packable {
		return 0, false
	}
	packed = r.total.word.Add(countOne | uint64(v))
	return packed, packed < r.gate.Load() && packed&spillSum == 0 && packed>>countShift&r.clock.Mask() != 0
}

// record records v, which came at t.
func (r *reservoir) record(v, t int64) int64 {
	if t == clock.Unknown {
		return r.update(v)
	}
	var packed uint64
	if uint64(v) < packable {
		packed = r.total.word.Add(countOne | uint64(v))
		if packed < r.gate.Load() && packed&spillSum == 0 && t < r.nextPeriod.Load() {
			return t
		}
	}
	return r.recordSlow(v, t, packed)
}

// recordSlow handles the rare update: clock, fold, admission. Packed is the content
// of the total's word after v was added, 0 if v doesn't fit there.
func (r *reservoir) recordSlow(v, t int64, packed uint64) int64 {
	count := int64(packed >> countShift)
	if packed == 0 {
		count = r.total.addFolded(v)
	}
	if t == clock.Unknown && r.clock.Due(count, 1) {
		t = r.clock.Read()
	}
	folded := packed&spillBits != 0
	if folded {
		r.total.fold()
	}
	switch {
	case packed == 0 || folded || packed >= r.gate.Load(): // folding made the gate a number of the past
		r.mu.Lock()
	case t < r.nextPeriod.Load() || !r.mu.TryLock():
		return t
	}
	defer r.mu.Unlock()
	moved := t != clock.Unknown && r.moveTo(t)
	e, lowest := r.exponential(), r.lowest()
	switch {
	case moved || folded || packed == 0:
		// The number that was drawn holds no more, so v draws a priority for itself.
	case uint64(count) >= r.next:
		e += max(lowest, 0)
	default:
		return t // somebody else was admitted meanwhile
	}
	if e >= lowest {
		t = r.admitAt(v, t, e)
	}
	r.draw()
	return t
}

// admitAt admits v, if its priority is high enough for the time at which it came. It
// returns the time if that is known or was read. Hold the lock.
func (r *reservoir) admitAt(v, t int64, e float64) int64 {
	if t == clock.Unknown && r.passing > 0 && r.members.alpha > 0 { // or else the unit is near enough
		t = r.clock.Read()
		r.moveTo(t)
	}
	if t != clock.Unknown {
		r.unit = max(r.unit, r.unitAt(t))
	}
	r.admit(v, e)
	return t
}

// moveTo begins a period at t if that is after the current one, and reports whether it
// is. Hold the lock.
func (r *reservoir) moveTo(t int64) bool {
	if t < r.nextPeriod.Load() {
		return false
	}
	r.unit = r.unitAt(t)
	units := max(1, uint64(min(maxPeriod, growth/r.members.alpha)))
	r.nextPeriod.Store(r.start + int64(r.unit+units)<<unitShift)
	r.setOdds()
	return true
}

func (r *reservoir) unitAt(t int64) uint64 { return uint64(max(t-r.start, 0)) >> unitShift }

// lowest is the E above which a value has a priority above tau at the end of the period.
// Hold the lock.
func (r *reservoir) lowest() float64 {
	return r.members.tau - r.members.alpha*float64(r.unitAt(r.nextPeriod.Load()-1))
}

// setOdds computes passing anew, after the period or tau has changed. Hold the lock.
func (r *reservoir) setOdds() {
	r.passing = 0
	if lowest := r.lowest(); lowest > 0 {
		r.passing = -1 / math.Log1p(-math.Exp(-lowest))
	}
}

// exponential draws a random number of standard exponential distribution.
func (r *reservoir) exponential() float64 { return rand.New(&r.source).ExpFloat64() }

// splitMix is a source of random numbers in 8 bytes, several times faster than the
// runtime's, which is made to withstand attacks: SplitMix64 (Steele, Lea, Flood:
// Fast Splittable Pseudorandom Number Generators, OOPSLA 2014). The zero value
// seeds itself.
type splitMix uint64

// Uint64 returns the next number.
func (s *splitMix) Uint64() uint64 {
	if *s == 0 {
		*s = splitMix(rand.Uint64())
	}
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// draw chooses the update that is admitted next: it draws how many before it have a
// priority that is too low. Hold the lock.
func (r *reservoir) draw() {
	if r.passing == 0 {
		r.next = 0
		if r.gate.Load() != 0 { // or else save a store, which costs as much as the rest
			r.gate.Store(0)
		}
		return
	}
	skip := r.exponential() * r.passing
	r.next = r.total.word.Load()>>countShift + 1 + uint64(min(skip, spillCount))
	r.gate.Store(min(r.next, spillCount) << countShift)
}

// admit makes v a member, with e for the E of its priority, if that is above tau. Hold
// the lock.
func (r *reservoir) admit(v int64, e float64) {
	if r.members.size == 0 {
		r.members.size = defaultSize // the zero value
	}
	r.version++
	if r.members.add(entry{v, stamp(r.unit, e)}) {
		r.setOdds()
	}
}

// copyTo fills d with the members' values and the logarithms of their weights, which
// d.weigh makes weights without the lock. A member stands for max(w, tau): where
// priorities above tau are rare, as on a busy instrument, each of them stands for
// as many values as the next. Nothing here depends on the time of reading. Hold the
// lock.
func (r *reservoir) copyTo(d *distribution) {
	r.sort()
	entries, tau := r.members.entries, r.members.tau
	d.values, d.weights = slices.Grow(d.values[:0], len(entries))[:len(entries)], d.weights[:0]
	copyValues(d.values, entries)
	if r.members.alpha*float64(r.unit) <= tau+even {
		return // none can be heavier than that
	}
	weights := slices.Grow(d.weights, len(entries))[:len(entries)]
	for i := range weights {
		w := r.members.weight(entries[i])
		if w < tau {
			w = tau
		}
		weights[i] = w
	}
	d.weights = weights
}

// copyValues copies the values of entries, eight at a time, which a flush spends a good
// part of its time with.
func copyValues(to []int64, entries []entry) {
	for ; len(entries) >= 8 && len(to) >= 8; entries, to = entries[8:], to[8:] {
		e, v := (*[8]entry)(entries), (*[8]int64)(to)
		v[0], v[1], v[2], v[3] = e[0].value, e[1].value, e[2].value, e[3].value
		v[4], v[5], v[6], v[7] = e[4].value, e[5].value, e[6].value, e[7].value
	}
	for i := range to {
		to[i] = entries[i].value
	}
}

// sort makes members exactly those of highest priority, in the order of their
// values. Hold the lock.
func (r *reservoir) sort() {
	before := r.members.tau
	r.members.sort()
	if r.members.tau != before {
		r.setOdds()
		r.draw()
	}
}

// with computes f of the members' values, without the lock and without garbage.
func (r *reservoir) with(f func(d *distribution)) {
	d := scratch.Get().(*distribution)
	defer scratch.Put(d)
	r.mu.Lock()
	r.copyTo(d)
	r.mu.Unlock()
	d.weigh()
	f(d)
}

// wake makes the next record read the clock.
func (r *reservoir) wake() { r.clock.Wake() }

// totals returns count and sum since the start.
func (r *reservoir) totals() tally { return r.total.read() }

// capture returns a snapshot.
func (r *reservoir) capture() (Sample, tally) {
	r.clock.Wake()
	s := new(SampleSnapshot)
	r.mu.Lock()
	s.values = make([]int64, 0, r.members.count())
	r.copyTo(&s.distribution)
	r.mu.Unlock()
	s.weigh()
	s.tally = r.total.read() // after the values, so that it counts all of them
	return s, s.tally
}

// statistics fills s.
func (r *reservoir) statistics(s *Statistics, ps []float64) tally {
	r.clock.Wake()
	r.mu.Lock()
	if s.current(r, r.version, ps) {
		r.mu.Unlock()
	} else {
		d := scratch.Get().(*distribution)
		r.copyTo(d)
		s.source, s.version = r, r.version
		r.mu.Unlock()
		d.weigh()
		s.describe(d, ps)
		scratch.Put(d)
	}
	return r.total.read()
}

// restart forgets everything.
func (r *reservoir) restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members.clear()
	r.version++
	r.total.set(tally{})
	r.setOdds()
	r.draw()
}
