package rates

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// ticker is what rates are measured by: it ticks every 5 seconds, one tick after
// the other.
type ticker struct {
	next, seen int64
	perSec     [3]float64
	primed     bool
}

// catchUp lets the ticks happen that are due at t.
func (k *ticker) catchUp(t, count int64) {
	for ; t >= k.next; k.next += int64(TickEvery) {
		rate := float64(count-k.seen) / 5
		k.seen = count
		for i, minutes := range []float64{1, 5, 15} {
			if k.primed {
				k.perSec[i] += (1 - math.Exp(-5./60/minutes)) * (rate - k.perSec[i])
			} else {
				k.perSec[i] = rate
			}
		}
		k.primed = true
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b)+1e-290 }

// TestReadAgreesWithATicker lets pass anything from nothing to days between two
// updates.
func TestReadAgreesWithATicker(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		start := random.Int64N(1<<40) - 1<<39
		var r Rates
		r.Restart(start)
		want := ticker{next: start + int64(TickEvery)}
		now, count := start, int64(0)
		for range 100 {
			pauses := []time.Duration{0, time.Millisecond, 5 * time.Second, 12 * time.Second, 72 * time.Hour}
			now += random.Int64N(int64(pauses[random.IntN(len(pauses))]) + 1)
			r.Advance(now, count)
			want.catchUp(now, count)
			count += random.Int64N(1000) - 100
			got := r.Read(now, count)
			if !near(got.One, want.perSec[0]) || !near(got.Five, want.perSec[1]) || !near(got.Fifteen, want.perSec[2]) {
				t.Fatalf("%v after the start: %+v, want %v", time.Duration(now-start), got, want.perSec)
			}
			if elapsed := time.Duration(now - start).Seconds(); elapsed > 0 && !near(got.Mean, float64(count)/elapsed) {
				t.Fatalf("mean %v of %d in %v s", got.Mean, count, elapsed)
			}
			if r.Next() != want.next || r.Due(now) || !r.Due(r.Next()) {
				t.Fatalf("next tick at %d, want %d", r.Next(), want.next)
			}
		}
	}
}

func TestRestart(t *testing.T) {
	var r Rates
	r.Restart(0)
	r.Advance(int64(7*time.Second), 100)
	r.Restart(int64(8 * time.Second))
	if got := r.Read(int64(8*time.Second), 0); got != (Values{}) {
		t.Errorf("restarted: %+v", got)
	}
	// The first tick after it sets the rates again.
	if got := r.Read(int64(13*time.Second), 50); got != (Values{10, 10, 10, 10}) {
		t.Errorf("50 within 5 seconds: %+v", got)
	}
}

func TestIdleRatesFallToZero(t *testing.T) {
	var r Rates
	r.Restart(0)
	r.Advance(int64(TickEvery), 1000)
	for hour := int64(3); hour <= 300; hour += 3 {
		got := r.Read(hour*int64(time.Hour), 1000)
		for _, rate := range []float64{got.One, got.Five, got.Fifteen} {
			if rate != 0 && math.Abs(rate) < smallestNormal {
				t.Fatalf("denormal rate %g", rate)
			}
		}
		if got.Mean <= 0 {
			t.Error("the mean rate is lost")
		}
	}
	if got := r.Read(300*int64(time.Hour), 1000); got.One != 0 || got.Five != 0 || got.Fifteen != 0 {
		t.Errorf("after 300 hours %+v", got)
	}
}

// TestTimeGoingBack may not loop, nor tick.
func TestTimeGoingBack(t *testing.T) {
	var r Rates
	r.Restart(math.MaxInt64 / 2)
	r.Advance(math.MinInt64/2, 5)
	if got := r.Read(math.MinInt64/2, 5); got != (Values{}) {
		t.Errorf("long before the start: %+v", got)
	}
}
