package metrics

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/internal/rates"
)

func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter(Labels{"a": "1"})
		m.Mark(10)
		m.Mark(0)
		if m.Count() != 10 || m.Rate1() != 0 || m.RateMean() != 0 {
			t.Errorf("at once: %+v", m.Snapshot())
		}
		time.Sleep(5 * time.Second)
		s := m.WithLabels(Labels{"b": "2"})
		if s.Count() != 10 || s.Rate1() != 2 || s.Rate5() != 2 || s.Rate15() != 2 || s.RateMean() != 2 {
			t.Errorf("after the first tick: %+v", s)
		}
		m.Mark(5)
		m.Stop() // changes nothing
		time.Sleep(5 * time.Second)
		if m.Rate1() >= 2 || m.Rate1() <= 1 || m.RateMean() != 1.5 || s.Snapshot().Rate1() != 2 {
			t.Errorf("after the second tick: %+v", m.Snapshot())
		}
	})
}

// Marking must not wait for a reader, nor for another who marks.
func TestMarkDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter()
		m.state.rates.Lock()
		time.Sleep(time.Minute)
		m.Mark(1) // a tick is due; the test would end in a deadlock
		m.state.rates.Unlock()
		if m.Count() != 1 {
			t.Error("lost a mark")
		}
	})
}

// TestReadingMakesTheNextMarkLook has a busy meter go quiet. Its next mark may be
// the only one for long, and must not count in an earlier tick than it came in.
func TestReadingMakesTheNextMarkLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter()
		for range 1000 {
			m.Mark(1)
		}
		if m.state.clock.Mask() == 0 {
			t.Fatal("this was meant to be busy")
		}
		m.Snapshot()
		due := m.state.rates.Next()
		time.Sleep(rates.TickEvery)
		m.Mark(1)
		if m.state.rates.Next() == due {
			t.Error("the mark after a reading didn't read the clock")
		}
	})
}
