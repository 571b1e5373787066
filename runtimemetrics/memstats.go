package runtimemetrics

// memStats are the values of runtime.MemStats under their old names, each the sum of
// values of runtime/metrics. go_memstats_alloc_bytes_total is not among them; see the
// package's documentation.
var memStats = []struct {
	name, help string
	cumulative bool
	of         []string
}{
	{"alloc_bytes", "Number of bytes allocated in heap and currently in use.", false,
		[]string{"/memory/classes/heap/objects:bytes"}},
	{"sys_bytes", "Number of bytes obtained from system.", false, []string{"/memory/classes/total:bytes"}},
	{"mallocs_total", "Total number of heap objects allocated, both live and gc-ed.", true,
		[]string{"/gc/heap/allocs:objects", "/gc/heap/tiny/allocs:objects"}},
	{"frees_total", "Total number of heap objects freed.", true,
		[]string{"/gc/heap/frees:objects", "/gc/heap/tiny/allocs:objects"}},
	{"heap_alloc_bytes", "Number of heap bytes allocated and currently in use, same as go_memstats_alloc_bytes.", false,
		[]string{"/memory/classes/heap/objects:bytes"}},
	{"heap_sys_bytes", "Number of heap bytes obtained from system.", false,
		[]string{"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes",
			"/memory/classes/heap/released:bytes", "/memory/classes/heap/free:bytes"}},
	{"heap_idle_bytes", "Number of heap bytes waiting to be used.", false,
		[]string{"/memory/classes/heap/released:bytes", "/memory/classes/heap/free:bytes"}},
	{"heap_inuse_bytes", "Number of heap bytes that are in use.", false,
		[]string{"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes"}},
	{"heap_released_bytes", "Number of heap bytes released to OS.", false,
		[]string{"/memory/classes/heap/released:bytes"}},
	{"heap_objects", "Number of currently allocated objects.", false, []string{"/gc/heap/objects:objects"}},
	{"stack_inuse_bytes", "Number of bytes obtained from system for stack allocator in non-CGO environments.", false,
		[]string{"/memory/classes/heap/stacks:bytes"}},
	{"stack_sys_bytes", "Number of bytes obtained from system for stack allocator.", false,
		[]string{"/memory/classes/heap/stacks:bytes", "/memory/classes/os-stacks:bytes"}},
	{"mspan_inuse_bytes", "Number of bytes in use by mspan structures.", false,
		[]string{"/memory/classes/metadata/mspan/inuse:bytes"}},
	{"mspan_sys_bytes", "Number of bytes used for mspan structures obtained from system.", false,
		[]string{"/memory/classes/metadata/mspan/inuse:bytes", "/memory/classes/metadata/mspan/free:bytes"}},
	{"mcache_inuse_bytes", "Number of bytes in use by mcache structures.", false,
		[]string{"/memory/classes/metadata/mcache/inuse:bytes"}},
	{"mcache_sys_bytes", "Number of bytes used for mcache structures obtained from system.", false,
		[]string{"/memory/classes/metadata/mcache/inuse:bytes", "/memory/classes/metadata/mcache/free:bytes"}},
	{"buck_hash_sys_bytes", "Number of bytes used by the profiling bucket hash table.", false,
		[]string{"/memory/classes/profiling/buckets:bytes"}},
	{"gc_sys_bytes", "Number of bytes used for garbage collection system metadata.", false,
		[]string{"/memory/classes/metadata/other:bytes"}},
	{"other_sys_bytes", "Number of bytes used for other system allocations.", false,
		[]string{"/memory/classes/other:bytes"}},
	{"next_gc_bytes", "Number of heap bytes when next garbage collection will take place.", false,
		[]string{"/gc/heap/goal:bytes"}},
}

func (r *Reader) addMemStats() {
	for _, m := range memStats {
		var parts []int
		for _, name := range m.of {
			parts = append(parts, r.sample(name))
		}
		sum := func() (total float64, ok bool) {
			for _, i := range parts {
				v, found := r.number(i)
				total, ok = total+v, ok || found
			}
			return total, ok
		}
		if m.cumulative {
			r.addCounter("go_memstats_"+m.name, m.help, "", sum)
		} else {
			r.addGauge("go_memstats_"+m.name, m.help, "", sum)
		}
	}
}
