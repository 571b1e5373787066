package reading

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// maxCalls is how many calls of code that is not ours run at once.
const maxCalls = 16

// errGoexit is what a call fails with that ended its goroutine, as t.FailNow does.
var errGoexit = errors.New("it ended its goroutine")

// Limit bounds the time that code of others may take.
type Limit struct {
	// Timeout is how long each call may take, and how long after Begin calls are
	// started. Whole says that nothing may go on after that, though a call that
	// started late has less time then.
	Timeout time.Duration
	Begin   time.Time
	Whole   bool
}

func (l Limit) lastStart() time.Time { return l.Begin.Add(l.Timeout) }

func (l Limit) end() time.Time {
	if l.Whole {
		return l.Begin.Add(l.Timeout)
	}
	return l.Begin.Add(2 * l.Timeout)
}

// call runs code of others, once. What run fills belongs to the call until it is
// back, and then to whoever made it.
type call struct {
	run func() error
	err error // how run failed, once it is back

	batch   *batch
	state   callState // guarded by the batch
	started time.Time // likewise
}

// callState is how far a call has got.
type callState uint8

const (
	waiting callState = iota // not started, in a batch that is over: it never will be
	running
	back // in time
	out  // not back in time
	late // back after all
)

// is reports whether the call has got as far as that. One that is out may come back
// at any time.
func (c *call) is(state callState) bool {
	c.batch.mu.Lock()
	defer c.batch.mu.Unlock()
	return c.state == state
}

// batch is a number of calls that are made together.
type batch struct {
	limit Limit
	over  chan struct{} // closed when no call is pending

	mu      sync.Mutex
	waiting []*call
	running []*call // at most maxCalls
	pending int     // those that wait and those that run
}

// runAll makes calls, maxCalls at once, and returns when each is back or out, or
// will not be made. One that takes longer than the limit allows is left behind with
// its goroutine. Nobody takes that goroutine's place: by then it is too late for
// calls that still wait to start.
func runAll(calls []*call, limit Limit) {
	if len(calls) == 0 {
		return
	}
	b := &batch{limit: limit, over: make(chan struct{}), waiting: calls, pending: len(calls)}
	for _, c := range calls {
		c.batch = b
	}
	for range min(maxCalls, len(calls)) {
		go b.work()
	}
	timer := time.NewTimer(limit.Timeout)
	defer timer.Stop()
	for {
		select {
		case <-b.over:
			return
		case <-timer.C:
			timer.Reset(b.leaveBehind(time.Now()))
		}
	}
}

// work makes one call after the other. It goes on in another goroutine when a call
// ends this one, and stops after a call that was left behind.
func (b *batch) work() {
	inTime, ended := true, false
	defer func() {
		if inTime && !ended {
			go b.work()
		}
	}()
	for inTime {
		c := b.take()
		if c == nil {
			break
		}
		b.do(c, &inTime)
	}
	ended = true
}

// do makes a call and notes whether it was back in time, however it ends.
func (b *batch) do(c *call, inTime *bool) {
	c.err = errGoexit
	defer func() { *inTime = b.finish(c) }()
	c.err = c.safely()
}

// safely turns a panic into an error.
func (c *call) safely() (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("it panicked: %v", reports.Cause(cause))
		}
	}()
	return c.run()
}

// take returns the next call to make, nil if there is none.
func (b *batch) take() *call {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		return nil
	}
	c := b.waiting[0]
	b.waiting = b.waiting[1:]
	b.running = append(b.running, c)
	c.state, c.started = running, time.Now()
	return c
}

// finish notes that a call is back, and reports whether that was in time.
func (b *batch) finish(c *call) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.state == out {
		c.state = late
		return false
	}
	c.state = back
	b.running = slices.DeleteFunc(b.running, func(other *call) bool { return other == c })
	b.settle(1)
	return true
}

// leaveBehind gives up what takes too long, and returns when to do so again.
func (b *batch) leaveBehind(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := b.limit.end()
	b.running = slices.DeleteFunc(b.running, func(c *call) bool {
		due := c.started.Add(b.limit.Timeout)
		if now.Before(due) && now.Before(b.limit.end()) {
			if due.Before(next) {
				next = due
			}
			return false
		}
		c.state = out
		b.settle(1)
		return true
	})
	if !now.Before(b.limit.lastStart()) {
		b.settle(len(b.waiting))
		b.waiting = nil
	}
	return max(next.Sub(now), time.Millisecond)
}

// settle counts calls that are not pending any more. Hold the lock.
func (b *batch) settle(n int) {
	if n == 0 {
		return
	}
	if b.pending -= n; b.pending == 0 {
		close(b.over)
	}
}
