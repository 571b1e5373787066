package plain

import (
	"maps"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

func TestWorker(t *testing.T) {
	metrics.DefaultRegistry.UnregisterAll()
	w := NewWorker()
	for size := range int64(4) {
		w.Do(size)
	}
	var s Sink
	s.Collect(metrics.DefaultRegistry)
	want := map[string]int64{"plain.jobs": 4, "plain.latency": 4, "plain.sizes": 4, "plain.rate": 4}
	if !maps.Equal(s.Counts, want) {
		t.Errorf("counts are %v", s.Counts)
	}
	if s.Values["plain.queue.value"] != int64(4) || s.Values["plain.sizes.max"] != int64(3) ||
		s.Values["plain.sizes.mean"] != 1.5 {
		t.Errorf("values are %v", s.Values)
	}
	Finish(metrics.DefaultRegistry, 3)
	for _, want := range []int64{3, 0} {
		last := int64(0)
		metrics.Each(func(name string, i any) {
			if g, ok := i.(metrics.Gauge); ok && name == "plain.last" {
				last = g.Value()
			}
		})
		if last != want {
			t.Errorf("Each gave %d for the last job, want %d", last, want)
		}
	}
	if NewWorker().Jobs.Count() != 4 {
		t.Error("another counter")
	}
	metrics.Unregister("plain.jobs")
	if metrics.Get("plain.jobs") != nil || NewWorker().Jobs.Count() != 0 {
		t.Error("not unregistered")
	}
}

func TestDefaultRegistryFunctions(t *testing.T) {
	metrics.DefaultRegistry.UnregisterAll()
	c := metrics.NewCounter()
	if err := metrics.Register("plain.one", c); err != nil {
		t.Error(err)
	}
	if got := metrics.GetOrRegister("plain.one", metrics.NewCounter()); got != c {
		t.Error("another counter")
	}
	found := false
	metrics.Each(func(name string, i any) { found = found || name == "plain.one" && i == c })
	if !found {
		t.Error("Each did not give it")
	}
}
