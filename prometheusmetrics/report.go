package prometheusmetrics

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

// reports are errors on their way to Config.OnError, which is code of others: it runs
// in a goroutine of its own, with no lock held, and may use the driver. Its zero value
// is ready for use.
type reports struct {
	patience time.Duration // how long tell waits; 0 means defaultCallTimeout

	mu      sync.Mutex
	waiting []error
	dropped int // errors for which there was no room
	telling bool
}

// maxWaiting bounds the errors that wait for an OnError that does not come back.
const maxWaiting = 1000

func (r *reports) add(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) >= maxWaiting {
		r.dropped++
		return
	}
	r.waiting = append(r.waiting, err)
}

// tell hands over what is waiting, and waits for that for a while.
func (r *reports) tell(onError func(error)) {
	patience := r.patience
	if patience == 0 {
		patience = defaultCallTimeout
	}
	r.tellWithin(onError, patience)
}

// tellWithin hands over what is waiting. If a goroutine is at it already, which may be
// the caller's own callback, that one goes on with what was added.
func (r *reports) tellWithin(onError func(error), patience time.Duration) {
	r.mu.Lock()
	idle := !r.telling && len(r.waiting) > 0
	r.telling = r.telling || idle
	r.mu.Unlock()
	if !idle {
		return
	}
	done := make(chan struct{})
	go r.deliver(onError, done)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// deliver tells what is waiting. It goes on in another goroutine if the callback ends
// this one.
func (r *reports) deliver(onError func(error), done chan struct{}) {
	finished := false
	defer func() {
		if !finished {
			go r.deliver(onError, done)
		}
	}()
	for report := r.next(); report != nil; report = r.next() {
		tellOne(onError, report)
	}
	finished = true
	close(done)
}

// next returns what is to be told next, or nil when that is all.
func (r *reports) next() (report error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case len(r.waiting) > 0:
		report = r.waiting[0]
		r.waiting[0] = nil
		r.waiting = r.waiting[1:]
	case r.dropped > 0:
		report = fmt.Errorf("prometheusmetrics: %d more errors were not reported, since OnError took too long", r.dropped)
		r.dropped = 0
	default:
		r.waiting, r.telling = nil, false
	}
	return report
}

// tellOne survives a callback, or a log handler, that panics.
func tellOne(onError func(error), report error) {
	defer func() {
		if cause := recover(); cause != nil && onError != nil {
			defer func() { _ = recover() }()
			slog.Error("prometheusmetrics: OnError panicked", "cause", fmt.Sprint(cause), "error", report)
		}
	}()
	if onError == nil {
		slog.Warn("prometheusmetrics", "error", report)
		return
	}
	onError(report)
}

// metricError makes the error that users see of a metric's problem.
func metricError(m *reading.Metric, p *problem.Problem) *MetricError {
	return &MetricError{Name: m.Name, Labels: maps.Clone(m.Labels), Reason: Reason(p.Reason), Err: p.Err}
}

// sourceError makes the error that users see of sources that can't be listed; nil of
// nil.
func sourceError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("prometheusmetrics: %w", err)
}

// onceTold lets through the problems that were not there the last time. They are
// known by their keys, since the texts of errors may carry addresses and times.
type onceTold struct {
	mu   sync.Mutex
	last map[string]error
}

func (o *onceTold) news(problems map[string]error) []error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(problems) == 0 {
		o.last = nil
		return nil
	}
	var fresh []error
	for _, key := range slices.Sorted(maps.Keys(problems)) {
		if _, told := o.last[key]; !told {
			fresh = append(fresh, problems[key])
		}
	}
	o.last = problems
	return fresh
}
