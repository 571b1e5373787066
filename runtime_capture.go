package metrics

import (
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"sync"
	"time"
)

// runtimeStats are the gauges that are sums of values of runtime/metrics, or
// constants.
var runtimeStats = []struct {
	name     string
	of       []string
	since    bool // the last capture, not since the start
	constant int64
}{
	{name: memStats + "Alloc", of: []string{heapObjects}},
	{name: memStats + "BuckHashSys", of: []string{"/memory/classes/profiling/buckets:bytes"}},
	{name: memStats + "DebugGC"},
	{name: memStats + "EnableGC", constant: 1},
	{name: memStats + "Frees", of: []string{"/gc/heap/frees:objects", tinyAllocs}, since: true},
	{name: memStats + "HeapAlloc", of: []string{heapObjects}},
	{name: memStats + "HeapIdle", of: []string{heapFree, heapReleased}},
	{name: memStats + "HeapInuse", of: []string{heapObjects, heapUnused}},
	{name: memStats + "HeapObjects", of: []string{"/gc/heap/objects:objects"}},
	{name: memStats + "HeapReleased", of: []string{heapReleased}},
	{name: memStats + "HeapSys", of: []string{heapObjects, heapUnused, heapFree, heapReleased}},
	{name: memStats + "Lookups"},
	{name: memStats + "Mallocs", of: []string{"/gc/heap/allocs:objects", tinyAllocs}, since: true},
	{name: memStats + "MCacheInuse", of: []string{mcacheInuse}},
	{name: memStats + "MCacheSys", of: []string{mcacheInuse, "/memory/classes/metadata/mcache/free:bytes"}},
	{name: memStats + "MSpanInuse", of: []string{mspanInuse}},
	{name: memStats + "MSpanSys", of: []string{mspanInuse, "/memory/classes/metadata/mspan/free:bytes"}},
	{name: memStats + "NextGC", of: []string{"/gc/heap/goal:bytes"}},
	{name: memStats + "StackInuse", of: []string{heapStacks}},
	{name: memStats + "StackSys", of: []string{heapStacks, "/memory/classes/os-stacks:bytes"}},
	{name: memStats + "Sys", of: []string{"/memory/classes/total:bytes"}},
	{name: memStats + "TotalAlloc", of: []string{"/gc/heap/allocs:bytes"}},
	{name: "runtime.NumCgoCall", of: []string{"/cgo/go-to-c-calls:calls"}, since: true},
	{name: "runtime.NumGoroutine", of: []string{"/sched/goroutines:goroutines"}},
	{name: "runtime.NumThread", of: []string{"/sched/threads/total:threads"}},
}

// Names of runtime/metrics that are used more than once.
const (
	heapObjects  = "/memory/classes/heap/objects:bytes"
	heapUnused   = "/memory/classes/heap/unused:bytes"
	heapFree     = "/memory/classes/heap/free:bytes"
	heapReleased = "/memory/classes/heap/released:bytes"
	heapStacks   = "/memory/classes/heap/stacks:bytes"
	tinyAllocs   = "/gc/heap/tiny/allocs:objects"
	mcacheInuse  = "/memory/classes/metadata/mcache/inuse:bytes"
	mspanInuse   = "/memory/classes/metadata/mspan/inuse:bytes"

	cpuGC     = "/cpu/classes/gc/total:cpu-seconds"
	cpuGCIdle = "/cpu/classes/gc/mark/idle:cpu-seconds"
	cpuTotal  = "/cpu/classes/total:cpu-seconds"
)

// captures are what a registry remembers of captures into it, by the prefix.
type captures struct {
	mutex sync.Mutex
	of    map[string]*capture
}

// userCaptures are those of all registries that don't lead to one of ours.
var userCaptures captures

func capturesOf(r Registry) *capture {
	all := &userCaptures
	base, prefix := reach(r)
	if base != nil {
		all = &base.captures
	}
	all.mutex.Lock()
	defer all.mutex.Unlock()
	if all.of[prefix] == nil {
		if all.of == nil {
			all.of = map[string]*capture{}
		}
		all.of[prefix] = &capture{stats: make([]int64, len(runtimeStats))}
	}
	return all.of[prefix]
}

// capture is what the last capture found, which the next one counts from. The lock
// is not held while code of users runs.
type capture struct {
	mutex     sync.Mutex
	samples   []runtimemetrics.Sample
	stats     []int64 // totals, parallel to runtimeStats
	memoryGCs int64   // collections seen by memory
	gcs       int64   // collections seen by collector
}

// memoryValues are what CaptureRuntimeMemStatsOnce captures.
type memoryValues struct {
	collectorValues
	stats         []int64 // parallel to runtimeStats
	gcCPUFraction float64
}

// collectorValues are what CaptureDebugGCStatsOnce captures.
type collectorValues struct {
	lastGC        int64 // nanoseconds since 1970
	numGC, newGCs int64
	pauseTotal    time.Duration
	pauses        []time.Duration // since the last capture
}

// memory reads the statistics of memory.
func (c *capture) memory() (values memoryValues) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	read := c.read()
	for i, stat := range runtimeStats {
		total := stat.constant
		for _, name := range stat.of {
			total += int64(read[name])
		}
		value := total
		if stat.since {
			value -= c.stats[i]
		}
		values.stats = append(values.stats, value)
		c.stats[i] = total
	}
	if read[cpuTotal] > 0 {
		values.gcCPUFraction = (read[cpuGC] - read[cpuGCIdle]) / read[cpuTotal]
	}
	values.collectorValues = readCollector(&c.memoryGCs)
	return values
}

// collector reads the statistics of the garbage collector.
func (c *capture) collector() collectorValues {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return readCollector(&c.gcs)
}

func readCollector(seen *int64) (values collectorValues) {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	values.lastGC = stats.LastGC.UnixNano()
	values.numGC, values.newGCs = stats.NumGC, stats.NumGC-*seen
	values.pauseTotal = stats.PauseTotal
	values.pauses = stats.Pause[:min(values.newGCs, int64(len(stats.Pause)))] // the latest come first
	*seen = stats.NumGC
	return values
}

// read returns the values of runtime/metrics that are needed. What a later version
// of Go no longer has reads 0. Hold the lock.
func (c *capture) read() map[string]float64 {
	if c.samples == nil {
		for _, name := range sampledNames() {
			c.samples = append(c.samples, runtimemetrics.Sample{Name: name})
		}
	}
	runtimemetrics.Read(c.samples)
	values := make(map[string]float64, len(c.samples))
	for _, s := range c.samples {
		switch s.Value.Kind() {
		case runtimemetrics.KindUint64:
			values[s.Name] = float64(s.Value.Uint64())
		case runtimemetrics.KindFloat64:
			values[s.Name] = s.Value.Float64()
		}
	}
	return values
}

func sampledNames() []string {
	names := []string{cpuGC, cpuGCIdle, cpuTotal}
	seen := map[string]bool{}
	for _, stat := range runtimeStats {
		for _, name := range stat.of {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}
