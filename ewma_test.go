package metrics

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func TestEWMAFallsAsItShould(t *testing.T) {
	for minutes, a := range map[float64]EWMA{1: NewEWMA1(), 5: NewEWMA5(), 15: NewEWMA15()} {
		a.Update(2)
		a.Update(1)
		if a.Rate() != 0 {
			t.Errorf("%v minutes: %v before the first tick", minutes, a.Rate())
		}
		a.Tick()
		for elapsed := range 15 {
			want := 0.6 * math.Exp(-float64(elapsed)/minutes)
			if got := a.Rate(); math.Abs(got-want) > 1e-12 {
				t.Errorf("%v minutes after %d: %v, want %v", minutes, elapsed, got, want)
			}
			for range 60 / 5 {
				a.Tick()
			}
		}
	}
}

func TestEWMA(t *testing.T) {
	a := NewEWMA(0.25)
	a.Update(10)
	a.Tick()
	a.Update(50)
	snapshot := a.Snapshot()
	a.Tick()
	if snapshot.Snapshot().Rate() != 2 || a.Rate() != 4 {
		t.Errorf("rate %v then %v, want 2 then 4", snapshot.Rate(), a.Rate())
	}
	var none EWMA
	none.Update(1)
	none.Tick()
	if none.Rate() != 0 || none.Snapshot().Rate() != 0 {
		t.Error("the zero value counts")
	}
}

// An average that ticks without events ends at exactly 0, and so does that of a
// meter that is read more often than it ticks.
func TestIdleAveragesEnd(t *testing.T) {
	a := NewEWMA1()
	a.Update(10)
	for range 10_000 {
		a.Tick()
	}
	if got := a.Rate(); got != 0 {
		t.Errorf("rate after 10,000 idle ticks: %v", got)
	}
	synctest.Test(t, func(t *testing.T) {
		m, timer := NewMeter(), NewTimer()
		m.Mark(10)
		timer.Update(1)
		for range 25_000 {
			time.Sleep(2 * time.Second)
			m.Rate1()
			timer.Rate1()
		}
		if m.Rate1() != 0 || timer.Rate1() != 0 {
			t.Errorf("rates after 10,000 idle ticks: %v and %v", m.Rate1(), timer.Rate1())
		}
		if m.Rate15() < 1e-30 {
			t.Errorf("rate of 15 minutes: %v", m.Rate15())
		}
	})
}
