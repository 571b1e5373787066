package prometheusmetrics

import (
	"bytes"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

// A registry that was registered in another one while it was empty shows there what it
// got later, and neither of the two says so. Drivers of both find out by being
// collected at the same time: a gathering writes all that it has collected in one
// goroutine. So for the first scrapes after a driver was made, each driver notes in
// which goroutine its last series is written, and from when to when that gathering is
// going on for sure. Gatherings in one goroutine come one after the other, so two
// drivers whose times overlap in it belong to one.

const (
	// maxWitnessed is how many scrapes of a driver are examined after a new driver.
	maxWitnessed = 5

	// maxYields is how often such a scrape lets others run, for another driver to be
	// collected; a timer would be exact where nobody needs it.
	maxYields = 1000
)

// events orders what happens in the gatherings of a process.
var events atomic.Uint64

// witness is the last series of a driver in one gathering.
type witness struct {
	prometheus.Metric
	driver  *Driver
	begun   uint64 // when the driver's collection did
	written atomic.Uint64
	writer  string // the goroutine; readable once written is not 0
}

// collect sends what is shown. If the driver may yet find others that are collected
// along with it, the last series is a witness.
func (d *Driver) collect(shown *families.Exposition, metrics chan<- prometheus.Metric) {
	w := &witness{driver: d, begun: events.Add(1)}
	if shown.Series == 0 || !d.looksForOthers() {
		shown.Collect(metrics, nil)
		return
	}
	d.witness.Store(w)
	shown.Collect(metrics, func(last prometheus.Metric) prometheus.Metric {
		w.Metric = last
		d.linger()
		return w
	})
}

// looksForOthers reports whether there are drivers of other registries, new ones
// among them as seen from the last scrapes.
func (d *Driver) looksForOthers() bool {
	if !isRegistry(d.registerer) {
		return false
	}
	if made := drivers.made.Load(); d.witnessedOf.Swap(made) != made {
		d.witnessed.Store(0)
	}
	return d.witnessed.Add(1) <= maxWitnessed && len(drivers.unrelated(d)) > 0
}

// linger lets others run for a moment, so that one of them is collected meanwhile.
func (d *Driver) linger() {
	mine, others := d.witness.Load().begun, drivers.unrelated(d)
	for range maxYields {
		for _, other := range others {
			if w := other.witness.Load(); w != nil && (w.begun > mine || w.written.Load() == 0) {
				return
			}
		}
		runtime.Gosched()
	}
}

// Write is called by the gathering, in its goroutine.
func (w *witness) Write(out *dto.Metric) error {
	if !isWrapped() {
		w.writer = goroutine()
		w.written.Store(events.Add(1))
		for _, other := range drivers.unrelated(w.driver) {
			if o := other.witness.Load(); o != nil && w.overlaps(o) {
				go w.driver.shareWith(other)
			}
		}
	}
	return w.Metric.Write(out)
}

// overlaps reports whether another witness is of the same gathering.
func (w *witness) overlaps(o *witness) bool {
	written := o.written.Load()
	return written > w.begun && o.begun < w.written.Load() && o.writer == w.writer
}

// shareWith has both drivers share an account from now on.
func (d *Driver) shareWith(other *Driver) {
	d.member.Join(other.member)
	d.settleLosses()
	other.settleLosses()
}

// unrelated lists the drivers that are registered in another registry, as it seems.
func (a *allDrivers) unrelated(d *Driver) (unrelated []*Driver) {
	for _, other := range a.others(d) {
		if isRegistry(other.registerer) && !other.member.SharesWith(d.member) {
			unrelated = append(unrelated, other)
		}
	}
	return unrelated
}

// goroutine names the current goroutine.
func goroutine() string {
	var buffer [64]byte
	name, _, _ := bytes.Cut(buffer[:runtime.Stack(buffer[:], false)], []byte(" ["))
	return string(name)
}

// isWrapped reports whether a wrapping registerer adds to a series that is written:
// then its name or labels are others than the driver knows.
func isWrapped() bool {
	var callers [8]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, "wrappingMetric).Write") {
			return true
		}
		if !more {
			return false
		}
	}
}
