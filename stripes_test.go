package metrics

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"
)

// stripe spreads the counter as if it were fought for.
func (c Counter) stripe() { c.state.needRare().stripes.CompareAndSwap(nil, newStripes()) }

// TestStripedCountIsExact has a counter become striped while it is increased and read.
func TestStripedCountIsExact(t *testing.T) {
	const writers, each = 4, 50_000
	c := NewCounter()
	readWhile(writers, func(i int) {
		for n := range each {
			if i == 0 && n == each/2 {
				c.stripe()
			}
			c.Inc(int64(n % 3))
		}
	}, func() func() {
		last := int64(0)
		return func() {
			if got := c.Count(); got < last {
				t.Errorf("count went from %d down to %d", last, got)
			} else {
				last = got
			}
		}
	}())
	const want = writers * (each / 3 * 3)
	if got := c.Count(); got != want+writers {
		t.Errorf("count %d, want %d", got, want+writers)
	}
	if c.state.rare.Load().stripes.Load().sum() == 0 {
		t.Error("nothing was added to the stripes")
	}
}

// TestStripedCounterGoesDown never sees a decrement before the increment that came
// before it.
func TestStripedCounterGoesDown(t *testing.T) {
	c := NewCounter()
	c.stripe()
	readWhile(4, func(int) {
		for range 50_000 {
			c.Inc(2)
			c.Dec(1)
			c.Inc(-1)
		}
	}, func() {
		if got := c.Count(); got < 0 {
			t.Errorf("count %d", got)
		}
	})
	if got := c.Count(); got != 0 {
		t.Errorf("count %d after as much up as down", got)
	}
}

func TestStripedCounterClear(t *testing.T) {
	c := NewCounter()
	c.Inc(5)
	c.stripe()
	for round := range int64(2) {
		c.Inc(7)
		c.Dec(1)
		c.IncWithExemplar(1, Labels{"a": "b"})
		if got := c.Count(); got != 7 && round > 0 || got != 12 && round == 0 {
			t.Errorf("round %d: count %d", round, got)
		}
		if got := c.Snapshot(); got.Count() != c.Count() || got.exemplar == nil {
			t.Errorf("round %d: snapshot %v", round, got)
		}
		if c.Clear(); c.Count() != 0 || c.Snapshot().exemplar != nil {
			t.Errorf("round %d: count %d after Clear", round, c.Count())
		}
	}
}

// TestStripesSpread has goroutines on stacks far apart, whose cells must differ, and
// differ anew after the multiplier has changed.
func TestStripesSpread(t *testing.T) {
	if got := unsafe.Sizeof(stripe{}); got != 64 {
		t.Errorf("a cell has %d bytes", got)
	}
	s := newStripes()
	if n := len(s.cells); n < fewestStripes || n > mostStripes || n&(n-1) != 0 {
		t.Errorf("%d cells", n)
	}
	var adding sync.WaitGroup
	release := make(chan struct{}) // all stacks exist at once
	for range 1000 {
		adding.Go(func() {
			s.add(1)
			<-release
			s.add(1)
		})
	}
	close(release)
	adding.Wait()
	if got := s.sum(); got != 2000 {
		t.Errorf("sum %d", got)
	}
	used := 0
	for i := range s.cells {
		if s.cells[i].n.Load() > 0 {
			used++
		}
	}
	if used < len(s.cells)/2 {
		t.Errorf("%d of %d cells in use by 1000 goroutines", used, len(s.cells))
	}
}

// TestFewAdditionsProbe counts them for steps of all kinds.
func TestFewAdditionsProbe(t *testing.T) {
	for _, step := range []int64{1, 2, 3, 7, 100, 512, 1024, 4096, 65_536, 1_000_000, -1, -4096} {
		probes, at := 0, int64(0)
		for range 1 << 20 {
			at += step
			if mayProbe(at) {
				probes++
			}
		}
		if probes < 64 || probes > 4096 {
			t.Errorf("steps of %d: %d probes in 2^20 additions", step, probes)
		}
	}
}

func TestContended(t *testing.T) {
	var word atomic.Int64
	if contended(&word) {
		t.Error("nobody adds, but the word is contended")
	}
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("one processor can't fight for a word")
	}
	stop := make(chan struct{})
	var adding sync.WaitGroup
	adding.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			for range 10_000 {
				word.Add(1)
			}
		}
	})
	defer adding.Wait()
	defer close(stop)
	// However busy the machine is, both run at once for a moment some time.
	for deadline := time.Now().Add(time.Minute); !contended(&word); {
		if time.Now().After(deadline) {
			t.Fatal("a goroutine adds all the time, but the word isn't contended")
		}
	}
}

// TestQuietCountersStaySmall increases a counter often, and looks that nothing was
// allocated for it.
func TestQuietCountersStaySmall(t *testing.T) {
	c := NewCounter()
	for range 100_000 {
		c.Inc(1)
	}
	if c.state.rare.Load() != nil {
		t.Error("a counter with one writer was striped")
	}
	if got := unsafe.Sizeof(counterState{}); got > 32 {
		t.Errorf("a counter has %d bytes", got)
	}
}
