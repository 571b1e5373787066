package prometheusmetrics

import (
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

// Metrics that run code of others, which may panic or never come back, are read
// by a goroutine of their own, one after the other, while the flush waits for
// it. If one takes longer than Config.CallTimeout the flush leaves that goroutine
// behind with it, and has another go on with the rest.

// guardedRead is the work of one such goroutine.
type guardedRead struct {
	jobs []guardedJob // its own: a goroutine that is left behind still looks at them
	next atomic.Int64
	done chan struct{}
	left *call // set before the goroutine is left behind
}

type guardedJob struct {
	metric  *metric
	reading *reading // the metric is given another if this is left behind
	err     error    // a panic
}

func newGuardedRead(all []*metric) *guardedRead {
	work := &guardedRead{jobs: make([]guardedJob, len(all)), done: make(chan struct{})}
	for i, m := range all {
		work.jobs[i] = guardedJob{metric: m, reading: m.reading}
	}
	return work
}

// call is a reading that did not come back in time.
type call struct{ back atomic.Bool }

const leftBehind = -1

// readGuarded reads the metrics, and gives each that panicked or hung its
// problem.
func (d *Driver) readGuarded(all []*metric) {
	timeout := d.config.CallTimeout
	for len(all) > 0 {
		work := newGuardedRead(all)
		go work.run(d.want)
		hung := work.wait(timeout)
		read := len(all)
		if hung >= 0 {
			read = hung
		}
		for i, m := range all[:read] {
			d.finishRead(m, work.jobs[i].err)
		}
		if hung < 0 {
			return
		}
		d.leaveBehind(all[hung], work.left, timeout)
		all = all[hung+1:]
		// Where one hangs more may, and a flush should not wait so long for each.
		timeout = max(timeout/16, time.Millisecond)
	}
}

func (w *guardedRead) run(want wanted) {
	defer close(w.done)
	for i := range w.jobs {
		job := &w.jobs[i]
		job.err = job.metric.read(job.reading, want)
		if !w.next.CompareAndSwap(int64(i), int64(i)+1) {
			w.left.back.Store(true)
			return
		}
	}
}

// wait returns the index of a metric that took longer than the timeout, and
// whose goroutine was left behind, or -1 when all are read.
func (w *guardedRead) wait(timeout time.Duration) int {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	last := int64(0)
	for {
		select {
		case <-w.done:
			return -1
		case <-timer.C:
		}
		next := w.next.Load()
		if next == last && next < int64(len(w.jobs)) {
			w.left = &call{}
			if w.next.CompareAndSwap(next, leftBehind) {
				return int(next)
			}
			next = w.next.Load()
		}
		last = next
		timer.Reset(timeout)
	}
}

// finishRead takes over what the goroutine read.
func (d *Driver) finishRead(m *metric, err error) {
	if err != nil {
		d.fail(m, ReasonPanic, err)
		return
	}
	m.fresh = true
	stats := &m.reading.stats
	if m.shape.kind == kindWindow {
		m.windows.add(stats)
	}
	if d.config.Layout == LayoutTyped && stats.Count == 0 {
		for i := range stats.Percentiles {
			stats.Percentiles[i] = math.NaN() // there is none of nothing
		}
	}
}

// leaveBehind gives the metric a new reading, since the old one may be written
// to at any time by the call that hangs.
func (d *Driver) leaveBehind(m *metric, left *call, timeout time.Duration) {
	m.stuck = left
	m.reading = &reading{}
	err := fmt.Errorf("reading it took longer than %v", timeout)
	if m.shape.kind == kindHealthcheck {
		m.fresh = true // unhealthy, and shown
		d.report(m, &MetricError{Name: m.id.name, Labels: m.labels, Reason: ReasonTimeout, Err: err})
		return
	}
	d.fail(m, ReasonTimeout, err)
}
