package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/internal/rates"
)

// ticker is what the rates are measured by: a count that a goroutine looks at
// every 5 seconds, one tick after the other.
type ticker struct {
	start, next time.Time
	count, seen int64
	rates       [3]float64
	primed      bool
}

func newTicker() *ticker {
	start := time.Now()
	return &ticker{start: start, next: start.Add(5 * time.Second)}
}

// catchUp lets the ticks happen that are due.
func (k *ticker) catchUp() {
	for ; !time.Now().Before(k.next); k.next = k.next.Add(5 * time.Second) {
		rate := float64(k.count-k.seen) / 5
		k.seen = k.count
		for i, minutes := range []float64{1, 5, 15} {
			if k.primed {
				k.rates[i] += (1 - math.Exp(-5./60/minutes)) * (rate - k.rates[i])
			} else {
				k.rates[i] = rate
			}
		}
		k.primed = true
	}
}

func (k *ticker) mark(n int64) {
	k.catchUp()
	k.count += n
}

// compare reports rates that aren't the ticker's, within tolerance in proportion
// and slack in events per second.
func (k *ticker) compare(t *testing.T, got rateValues, tolerance, slack float64) {
	t.Helper()
	k.catchUp()
	mean := 0.0
	if elapsed := time.Since(k.start).Seconds(); elapsed > 0 {
		mean = float64(k.count) / elapsed
	}
	for i, pair := range [][2]float64{
		{got.Rate1(), k.rates[0]}, {got.Rate5(), k.rates[1]}, {got.Rate15(), k.rates[2]}, {got.RateMean(), mean},
	} {
		if want := pair[1]; math.Abs(pair[0]-want) > tolerance*math.Abs(want)+slack {
			t.Fatalf("after %v with %d marked, rate %d is %v, want %v",
				time.Since(k.start), k.count, i, pair[0], want)
		}
	}
}

// pause is anything from a millisecond to days, mostly around the length of a tick.
func pause(random *rand.Rand) time.Duration {
	switch random.IntN(20) {
	case 0:
		return time.Duration(random.Int64N(int64(72 * time.Hour)))
	case 1, 2, 3:
		return 5 * time.Second // on the tick itself, if often enough
	case 4, 5:
		return time.Millisecond
	}
	return time.Millisecond + time.Duration(random.Int64N(int64(12*time.Second)))
}

func TestRatesAreATickers(t *testing.T) {
	skipUnderRace(t)
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 7))
			readEvery := 1 + random.IntN(100) // how rarely somebody reads
			meter, timer, custom := NewMeter(), NewTimer(), NewCustomTimer(Histogram{}, NewMeter())
			one, many := newTicker(), newTicker()
			for range 500 {
				for range random.IntN(4) { // less than what counts as busy
					n := random.Int64N(1000) - 100
					many.mark(n)
					meter.Mark(n)
					one.mark(1)
					timer.Update(time.Millisecond)
					custom.Update(time.Millisecond)
				}
				if random.IntN(readEvery) == 0 {
					many.compare(t, meter.Snapshot().rateValues, 1e-9, 1e-290)
					one.compare(t, timer.Snapshot().rateValues, 1e-9, 1e-290)
					one.compare(t, custom.Snapshot().rateValues, 1e-9, 1e-290)
				}
				time.Sleep(pause(random))
			}
		})
	}
}

func TestRatesAfterMonths(t *testing.T) {
	skipUnderRace(t)
	synctest.Test(t, func(t *testing.T) {
		timer, want := NewTimer(), newTicker()
		for range 30 { // a busy night, a day off, and nobody looks
			for range 1000 {
				want.mark(1)
				timer.UpdateSince(time.Now())
				time.Sleep(31 * time.Second)
			}
			time.Sleep(24 * time.Hour)
		}
		want.mark(1)
		timer.UpdateSince(time.Now())
		time.Sleep(7 * time.Second)
		want.compare(t, timer.readRates(), 1e-9, 0)
	})
}

func TestUpdateSinceIsExactHoweverBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer, want := NewTimer(), newTicker()
		for i := range 400_000 {
			want.mark(1)
			timer.UpdateSince(time.Now())
			time.Sleep(45 * time.Microsecond)
			if i%20_000 == 17 {
				want.compare(t, timer.readRates(), 1e-9, 0)
			}
		}
	})
}

// TestBusyRates marks so often that most calls don't read the clock. Up to
// 15 of them may count in the tick before the one they came in.
func TestBusyRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(8, 9))
		meter, timer, want := NewMeter(), NewTimer(), newTicker()
		for range 300_000 {
			want.mark(1)
			meter.Mark(1)
			timer.Update(time.Millisecond)
			if random.IntN(30_000) == 0 {
				// Each of these ticks may be off by 15 events, in 5 seconds.
				want.compare(t, meter.Snapshot().rateValues, 1e-9, 15./5)
				want.compare(t, timer.Snapshot().rateValues, 1e-9, 15./5)
			}
			time.Sleep(time.Duration(random.IntN(60)) * time.Microsecond)
		}
		if meter.state.clock.Mask() == 0 {
			t.Error("this was meant to be busy")
		}
	})
}

// TestATickTakesAtMost15EventsTooMany looks at what a tick counted.
func TestATickTakesAtMost15EventsTooMany(t *testing.T) {
	skipUnderRace(t)
	synctest.Test(t, func(t *testing.T) {
		meter := NewMeter()
		next, rate, counted := time.Now().Add(5*time.Second), 0.0, 0.0
		for marked := int64(0); marked < 500_000; marked++ {
			if !time.Now().Before(next) {
				inTime := marked
				for range 16 {
					meter.Mark(1)
					marked++
				}
				after := meter.Rate1()
				if counted == 0 {
					counted = 5 * after // the first tick sets the rate
				} else {
					counted += 5 * (rate + (after-rate)/rates.Alpha1)
				}
				rate = after
				if late := math.Round(counted) - float64(inTime); late < 0 || late > 15 {
					t.Fatalf("the tick counted up to %v, %d were marked before", counted, inTime)
				}
				next = next.Add(5 * time.Second)
			}
			meter.Mark(1)
			time.Sleep(40 * time.Microsecond)
		}
	})
}

// TestClockJumps has an instrument that is made outside a bubble and used inside,
// where it is the year 2000, and the other way round. Rates mean little then, but
// nothing may loop, overflow or stop counting.
func TestClockJumps(t *testing.T) {
	outside, inside := NewTimer(), Timer{}
	synctest.Test(t, func(t *testing.T) {
		inside = NewTimer()
		for range 100 {
			outside.Update(time.Second)
			inside.Update(time.Second)
			outside.UpdateSince(time.Now())
			time.Sleep(10 * time.Second)
		}
		outside.Snapshot()
	})
	for range 100 {
		outside.Update(time.Second)
		inside.Update(time.Second)
	}
	if o, i := outside.Snapshot(), inside.Snapshot(); o.Count() != 300 || i.Count() != 200 {
		t.Errorf("counts %d and %d", o.Count(), i.Count())
	} else if r := o.Rate1() + i.Rate1() + o.RateMean() + i.RateMean(); math.IsNaN(r) || math.IsInf(r, 0) {
		t.Errorf("rates %v %v", o.rateValues, i.rateValues)
	}
}
