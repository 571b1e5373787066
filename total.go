package metrics

import (
	"math"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
)

// tally is a number of values and their sum. The sum has 128 bits: nanoseconds
// of 10,000 concurrent requests fill 63 within eleven days.
type tally struct {
	count int64
	high  int64 // the sum is high·2^64 + low
	low   uint64
}

// add counts values that sum up to sum.
func (t *tally) add(count, sum int64) {
	low, carry := bits.Add64(t.low, uint64(sum), 0)
	t.count += count
	t.high += sum>>63 + int64(carry)
	t.low = low
}

// Count returns how many values were recorded since the start.
func (t tally) Count() int64 { return t.count }

// Sum returns the sum of all values recorded since the start, clamped to the range of
// int64; SumFloat64 is not clamped.
func (t tally) Sum() int64 {
	switch {
	case t.high == int64(t.low)>>63:
		return int64(t.low)
	case t.high < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

// SumFloat64 returns the sum of all values recorded since the start, to the
// precision of a float64 and without a limit.
func (t tally) SumFloat64() float64 {
	if t.high == int64(t.low)>>63 {
		return float64(int64(t.low))
	}
	if t.high >= 0 {
		return math.Ldexp(float64(t.high), 64) + float64(t.low)
	}
	// Negated first: added as they stand, the halves of a small negative number
	// would cancel each other together with their digits.
	low, borrow := bits.Sub64(0, t.low, 0)
	return -(math.Ldexp(float64(-t.high-int64(borrow)), 64) + float64(low))
}

// total counts values and sums them up, with one atomic addition for most, and
// reads both as of one moment.
//
// Count and sum share a word, count·2^48 + sum, so that an addition changes both
// at once. An addition that finds the count at 2^14 or the sum at 2^46 takes the
// word's content out and folds it into a tally. Neither field can overflow
// before: values go up to 2^38 here, so a quarter of the sum's range is left for
// 768 additions of the largest value (and the count's for 49,152), which would
// all have to fall into the instants between such an addition and the exchange
// that follows it, while every one of them starts an exchange itself.
//
// What has been taken out and not yet delivered would be missing from a reading.
// So folding counts such amounts, and a reading during which there is one is
// taken again.
type total struct {
	word    atomic.Uint64
	folding atomic.Int64
	mu      sync.Mutex
	folded  tally
}

const (
	countShift = 48
	countOne   = 1 << countShift
	sumMask    = countOne - 1
	packable   = 1 << 38 // values below go into the word: 274 s in nanoseconds
	spillCount = 1 << 14
	spillSum   = 0b11 << 46
	spillBits  = 0b11<<62 | 0b11<<46 // the upper bits of either field
)

// add records v. It returns a number that goes up by one with each call, save
// that it starts over now and then: enough to pick every 16th.
func (t *total) add(v int64) int64 {
	if uint64(v) >= packable {
		return t.addFolded(v)
	}
	word := t.word.Add(countOne | uint64(v))
	if word&spillBits != 0 {
		t.fold()
	}
	return int64(word >> countShift)
}

// addFolded records a value that doesn't fit the word: negative or large.
func (t *total) addFolded(v int64) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.folded.add(1, v)
	return t.folded.count
}

// fold moves the word's content into the tally. The exchange comes before the
// lock, so that a goroutine that loses its processor while holding the lock
// can't keep others from emptying the word.
func (t *total) fold() { t.deliver(t.take()) }

// take empties the word. Readers wait until its content is delivered.
func (t *total) take() uint64 {
	t.folding.Add(1)
	return t.word.Swap(0)
}

// deliver adds what take returned to the tally.
func (t *total) deliver(word uint64) {
	t.mu.Lock()
	t.folded.add(int64(word>>countShift), int64(word&sumMask))
	t.folding.Add(-1)
	t.mu.Unlock()
}

// read returns count and sum as of one moment. Neither ever goes down from one
// reading to the next, as long as no value is negative and nobody clears.
func (t *total) read() tally {
	for {
		t.mu.Lock()
		sum := t.folded
		word := t.word.Load()
		whole := t.folding.Load() == 0
		t.mu.Unlock()
		if whole {
			sum.add(int64(word>>countShift), int64(word&sumMask))
			return sum
		}
		runtime.Gosched()
	}
}

// set starts over from initial.
func (t *total) set(initial tally) {
	for {
		t.mu.Lock()
		t.folded = initial
		t.word.Store(0)
		whole := t.folding.Load() == 0 // else something old is yet to come
		t.mu.Unlock()
		if whole {
			return
		}
		runtime.Gosched()
	}
}
