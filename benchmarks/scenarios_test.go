package benchmarks

import (
	"flag"
	"testing"
	"time"
)

var full = flag.Bool("full", false, "run benchmarks at the size of RESULTS.md")

// BenchmarkScenarios runs every scenario for every library in this process, at a
// small size unless told otherwise; go run ./compare gives the figures that can be
// compared.
func BenchmarkScenarios(b *testing.B) {
	size := SmallSize()
	if *full {
		size = FullSize()
	}
	for _, group := range Groups(Peers(), size) {
		b.Run(group.Name, func(b *testing.B) {
			for _, contender := range group.Contenders {
				b.Run(contender.String(), func(b *testing.B) { benchmark(b, group, contender.Open().Trials) })
			}
		})
	}
}

func benchmark(b *testing.B, group Group, trials []Trial) {
	for i, trial := range trials {
		switch {
		case trial.Run != nil:
			b.Run(group.Scenarios[i], func(b *testing.B) {
				cost := trial.Run(b.N)
				n := float64(b.N * max(1, trial.Per))
				b.ReportMetric(float64(cost.Time)/n, "ns/op")
				b.ReportMetric(float64(cost.Allocs)/n, "allocs/op")
			})
		case trial.Figure != nil:
			b.Run(group.Scenarios[i], func(b *testing.B) {
				b.ReportMetric(0, "ns/op") // not shown: the figure is something else
				b.ReportMetric(trial.Figure(), string(group.Unit))
			})
		}
	}
}

// TestScenarios checks that the table of contenders is complete and well named.
func TestScenarios(t *testing.T) {
	ours := Peers()[0].Name
	for _, group := range Groups(Peers(), SmallSize()) {
		if len(group.Contenders) < 2 {
			t.Errorf("%s: nobody to compare with", group.Name)
			continue
		}
		if group.Contenders[0].Peer != ours {
			t.Errorf("%s: the first contender is %s", group.Name, group.Contenders[0])
		}
		seen := make(map[string]bool)
		for _, contender := range group.Contenders {
			if seen[contender.String()] {
				t.Errorf("%s: %s comes twice", group.Name, contender)
			}
			seen[contender.String()] = true
			trials := contender.Open().Trials
			if len(trials) != len(group.Scenarios) {
				t.Errorf("%s: %s has %d trials for %d scenarios", group.Name, contender, len(trials), len(group.Scenarios))
			}
		}
	}
}

func TestPace(t *testing.T) {
	var did int
	trial := Trial{Per: 2, Run: func(n int) Cost {
		did += n
		return Cost{Time: time.Duration(n) * 10 * time.Microsecond, Allocs: uint64(4 * n)}
	}}
	var pace Pace
	for range 3 {
		figure, allocs := pace.Slice(trial, 10*time.Millisecond)
		if figure != 5000 || allocs != 2 {
			t.Errorf("got %v ns and %v allocations for half an operation, want 5000 and 2", figure, allocs)
		}
	}
	if pace.operations != 1000 {
		t.Errorf("%d operations of 10 µs in 10 ms, want 1000", pace.operations)
	}
	if did < 3000 {
		t.Errorf("did %d operations, want 3000 and those for calibration", did)
	}
}

func TestOnGoroutines(t *testing.T) {
	items := names("item", 10)
	for _, goroutines := range []int{1, 2, 3, 100} {
		done := make(chan int, 1000)
		trial := onGoroutines(goroutines, items, func(some []string) { done <- len(some) })
		trial.Run(57)
		close(done)
		total := 0
		for n := range done {
			total += n
		}
		if total != 57 {
			t.Errorf("%d goroutines did %d items, want 57", goroutines, total)
		}
	}
}

func TestLatencies(t *testing.T) {
	for v := uint64(0); v < 1<<40; v = v + 1 + v/50 {
		b := bucketOf(v)
		if low, next := lowestIn(b), lowestIn(b+1); v < low || v >= next {
			t.Fatalf("%d is in bucket %d from %d to %d", v, b, low, next)
		}
	}
	var l latencies
	for i := range 1000 {
		l.add(time.Duration(i))
	}
	for p, want := range map[float64]float64{0: 0, 0.5: 496, 0.99: 976} {
		if got := l.quantile(p); got != want {
			t.Errorf("quantile %v is %v, want %v", p, got, want)
		}
	}
}
