package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/internal/clock"
	"github.com/go-metrics-plus/metrics/internal/rates"
)

// bucketTimer returns a timer over buckets.
func bucketTimer() Timer {
	return newTimer(nil, place{registry: NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) }))})
}

// TestBucketTimerTicks has updates of all sizes come so often that most don't look
// at the clock, and compares with a meter that is told each time.
func TestBucketTimerTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer, want := bucketTimer(), NewMeter()
		random := rand.New(rand.NewPCG(1, 2))
		for range 60 {
			burst := random.IntN(3000)
			for range burst {
				timer.Update(time.Duration(random.Int64N(1 << 40)))
				want.markAt(1, clock.Now())
			}
			time.Sleep(time.Duration(random.Int64N(int64(2 * time.Second))))
			if random.IntN(4) == 0 { // a read in between changes nothing
				timer.Rate1()
				want.Rate1()
			}
		}
		got, exact := timer.Snapshot(), want.Snapshot()
		if got.Count() != exact.Count() {
			t.Fatalf("count %d, want %d", got.Count(), exact.Count())
		}
		// Up to 16 updates of one tick may count in the one before, which moves
		// the rate of a tick by 16/5 at most.
		for i, rates := range [][2]float64{
			{got.Rate1(), exact.Rate1()}, {got.Rate5(), exact.Rate5()}, {got.Rate15(), exact.Rate15()},
		} {
			if math.Abs(rates[0]-rates[1]) > 16./5 {
				t.Errorf("rate %d: %v, want %v", i, rates[0], rates[1])
			}
		}
	})
}

// TestBucketTimerLooksInTime: however the updates are spread over buckets, after a
// tick has become due, one of the next 16 applies it.
func TestBucketTimerLooksInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer := bucketTimer()
		for round := range 50 {
			// Each bucket has been counted once more than the one before, so that
			// none of them can tell how many updates there were in all.
			for bucket := range 40 {
				for range bucket%16 + round%5 + 1 {
					timer.Update(time.Duration(1 << bucket))
				}
			}
			if timer.state.buckets.clock.Mask() == 0 {
				t.Fatal("the timer isn't busy, so nothing is tested")
			}
			due := timer.state.rates.Next()
			time.Sleep(rates.TickEvery)
			updates := 0
			for ; timer.state.rates.Next() == due; updates++ {
				timer.Update(time.Duration(1 << (updates * 7 % 40)))
			}
			if updates > clock.Sparse {
				t.Errorf("round %d: the tick was applied by update %d", round, updates)
			}
		}
	})
}

// TestSlowBucketTimerIsExact: one that isn't busy looks each time.
func TestSlowBucketTimerIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer, want := bucketTimer(), NewMeter()
		random := rand.New(rand.NewPCG(3, 4))
		for range 500 {
			timer.Update(time.Duration(random.Int64N(1 << 30)))
			want.Mark(1)
			time.Sleep(time.Duration(random.Int64N(int64(time.Second))))
		}
		if got, want := timer.Snapshot().rateValues, want.Snapshot().rateValues; got != want {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// TestBucketTimerWakes: a timer that was read looks at its next update.
func TestBucketTimerWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, read := range map[string]func(Timer){
			"Rate1":          func(t Timer) { t.Rate1() },
			"Snapshot":       func(t Timer) { t.Snapshot() },
			"ReadStatistics": func(t Timer) { t.ReadStatistics(new(Statistics), nil) },
			"ReadBuckets":    func(t Timer) { t.ReadBuckets(new(BucketSnapshot)) },
		} {
			timer := bucketTimer()
			for range 100 {
				timer.Update(1)
			}
			due := timer.state.rates.Next()
			read(timer)
			time.Sleep(rates.TickEvery)
			if timer.Update(1); timer.state.rates.Next() == due {
				t.Errorf("%s: the next update didn't look", name)
			}
		}
	})
}

func TestCustomTimerOverBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, m := NewHistogram(NewBucketSample(0.05)), NewMeter()
		timer := NewCustomTimer(h, m)
		for range 100 {
			timer.Update(time.Second)
		}
		time.Sleep(rates.TickEvery)
		if timer.Rate1() != 20 || m.Rate1() != 20 || h.Count() != 100 || timer.Sum() != int64(100*time.Second) {
			t.Errorf("rates %v %v, count %d, sum %d", timer.Rate1(), m.Rate1(), h.Count(), timer.Sum())
		}
	})
}
