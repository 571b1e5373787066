package prometheusmetrics

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
)

// reports are errors on their way to Config.OnError. They are gathered while
// locks are held and told when none is, so that the callback may use the driver.
type reports struct {
	mu      sync.Mutex
	waiting []error
	telling bool
}

func (r *reports) add(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, err)
}

// tell hands over what is waiting. If another goroutine is at it, or a callback
// further up this one's stack, that one goes on with what was added.
func (r *reports) tell(onError func(error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.telling {
		return
	}
	r.telling = true
	defer func() { r.telling = false }()
	for len(r.waiting) > 0 {
		report := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.mu.Unlock()
		tellOne(onError, report)
		r.mu.Lock()
	}
	r.waiting = nil
}

// tellOne survives a callback that panics.
func tellOne(onError func(error), report error) {
	if onError == nil {
		slog.Warn("prometheusmetrics", "error", report)
		return
	}
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("prometheusmetrics: OnError panicked", "cause", fmt.Sprint(cause), "error", report)
		}
	}()
	onError(report)
}

// report notes that a metric has a problem, once for as long as it lasts.
func (d *Driver) report(m *metric, problem *MetricError) {
	if m.reported == problem.Reason {
		return
	}
	m.reported = problem.Reason
	d.reports.add(problem)
}

// fail leaves a metric out.
func (d *Driver) fail(m *metric, reason Reason, err error) {
	if m.problem == nil {
		d.catalog.touchSeries(m.series)
	} else if m.problem.Reason == reason {
		return
	}
	m.problem = &MetricError{Name: m.id.name, Labels: m.labels, Reason: reason, Err: err}
	d.report(m, m.problem)
}

// recover lets a metric in again whose problem has gone.
func (d *Driver) recovered(m *metric) {
	if m.problem == nil {
		return
	}
	m.problem, m.reported = nil, ""
	d.catalog.touchSeries(m.series)
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
	var fresh []error
	for _, key := range slices.Sorted(maps.Keys(problems)) {
		if _, told := o.last[key]; !told {
			fresh = append(fresh, problems[key])
		}
	}
	o.last = problems
	return fresh
}
