package metrics

import "time"

// RegisterRuntimeMemStats registers gauges for the Go runtime under the names that
// go-metrics has for them, such as runtime.MemStats.HeapAlloc; the histogram
// runtime.MemStats.PauseNs; and the timer runtime.ReadMemStats, which shows how long
// a capture takes. They read 0 until the first capture. A nil registry is
// DefaultRegistry.
func RegisterRuntimeMemStats(r Registry) {
	for _, stat := range runtimeStats {
		GetOrRegisterGauge(stat.name, r)
	}
	for _, name := range []string{lastGC, numGC, pauseTotal} {
		GetOrRegisterGauge(memStats+name, r)
	}
	GetOrRegisterGaugeFloat64(memStats+gcCPUFraction, r)
	GetOrRegisterHistogram(memStats+pauseNs, r, nil)
	GetOrRegisterTimer(readMemStats, r)
}

// CaptureRuntimeMemStats calls CaptureRuntimeMemStatsOnce every d. It doesn't return,
// so call it with go; if d is not positive, it captures once.
func CaptureRuntimeMemStats(r Registry, d time.Duration) {
	_ = every(d, func() error {
		CaptureRuntimeMemStatsOnce(r)
		return nil
	})
}

// CaptureRuntimeMemStatsOnce sets what RegisterRuntimeMemStats registers, and
// registers what is not there. As with go-metrics, Frees, Lookups, Mallocs, NumGC
// and NumCgoCall are what came since the last capture into the same registry.
// Lookups and DebugGC are always 0, and EnableGC 1, as in the runtime.
//
// The values are those of package runtime/metrics and of debug.ReadGCStats. Unlike
// runtime.ReadMemStats, these don't stop the program.
func CaptureRuntimeMemStatsOnce(r Registry) {
	start := time.Now()
	values := capturesOf(r).memory()
	GetOrRegisterTimer(readMemStats, r).UpdateSince(start)
	for i, stat := range runtimeStats {
		GetOrRegisterGauge(stat.name, r).Update(values.stats[i])
	}
	GetOrRegisterGauge(memStats+lastGC, r).Update(values.lastGC)
	GetOrRegisterGauge(memStats+numGC, r).Update(values.newGCs)
	GetOrRegisterGauge(memStats+pauseTotal, r).Update(int64(values.pauseTotal))
	GetOrRegisterGaugeFloat64(memStats+gcCPUFraction, r).Update(values.gcCPUFraction)
	pauses := GetOrRegisterHistogram(memStats+pauseNs, r, nil)
	for _, pause := range values.pauses {
		pauses.Update(int64(pause))
	}
}

// RegisterDebugGCStats registers the gauges debug.GCStats.LastGC, NumGC and
// PauseTotal, the histogram debug.GCStats.Pause and the timer debug.ReadGCStats,
// which shows how long a capture takes. A nil registry is DefaultRegistry.
func RegisterDebugGCStats(r Registry) {
	for _, name := range []string{lastGC, numGC, gcPauseTotal} {
		GetOrRegisterGauge(gcStats+name, r)
	}
	GetOrRegisterHistogram(gcStats+gcPause, r, nil)
	GetOrRegisterTimer(readGCStats, r)
}

// CaptureDebugGCStats calls CaptureDebugGCStatsOnce every d. It doesn't return, so
// call it with go; if d is not positive, it captures once.
func CaptureDebugGCStats(r Registry, d time.Duration) {
	_ = every(d, func() error {
		CaptureDebugGCStatsOnce(r)
		return nil
	})
}

// CaptureDebugGCStatsOnce sets what RegisterDebugGCStats registers, and registers
// what is not there. Pause gets each pause since the last capture into the same
// registry, where that of go-metrics gets the last one; the runtime remembers 256.
func CaptureDebugGCStatsOnce(r Registry) {
	start := time.Now()
	values := capturesOf(r).collector()
	GetOrRegisterTimer(readGCStats, r).UpdateSince(start)
	GetOrRegisterGauge(gcStats+lastGC, r).Update(values.lastGC)
	GetOrRegisterGauge(gcStats+numGC, r).Update(values.numGC)
	GetOrRegisterGauge(gcStats+gcPauseTotal, r).Update(int64(values.pauseTotal))
	pauses := GetOrRegisterHistogram(gcStats+gcPause, r, nil)
	for _, pause := range values.pauses {
		pauses.Update(int64(pause))
	}
}

// Names that aren't in runtimeStats.
const (
	memStats      = "runtime.MemStats."
	readMemStats  = "runtime.ReadMemStats"
	gcCPUFraction = "GCCPUFraction"
	pauseNs       = "PauseNs"
	pauseTotal    = "PauseTotalNs"

	gcStats      = "debug.GCStats."
	readGCStats  = "debug.ReadGCStats"
	gcPause      = "Pause"
	gcPauseTotal = "PauseTotal"

	lastGC = "LastGC" // of both
	numGC  = "NumGC"
)
