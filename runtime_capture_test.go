package metrics

import (
	"runtime"
	runtimemetrics "runtime/metrics"
	"slices"
	"testing"
	"time"
)

// Registries don't take each other's differences, nor do the two kinds of captures.
func TestRuntimeStatsPerRegistry(t *testing.T) {
	base := NewRegistry()
	all := []Registry{base, NewPrefixedChildRegistry(base, "p."), NewRegistry()}
	collections := func(r Registry) (int64, int64) {
		return r.Get("runtime.MemStats.NumGC").(Gauge).Value(), r.Get("debug.GCStats.Pause").(Histogram).Count()
	}
	for _, r := range all {
		CaptureRuntimeMemStatsOnce(r)
		CaptureDebugGCStatsOnce(r)
	}
	_, before := collections(base)
	runtime.GC()
	runtime.GC()
	for i, r := range all {
		CaptureRuntimeMemStatsOnce(r)
		CaptureDebugGCStatsOnce(r)
		if since, pauses := collections(r); since < 2 || pauses < before+2 {
			t.Errorf("registry %d: %d collections and %d pauses since the last capture, want 2", i, since, pauses-before)
		}
	}
	if got := base.Get("debug.GCStats.NumGC").(Gauge).Value(); got < 2 {
		t.Errorf("%d collections in all", got)
	}
	if got := base.Get("debug.GCStats.LastGC").(Gauge).Value(); time.Since(time.Unix(0, got)) > time.Hour {
		t.Errorf("last collection at %v", time.Unix(0, got))
	}
}

// A value that this version of Go doesn't have would read 0 without a word.
func TestSampledNamesAreKnown(t *testing.T) {
	var known []string
	for _, d := range runtimemetrics.All() {
		known = append(known, d.Name)
	}
	names := sampledNames()
	for _, name := range names {
		if !slices.Contains(known, name) {
			t.Errorf("this version of Go has no %s", name)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a name is read twice: %q", names)
	}
}

// What a later version of Go might not have reads 0, and the rest is read all the same.
func TestCaptureWithoutAValue(t *testing.T) {
	c := &capture{stats: make([]int64, len(runtimeStats))}
	c.memory()
	for i := range c.samples {
		if c.samples[i].Name == heapReleased {
			c.samples[i].Name = "/gone:bytes"
		}
	}
	values := c.memory()
	for i, stat := range runtimeStats {
		switch stat.name {
		case memStats + "HeapReleased":
			if values.stats[i] != 0 {
				t.Errorf("%s reads %d", stat.name, values.stats[i])
			}
		case memStats + "HeapSys", memStats + "Sys", memStats + "NextGC":
			if values.stats[i] <= 0 {
				t.Errorf("%s reads %d", stat.name, values.stats[i])
			}
		}
	}
}

// A view of a registry has captures of its own, and a wrapper those of what it wraps.
// All registries that lead to none of ours share theirs.
func TestCapturesOf(t *testing.T) {
	base := NewRegistry()
	under := NewPrefixedChildRegistry(base, "p.")
	if capturesOf(base) != capturesOf(wrapper{base}) || capturesOf(under) != capturesOf(wrapper{under}) {
		t.Error("a wrapper has captures of its own")
	}
	if capturesOf(base) == capturesOf(under) || capturesOf(base) == capturesOf(NewRegistry()) {
		t.Error("two registries share captures")
	}
	one, another := newUserRegistry(), newUserRegistry()
	if capturesOf(one) != capturesOf(another) {
		t.Error("captures into a user's registry are not found again")
	}
}
