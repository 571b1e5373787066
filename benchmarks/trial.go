package benchmarks

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Trial is one scenario for one library, set up and ready: either it is timed,
// or it comes to a single figure.
type Trial struct {
	// Run does n operations, each of which counts for Per, or for one if Per is 0.
	Run func(n int) Cost
	Per int
	// Figure is something else than a time per operation.
	Figure func() float64
}

// Offered tells whether the library has what the scenario is about.
func (t Trial) Offered() bool { return t.Run != nil || t.Figure != nil }

// Cost is what operations took.
type Cost struct {
	Time   time.Duration
	Allocs uint64
}

// A stopwatch adds up what counts of a Cost.
type stopwatch struct {
	cost   Cost
	start  time.Time
	allocs uint64
}

func (s *stopwatch) resume() {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	s.allocs = memory.Mallocs
	s.start = time.Now()
}

func (s *stopwatch) pause() {
	s.cost.Time += time.Since(s.start)
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	s.cost.Allocs += memory.Mallocs - s.allocs
}

// each times n operations one by one, and does without timing what is to come
// before each.
func each(n int, before, operation func()) Cost {
	var watch stopwatch
	for range n {
		if before != nil {
			before()
		}
		watch.resume()
		operation()
		watch.pause()
	}
	return watch.cost
}

// onGoroutines is a Trial in which several goroutines go through the items
// together, each from another place on. The time is that from the start of the
// first to the end of the last, for all items together, as with
// testing.B.RunParallel: doubled work in the same time is half of it. As many as there
// are cores wait until all of them run, or else some would have ended before others
// begin, and have hindered nobody.
func onGoroutines[T any](goroutines int, items []T, work func([]T)) Trial {
	return Trial{Run: func(n int) Cost {
		var watch stopwatch
		watch.resume()
		if goroutines == 1 {
			through(items, 0, n, work)
			watch.pause()
			return watch.cost
		}
		var all sync.WaitGroup
		var running atomic.Int32
		together := int32(min(goroutines, allCores()))
		for g := range goroutines {
			share := (n + g) / goroutines // they add up to n
			all.Go(func() {
				if running.Add(1) == together {
					watch.start = time.Now()
				}
				for running.Load() < together {
				}
				through(items, g*len(items)/goroutines, share, work)
			})
		}
		all.Wait()
		watch.pause()
		return watch.cost
	}}
}

// through does n items, from one on and round and round.
func through[T any](items []T, from, n int, work func([]T)) {
	for n > 0 {
		some := items[from:min(len(items), from+n)]
		work(some)
		n -= len(some)
		from = (from + len(some)) % len(items)
	}
}

// allCores is as many goroutines as run at once.
func allCores() int { return runtime.GOMAXPROCS(0) }

// A Pace finds how many operations of a trial take about as long as asked for.
// The first slices are not counted: they find out, and warm up.
type Pace struct{ operations int }

// Slice runs the trial for about d, or once if that takes longer, and returns
// what one operation cost: nanoseconds and allocations.
func (p *Pace) Slice(t Trial, d time.Duration) (figure, allocs float64) {
	if t.Figure != nil {
		return t.Figure(), 0
	}
	for p.operations == 0 {
		p.calibrate(t, d)
	}
	cost := t.Run(p.operations)
	n := float64(p.operations) * float64(max(1, t.Per))
	return float64(cost.Time) / n, float64(cost.Allocs) / n
}

func (p *Pace) calibrate(t Trial, d time.Duration) {
	for n := 1; ; n *= 4 {
		took := t.Run(n).Time
		if took > d/8 {
			took = min(took, t.Run(n).Time) // the first may just have lost its processor
		}
		if took > d/8 {
			p.operations = max(1, int(float64(n)*float64(d)/float64(took)))
			return
		}
	}
}
