package clock

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

func TestPassesAgreesWithSteppingThrough(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		before := random.Int64N(200) - 100
		n := random.Int64N(80) - 40
		mask := uint64(1)<<random.IntN(6) - 1
		// Going up, a multiple is passed when it is reached; going down, when it
		// is left.
		want := false
		for at := min(before, before+n) + 1; at <= max(before, before+n); at++ {
			want = want || uint64(at)&mask == 0
		}
		if got := passes(before+n, n, mask); got != want {
			t.Fatalf("from %d by %d with mask %d: got %v", before, n, mask, got)
		}
	}
}

// looks counts how many of the next calls, of 1 each, read the clock.
func looks(c *Coarse, count *int64, calls int) (looked int) {
	for range calls {
		*count++
		if c.Due(*count, 1) {
			c.Read()
			looked++
		}
	}
	return looked
}

func TestCoarse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Coarse
		count := int64(0)
		for range 10 {
			if got := looks(&c, &count, 15); got != 15 {
				t.Fatalf("15 calls at once, then a second's rest: %d looks", got)
			}
			time.Sleep(time.Second)
		}
		if got := looks(&c, &count, Sparse); got != Sparse {
			t.Errorf("%d calls until it is busy: %d looks", Sparse, got)
		}
		if got := looks(&c, &count, 1600); got != 100 {
			t.Errorf("busy: %d looks at 1600 calls", got)
		}
		c.Wake()
		if got := looks(&c, &count, 1); got != 1 {
			t.Error("no look after waking")
		}
		if got := looks(&c, &count, 1600); got > 116 {
			t.Errorf("woken while busy: %d looks at 1600 calls", got)
		}
		time.Sleep(time.Second)
		looks(&c, &count, 16)
		time.Sleep(time.Second)
		if got := looks(&c, &count, 10); got != 10 {
			t.Errorf("slow again: %d looks at 10 calls", got)
		}
	})
}
