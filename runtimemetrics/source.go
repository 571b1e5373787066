package runtimemetrics

import (
	rtmetrics "runtime/metrics"
	"sync"

	"github.com/go-metrics-plus/metrics"
)

// Source returns the metrics of this process. They are the same for all callers.
func Source() *Reader { return shared() }

var shared = sync.OnceValue(newReader)

// Reader reads the metrics of this process: one for each name, that stays the same.
// Single values have a method Value() float64 or Count() float64, distributions are
// a HistogramFloat64; what they say is as of the last call of Each.
type Reader struct {
	mu       sync.Mutex // guards reading, not what is read
	samples  []rtmetrics.Sample
	byName   map[string]int // index in samples
	readings []func()       // each updates metrics after samples were read

	metrics      []named
	descriptions map[string]metrics.Description
}

// named is a metric under its name.
type named struct {
	name   string
	metric interface{ present() bool }
	given  any // what Each gives
}

func newReader() *Reader {
	r := &Reader{byName: map[string]int{}, descriptions: map[string]metrics.Description{}}
	r.addBasics()
	r.addMemStats()
	r.addRuntime()
	r.addBuildInfo()
	r.addProcess()
	return r
}

// Each reads everything once, and calls f for each metric with its name. It may be
// called concurrently; f is called with no lock held. What this system doesn't tell is
// left out.
func (r *Reader) Each(f func(name string, metric any)) {
	r.read()
	for _, m := range r.metrics {
		if m.metric == nil || m.metric.present() {
			f(m.name, m.given)
		}
	}
}

func (r *Reader) read() {
	r.mu.Lock()
	defer r.mu.Unlock()
	rtmetrics.Read(r.samples)
	for _, update := range r.readings {
		update()
	}
}

// DescriptionOf returns what a metric is about. It is how the driver learns help texts
// and units.
func (r *Reader) DescriptionOf(name string) (metrics.Description, bool) {
	d, ok := r.descriptions[name]
	return d, ok
}

// sample returns the index of a metric of runtime/metrics among those that are read.
func (r *Reader) sample(name string) int {
	i, ok := r.byName[name]
	if !ok {
		i = len(r.samples)
		r.byName[name] = i
		r.samples = append(r.samples, rtmetrics.Sample{Name: name})
	}
	return i
}

// number returns the value of a sample, and whether this runtime has it.
func (r *Reader) number(i int) (float64, bool) {
	switch v := r.samples[i].Value; v.Kind() {
	case rtmetrics.KindUint64:
		return float64(v.Uint64()), true
	case rtmetrics.KindFloat64:
		return v.Float64(), true
	}
	return 0, false
}

// add adds a metric of a type of this package; with a description unless that is empty.
func (r *Reader) add(name string, d metrics.Description, metric interface{ present() bool }) {
	r.metrics = append(r.metrics, named{name, metric, metric})
	r.descriptions[name] = d
}

// addGauge adds a gauge whose value read returns; false means that there is none.
func (r *Reader) addGauge(name, help, unit string, read func() (float64, bool)) {
	g := new(gauge)
	r.add(name, metrics.Description{Help: help, Unit: unit}, g)
	r.readings = append(r.readings, func() { g.update(read()) })
}

// addCounter is addGauge for what only goes up.
func (r *Reader) addCounter(name, help, unit string, read func() (float64, bool)) {
	c := new(counter)
	r.add(name, metrics.Description{Help: help, Unit: unit}, c)
	r.readings = append(r.readings, func() { c.update(read()) })
}
