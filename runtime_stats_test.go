package metrics

import (
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// memStatsNames are those of go-metrics.
var memStatsNames = strings.Fields(`
	runtime.MemStats.Alloc runtime.MemStats.BuckHashSys runtime.MemStats.DebugGC runtime.MemStats.EnableGC
	runtime.MemStats.Frees runtime.MemStats.HeapAlloc runtime.MemStats.HeapIdle runtime.MemStats.HeapInuse
	runtime.MemStats.HeapObjects runtime.MemStats.HeapReleased runtime.MemStats.HeapSys runtime.MemStats.LastGC
	runtime.MemStats.Lookups runtime.MemStats.Mallocs runtime.MemStats.MCacheInuse runtime.MemStats.MCacheSys
	runtime.MemStats.MSpanInuse runtime.MemStats.MSpanSys runtime.MemStats.NextGC runtime.MemStats.NumGC
	runtime.MemStats.GCCPUFraction runtime.MemStats.PauseNs runtime.MemStats.PauseTotalNs runtime.MemStats.StackInuse
	runtime.MemStats.StackSys runtime.MemStats.Sys runtime.MemStats.TotalAlloc
	runtime.NumCgoCall runtime.NumGoroutine runtime.NumThread runtime.ReadMemStats`)

var gcStatsNames = strings.Fields(`
	debug.GCStats.LastGC debug.GCStats.NumGC debug.GCStats.Pause debug.GCStats.PauseTotal debug.ReadGCStats`)

func TestRuntimeStatsNames(t *testing.T) {
	for _, r := range []Registry{NewRegistry(), newUserRegistry(), wrapper{NewRegistry()}} {
		RegisterRuntimeMemStats(r)
		RegisterDebugGCStats(r)
		registered := len(listing(r))
		CaptureRuntimeMemStatsOnce(r)
		CaptureDebugGCStatsOnce(r)
		RegisterRuntimeMemStats(r) // once more
		RegisterDebugGCStats(r)
		if want := len(memStatsNames) + len(gcStatsNames); registered != want || len(listing(r)) != want {
			t.Errorf("%T: %d and then %d metrics, want %d", r, registered, len(listing(r)), want)
		}
		for _, name := range append(memStatsNames, gcStatsNames...) {
			if r.Get(name) == nil {
				t.Errorf("%T: no %s", r, name)
			}
		}
	}
}

// What is shown is what runtime.ReadMemStats says.
func TestRuntimeMemStats(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // nothing changes meanwhile
	r := NewPrefixedRegistry("go.")
	CaptureRuntimeMemStatsOnce(r)
	value := func(name string) float64 {
		if g, ok := r.Get("runtime.MemStats." + name).(Gauge); ok {
			return float64(g.Value())
		}
		return r.Get("runtime.MemStats." + name).(GaugeFloat64).Value()
	}
	totals := map[string]float64{"Mallocs": value("Mallocs"), "Frees": value("Frees"), "NumGC": value("NumGC")}
	pauses := r.Get("runtime.MemStats.PauseNs").(Histogram).Count()
	held := make([][]byte, 100_000)
	for i := range held {
		held[i] = make([]byte, 10+i%100)
	}
	runtime.GC()
	CaptureRuntimeMemStatsOnce(r)
	var want runtime.MemStats
	runtime.ReadMemStats(&want)
	runtime.KeepAlive(held)
	if got := value("Mallocs"); got < 100_000 || got > 200_000 {
		t.Errorf("Mallocs since the last capture: %v", got)
	}
	for name := range totals {
		totals[name] += value(name)
	}
	for name, want := range map[string]uint64{
		"Alloc": want.Alloc, "BuckHashSys": want.BuckHashSys, "DebugGC": 0, "EnableGC": 1, "HeapAlloc": want.HeapAlloc,
		"HeapIdle": want.HeapIdle, "HeapInuse": want.HeapInuse, "HeapObjects": want.HeapObjects,
		"HeapReleased": want.HeapReleased,
		"HeapSys":      want.HeapSys, "LastGC": want.LastGC, "Lookups": 0, "MCacheInuse": want.MCacheInuse,
		"MCacheSys":  want.MCacheSys,
		"MSpanInuse": want.MSpanInuse, "MSpanSys": want.MSpanSys, "NextGC": want.NextGC, "PauseTotalNs": want.PauseTotalNs,
		"StackInuse": want.StackInuse, "StackSys": want.StackSys, "Sys": want.Sys, "TotalAlloc": want.TotalAlloc,
		"Mallocs": want.Mallocs, "Frees": want.Frees, "NumGC": uint64(want.NumGC),
	} {
		got, ok := totals[name]
		if !ok {
			got = value(name)
		}
		if math.Abs(got-float64(want)) > float64(want)/20+200_000 {
			t.Errorf("%s: %.0f, want about %d", name, got, want)
		}
	}
	if got := value("GCCPUFraction"); math.Abs(got-want.GCCPUFraction) > 0.1 || got <= 0 {
		t.Errorf("GCCPUFraction: %v, want about %v", got, want.GCCPUFraction)
	}
	if got := r.Get("runtime.MemStats.PauseNs").(Histogram); got.Count() != pauses+1 || got.Max() <= 0 {
		t.Errorf("%d pauses, want %d: %v", got.Count(), pauses+1, got)
	}
	if got := r.Get("runtime.NumGoroutine").(Gauge).Value(); got < 1 || got > int64(runtime.NumGoroutine())+10 {
		t.Errorf("%d goroutines", got)
	}
	if got := r.Get("runtime.NumThread").(Gauge).Value(); got < 1 {
		t.Errorf("%d threads", got)
	}
	if got := r.Get("runtime.ReadMemStats").(Timer).Count(); got != 2 {
		t.Errorf("%d captures timed, want 2", got)
	}
}

// The loops capture every period, until whatever they are given panics; without a
// period they capture once.
func TestCapturePeriodically(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, capture := range []func(Registry, time.Duration){CaptureRuntimeMemStats, CaptureDebugGCStats} {
			r := NewRegistry()
			capture(r, 0)
			ended := &ending{Registry: r, captures: 3}
			start := time.Now()
			done := make(chan struct{})
			go func() {
				defer close(done)
				capture(ended, time.Minute)
			}()
			<-done
			if got := time.Since(start); got != 3*time.Minute {
				t.Errorf("three captures took %v", got)
			}
		}
	})
}

// ending ends the goroutine that captures: nothing else does.
type ending struct {
	Registry
	captures int
}

func (r *ending) GetOrRegister(name string, i any) any {
	if name == "runtime.ReadMemStats" || name == "debug.ReadGCStats" {
		if r.captures--; r.captures == 0 {
			runtime.Goexit()
		}
	}
	return r.Registry.GetOrRegister(name, i)
}

func TestCaptureOfDefaultRegistry(t *testing.T) {
	saved := DefaultRegistry
	defer func() { DefaultRegistry = saved }()
	DefaultRegistry = NewRegistry()
	RegisterRuntimeMemStats(nil)
	CaptureDebugGCStatsOnce(nil)
	if Get("runtime.MemStats.Sys") == nil || Get("debug.GCStats.NumGC") == nil {
		t.Error("nil is not DefaultRegistry")
	}
}
