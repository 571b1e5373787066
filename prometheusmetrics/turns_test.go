package prometheusmetrics

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurns: one at a time, and everybody who waits gets one.
func TestTurns(t *testing.T) {
	var ts turns
	var wg sync.WaitGroup
	inTurn, count := 0, 0
	for range 50 {
		wg.Go(func() {
			mine := ts.take()
			inTurn++
			count++
			if inTurn != 1 {
				t.Errorf("%d have the turn", inTurn)
			}
			inTurn--
			ts.end(mine)
		})
	}
	wg.Wait()
	if count != 50 {
		t.Errorf("%d had their turn", count)
	}
}

// TestHurry: a scrape that waits for a turn has it hurry, once, and gives up in time.
func TestHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ts turns
		mine := ts.take()
		if _, taken := ts.tryTake(false, true); taken {
			t.Error("a turn was given out twice")
		}
		if isClosed(mine.hurry) {
			t.Error("it hurries though no scrape waits")
		}
		for range 2 {
			start := time.Now()
			current, taken := ts.tryTake(true, true)
			if taken || current != mine || !isClosed(mine.hurry) {
				t.Error("a scrape does not have the turn hurry")
			}
			if current.await(time.Second); time.Since(start) != time.Second {
				t.Errorf("it waited %v", time.Since(start))
			}
		}
		ts.end(mine)
		start := time.Now()
		if mine.await(time.Second); time.Since(start) != 0 {
			t.Error("a turn that is over is waited for")
		}
		if _, taken := ts.tryTake(true, true); !taken {
			t.Error("the turn is not free when it is over")
		}
	})
}
