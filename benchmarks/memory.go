package benchmarks

import "runtime"

// bytesEach returns the memory that each of so many instruments of a kind holds:
// the growth of the heap, with garbage collected before and after, from before
// they were made to after fill values in each. Their names are not counted.
func bytesEach(instrument Instrument, count, fill int) float64 {
	names := names("memory", count)
	before := heap()
	recorder := instrument.Open(names)
	fillUp(recorder, count, fill)
	after := heap()
	runtime.KeepAlive(recorder)
	runtime.KeepAlive(names)
	return (after - before) / float64(count)
}

// heap is the size of all that is in use. Collected twice: what has a finalizer
// or sits in a pool survives the first time.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return float64(memory.HeapAlloc)
}

// fillUp records so many log-normal values in each of count instruments.
func fillUp(r Recorder, count, fill int) {
	values := logNormalValues(count)
	for left := fill * count; left > 0; left -= len(values) {
		some := values[:min(len(values), left)]
		r.Spread(some)
		for i := range some { // so that an instrument gets other ones the next time
			some[i].At = (some[i].At + 1) % count
		}
	}
}
