package metrics

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"
)

// stripe spreads the counter as if it were fought for.
func (c Counter) stripe() { c.state.spread() }

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
	if c.state.rare.Load().sum() == 0 {
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

// TestStripedCounterExemplar has a counter with an exemplar become striped, and the
// other way round.
func TestStripedCounterExemplar(t *testing.T) {
	c := NewCounter()
	for n, striped := range []bool{false, true, true} {
		if striped {
			c.stripe()
		}
		c.Inc(2)
		c.IncWithExemplar(int64(n), Labels{"a": "b"})
		c.Inc(-1)
		if got := c.Snapshot().exemplar; got == nil || got.value != float64(n) {
			t.Errorf("exemplar %v, want %d", got, n)
		}
		c.stripe()
		if got := c.Snapshot().exemplar; got == nil || got.value != float64(n) {
			t.Errorf("exemplar %v after the counter was striped, want %d", got, n)
		}
	}
	if got := c.Count(); got != 6 {
		t.Errorf("count %d", got)
	}
	c = NewCounter()
	c.IncFloat64(0.5)
	c.Inc(1)
	if c.state.rare.Load().wanted.Store(true); c.state.rare.Load().mask != 0 {
		t.Error("a counter that nobody fights for is striped")
	}
	if c.IncFloat64(0.25); c.state.rare.Load().mask == 0 {
		t.Error("stripes were wanted, and not made")
	}
	if got := c.CountFloat64(); got != 1.75 {
		t.Errorf("count %v", got)
	}
	if got := unsafe.Sizeof(counterRare{}); got != stripeSize && unsafe.Sizeof(0) == 8 {
		t.Errorf("the rare part has %d bytes", got)
	}
}

// TestStripesSpread has goroutines whose stacks exist at once: with any shift they take
// many different cells, and those that share one with a shift take two with another.
func TestStripesSpread(t *testing.T) {
	if got := unsafe.Sizeof(stripe{}); got != stripeSize {
		t.Errorf("a cell has %d bytes", got)
	}
	var s stripes
	s.open()
	if n := len(s.cells); n < fewestStripes || n > mostStripes || n&(n-1) != 0 {
		t.Errorf("%d cells", n)
	}
	var shifts []uint32
	for shift := s.shift.Load(); !slices.Contains(shifts, shift); shift = s.shift.Load() {
		shifts = append(shifts, shift)
		s.respread(shift)
	}
	const goroutines = 1000
	var running, ready sync.WaitGroup
	release := make(chan struct{})
	cells := make([][]*atomic.Int64, len(shifts)) // by shift and goroutine
	for i := range cells {
		cells[i] = make([]*atomic.Int64, goroutines)
	}
	ready.Add(goroutines)
	for g := range goroutines {
		running.Go(func() {
			ready.Done()
			<-release
			for i, shift := range shifts {
				cells[i][g] = s.cell(shift)
			}
		})
	}
	ready.Wait()
	close(release)
	running.Wait()
	for i, shift := range shifts {
		used := map[*atomic.Int64]int{}
		parted := 0
		for g, cell := range cells[i] {
			used[cell]++
			next := cells[(i+1)%len(cells)]
			if other := slices.Index(cells[i], cell); other < g && next[other] != next[g] {
				parted++
			}
		}
		if len(used) < len(s.cells)/2 || parted < goroutines/2 {
			t.Errorf("shift %d: %d of %d cells in use by %d goroutines, %d of which part with the next shift",
				shift, len(used), len(s.cells), goroutines, parted)
		}
	}
}

// TestFewAdditionsProbe counts them for steps of all kinds.
func TestFewAdditionsProbe(t *testing.T) {
	for _, step := range []int64{1, 2, 3, 7, 100, 512, 1024, 4096, 65_536, 1_000_000, -1, -4096} {
		probes, sumProbes, at := 0, 0, int64(0)
		for range 1 << 20 {
			at += step
			if mayProbe(at) {
				probes++
			}
			if at&probeMask == 0 && mayProbeSum(at, step) {
				sumProbes++
			}
		}
		if probes < 64 || probes > 4096 || sumProbes < 64 || sumProbes > 4096 {
			t.Errorf("steps of %d: %d and %d probes in 2^20 additions", step, probes, sumProbes)
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
