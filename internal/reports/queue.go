package reports

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Queue holds errors on their way to an OnError, which is code of others: it runs in a
// goroutine of its own, with no lock held, and may use whoever calls it. Patience
// must not change after the first use; all methods may be called from any goroutine.
type Queue struct {
	Package  string        // whose errors they are, for the log
	Patience time.Duration // how long Tell waits; 0 means defaultPatience

	mu      sync.Mutex
	waiting []error
	dropped int // errors for which there was no room
	telling bool
}

// defaultPatience is half the scrape timeout of a default Prometheus.
const defaultPatience = 5 * time.Second

// maxWaiting bounds the errors that wait for an OnError that does not come back.
const maxWaiting = 1000

// Add puts an error at the end. While too many wait, it is only counted.
func (q *Queue) Add(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= maxWaiting {
		q.dropped++
		return
	}
	q.waiting = append(q.waiting, err)
}

// Tell hands over what is waiting, and waits for that for a while. A nil onError means
// slog.
func (q *Queue) Tell(onError func(error)) {
	patience := q.Patience
	if patience == 0 {
		patience = defaultPatience
	}
	q.TellWithin(onError, patience)
}

// TellWithin hands over what is waiting. If a goroutine is at it already, which may be
// the caller's own callback, that one goes on with what was added.
func (q *Queue) TellWithin(onError func(error), patience time.Duration) {
	q.mu.Lock()
	idle := !q.telling && len(q.waiting) > 0
	q.telling = q.telling || idle
	q.mu.Unlock()
	if !idle {
		return
	}
	done := make(chan struct{})
	go q.deliver(onError, done)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// deliver tells what is waiting. It goes on in another goroutine if the callback ends
// this one.
func (q *Queue) deliver(onError func(error), done chan struct{}) {
	finished := false
	defer func() {
		if !finished {
			go q.deliver(onError, done)
		}
	}()
	for report := q.next(); report != nil; report = q.next() {
		q.tellOne(onError, report)
	}
	finished = true
	close(done)
}

// next returns what is to be told next, or nil when that is all.
func (q *Queue) next() (report error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(q.waiting) > 0:
		report = q.waiting[0]
		q.waiting[0] = nil
		q.waiting = q.waiting[1:]
	case q.dropped > 0:
		report = fmt.Errorf("%s: %d more errors were not reported, since OnError took too long", q.Package, q.dropped)
		q.dropped = 0
	default:
		q.waiting, q.telling = nil, false
	}
	return report
}

// tellOne survives a callback, or a log handler, that panics.
func (q *Queue) tellOne(onError func(error), report error) {
	defer func() {
		if cause := recover(); cause != nil && onError != nil {
			defer func() { _ = recover() }()
			slog.Error(q.Package+": OnError panicked", "cause", fmt.Sprint(cause), "error", report)
		}
	}()
	if onError == nil {
		slog.Warn(q.Package, "error", report)
		return
	}
	onError(report)
}
