package runtimemetrics

import (
	"math"
	"runtime/debug"
	rtmetrics "runtime/metrics"
	"strings"

	"github.com/go-metrics-plus/metrics"
)

// addRuntime adds every metric of package runtime/metrics.
func (r *Reader) addRuntime() {
	for _, d := range rtmetrics.All() {
		name, unit := nameOf(d)
		i := r.sample(d.Name)
		help := d.Description + " Sourced from " + d.Name + "."
		number := func() (float64, bool) { return r.number(i) }
		switch {
		case d.Kind == rtmetrics.KindFloat64Histogram:
			r.addHistogram(name, help, unit, i)
		case d.Kind != rtmetrics.KindUint64 && d.Kind != rtmetrics.KindFloat64: // of a Go to come
		case d.Cumulative:
			r.addCounter(name, help, unit, number)
		default:
			r.addGauge(name, help, unit, number)
		}
	}
}

// nameOf returns the name and the unit that client_golang gives a metric: that of
// /gc/heap/allocs:bytes is go_gc_heap_allocs_bytes_total, in bytes.
func nameOf(d rtmetrics.Description) (name, unit string) {
	path, unit, _ := strings.Cut(d.Name, ":")
	unit = strings.NewReplacer("-", "_", "*", "_", "/", "_per_").Replace(unit)
	name = "go" + strings.NewReplacer("-", "_", "/", "_").Replace(path) + "_" + unit
	if d.Cumulative && d.Kind != rtmetrics.KindFloat64Histogram {
		name += "_total"
	}
	return name, unit
}

// histogram brings the counts of a histogram of the runtime into one of ours.
type histogram struct {
	shown  metrics.HistogramFloat64
	counts []uint64 // as they were last read
}

// relativeError is about that of the runtime's own buckets.
const relativeError = 0.2

// addHistogram reads the samples once, since only a value tells its buckets.
func (r *Reader) addHistogram(name, help, unit string, i int) {
	first := []rtmetrics.Sample{{Name: r.samples[i].Name}}
	rtmetrics.Read(first)
	if first[0].Value.Kind() != rtmetrics.KindFloat64Histogram {
		return
	}
	bounds := classicBounds(first[0].Value.Float64Histogram().Buckets, unit)
	h := &histogram{shown: metrics.NewBucketHistogramFloat64(relativeError, bounds)}
	r.metrics = append(r.metrics, named{name: name, given: h.shown})
	r.descriptions[name] = metrics.Description{Help: help, Unit: unit}
	r.readings = append(r.readings, func() { h.update(r.samples[i].Value.Float64Histogram()) })
}

// update adds what has come since the last time.
func (h *histogram) update(from *rtmetrics.Float64Histogram) {
	if len(h.counts) != len(from.Counts) {
		h.counts = make([]uint64, len(from.Counts))
	}
	for i, count := range from.Counts {
		if count > h.counts[i] {
			h.shown.UpdateN(middle(from.Buckets[i], from.Buckets[i+1]), int64(count-h.counts[i]))
		}
		h.counts[i] = count
	}
}

// middle returns the middle of a bucket, or the one end that it has.
func middle(low, high float64) float64 {
	switch {
	case math.IsInf(low, -1):
		return high
	case math.IsInf(high, 1):
		return low
	}
	return low + (high-low)/2
}

// classicBounds returns upper bounds so far apart as client_golang has them: of bytes
// by factors of two, of seconds of ten up to one, and all of other units. The runtime's
// upper bounds are exclusive and Prometheus's inclusive, hence the next lower float64.
func classicBounds(boundaries []float64, unit string) (bounds []float64) {
	growth, highest := 1., math.Inf(1)
	switch unit {
	case "bytes":
		growth = 2
	case "seconds":
		growth, highest = 10, 1
	}
	last := math.Inf(-1)
	for _, boundary := range boundaries {
		switch {
		case math.IsInf(boundary, 0) || boundary > highest:
		case math.IsInf(last, -1):
			last = boundary // the lower bound of all
		case last > 0 && boundary < last*growth || last < 0 && boundary < last/growth:
		default:
			bounds = append(bounds, math.Nextafter(boundary, last))
			last = boundary
		}
	}
	return bounds
}

// addBuildInfo adds what client_golang's collector of that name has.
func (r *Reader) addBuildInfo() {
	path, version, sum := "unknown", "unknown", "unknown"
	if build, ok := debug.ReadBuildInfo(); ok {
		path, version, sum = build.Main.Path, build.Main.Version, build.Main.Sum
	}
	r.add("go_build_info", metrics.Description{Help: "Build information about the main Go module."},
		&info{metrics.Labels{"path": path, "version": version, "checksum": sum}})
}
