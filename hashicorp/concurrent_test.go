package hashicorp

import (
	"fmt"
	"sync"
	"testing"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/logtest"
)

// TestCountsAreExactUnderConcurrency has goroutines that all see each series first.
func TestCountsAreExactUnderConcurrency(t *testing.T) {
	const goroutines, rounds, series = 8, 50, 40
	registry := metrics.NewRegistry()
	s := NewSink(registry, Config{})
	stop := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				registry.Each(func(string, any) {})
				s.Forget(func(name string, _ metrics.Labels) bool { return name == "forgotten" })
			}
		}
	})
	var start, writers sync.WaitGroup
	start.Add(1)
	for range goroutines {
		writers.Go(func() {
			start.Wait()
			for i := range rounds * series {
				labels := []gometrics.Label{{Name: "a", Value: fmt.Sprint(i % series)}, {Name: "b", Value: "x"}}
				s.IncrCounterWithLabels([]string{"c"}, 1, labels)
				s.AddSampleWithLabels([]string{"s"}, 2, labels)
				labels[0], labels[1] = labels[1], labels[0]
				s.IncrCounterWithLabels([]string{"c"}, 0.5, labels)
				s.SetGaugeWithLabels([]string{"g"}, 3, labels)
				s.IncrCounter([]string{"forgotten"}, 1)
			}
		})
	}
	start.Done()
	writers.Wait()
	close(stop)
	readers.Wait()
	for i := range series {
		labels := metrics.Labels{"a": fmt.Sprint(i), "b": "x"}
		const each = goroutines * rounds
		if got := metrics.GetOrRegisterCounter("c", registry, labels).CountFloat64(); got != 1.5*each {
			t.Errorf("counter %d has %v, want %v", i, got, 1.5*each)
		}
		if count, sum := distribution(t, registry, "s", labels); count != each || sum != 2*each {
			t.Errorf("histogram %d has count %d and sum %v, want %d and %d", i, count, sum, each, 2*each)
		}
	}
}

// With a limit too, everything is counted somewhere.
func TestTotalsUnderALimit(t *testing.T) {
	const goroutines, each, limit = 4, 500, 20
	logtest.Capture(t)
	registry := metrics.NewRegistry()
	s := NewSink(registry, Config{MaxSeries: limit})
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for i := range each {
				s.IncrCounterWithLabels([]string{"c"}, 1, []gometrics.Label{{Name: "user", Value: fmt.Sprint(i)}})
			}
		})
	}
	group.Wait()
	var total int64
	series := 0
	registry.Each(func(_ string, metric any) {
		total += metric.(metrics.Counter).Count()
		series++
	})
	if total != goroutines*each || series > limit+1 {
		t.Errorf("%d in %d series, want %d in no more than %d", total, series, goroutines*each, limit+1)
	}
}
