package prometheusmetrics

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics"
)

// slowRegistry takes its time for each registration, which is what probes are.
type slowRegistry struct {
	*prometheus.Registry
	takes time.Duration
	began []time.Time
}

func (r *slowRegistry) Register(c prometheus.Collector) error {
	r.began = append(r.began, time.Now())
	time.Sleep(r.takes)
	return r.Registry.Register(c)
}

// newProbedDriver makes a driver with a counter, whose first flush has probed.
func newProbedDriver(t *testing.T) (*Driver, metrics.Registry, *slowRegistry) {
	source := metrics.NewRegistry()
	metrics.GetOrRegisterCounter("c", source)
	registry := &slowRegistry{Registry: prometheus.NewRegistry()}
	d, err := NewWithConfig(Config{Registry: source, FlushInterval: time.Hour}, registry)
	if err != nil {
		t.Fatal(err)
	}
	once(t, d)
	synctest.Wait()
	registry.began = nil
	return d, source, registry
}

// TestFlushesProbeSometimes: for what is new in each flush, for all once a minute.
func TestFlushesProbeSometimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry := newProbedDriver(t)
		for _, test := range []struct {
			after  time.Duration
			comes  string // a metric that is new
			probes int
		}{
			{time.Second, "", 0}, {probeInterval - 2*time.Second, "", 0}, {time.Second, "", 1}, {time.Second, "", 0},
			{time.Second, "d", 1}, {time.Second, "", 0}, {probeInterval, "e", 1}, {probeInterval - 1, "", 0}, {1, "", 1},
		} {
			time.Sleep(test.after)
			if test.comes != "" {
				metrics.GetOrRegisterCounter(test.comes, source)
			}
			once(t, d)
			synctest.Wait()
			if got := len(registry.began); got != test.probes {
				t.Errorf("a flush %v later with %q new makes %d probes, want %d", test.after, test.comes, got, test.probes)
			}
			registry.began = nil
		}
	})
}

// TestProbesAfterScrapes take no more than their share of the time, but come before
// long. One that brings no news changes nothing.
func TestProbesAfterScrapes(t *testing.T) {
	for _, takes := range []time.Duration{0, 10 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			d, _, registry := newProbedDriver(t)
			registry.takes = takes
			shown, ps := d.current.Load(), &d.probes
			// What probes have done so far: when the last one began, was over, and took.
			look := func() (running bool, began, over time.Time, took time.Duration) {
				synctest.Wait()
				ps.mu.Lock()
				defer ps.mu.Unlock()
				return ps.running != nil, ps.whole, ps.over, ps.took
			}
			ps.scraped()
			running, _, over, took := look()
			for ; running; running, _, over, took = look() {
				time.Sleep(time.Millisecond)
			}
			if took < takes || took > 10*takes {
				t.Fatalf("a probe with registrations of %v takes %v", takes, took)
			}
			for range 3 {
				ps.scraped() // one probe for all of them
			}
			gap := min(took*probeShare, maxProbeDelay)
			time.Sleep(gap)
			_, began, _, _ := look()
			if began.Sub(over) != gap {
				t.Errorf("the second probe, of %v, began %v after the first, want %v", takes, began.Sub(over), gap)
			}
			time.Sleep(10 * maxProbeDelay)
			if _, last, _, _ := look(); takes > 0 && last != began {
				t.Errorf("a third probe, of %v, began %v after the second", takes, last.Sub(began))
			}
			if d.current.Load() != shown {
				t.Error("probes that bring no news have made an exposition")
			}
			d.Close()
		})
	}
}
