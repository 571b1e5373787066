package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// grace is how long code that heeds its context may take to notice that it has ended.
// What takes longer is left behind.
const grace = time.Second

// Call guards a function that is code of others, such as a gatherer: it may panic, end
// its goroutine or never come back. At most one call is out, however often Do is called.
// The zero value is ready for use, by one goroutine at a time.
type Call[T any] struct {
	grace time.Duration // how long after its context's end a call is waited for
	out   *called[T]    // the call that was left behind, if one was
}

type called[T any] struct {
	done   chan struct{}
	result T     // readable once done is closed
	err    error // likewise
}

// Do calls the function, and waits for it until the context ends. The errors, but for
// those of the function itself, begin with what, which names it: "gatherer". While an
// earlier call has not come back, Do waits for that one and drops its late result
// before it calls again.
func (c *Call[T]) Do(ctx context.Context, what string, f func() (T, error)) (T, error) {
	var none T
	begun := time.Now()
	if c.out != nil {
		if !c.out.await(ctx) {
			return none, fmt.Errorf("%s has not come back from an earlier delivery: %w", what, ctx.Err())
		}
		c.out = nil
	}
	call := start(what, f)
	if !call.await(ctx) && !call.awaitFor(c.grace) {
		c.out = call
		took := time.Since(begun).Round(time.Millisecond)
		return none, fmt.Errorf("%s has not come back after %v: %w", what, took, ctx.Err())
	}
	return call.result, call.err
}

func start[T any](what string, f func() (T, error)) *called[T] {
	call := &called[T]{done: make(chan struct{})}
	go func() {
		defer close(call.done)
		call.err = fmt.Errorf("%s: %w", what, errEnded) // unless it comes back
		defer func() {
			if cause := recover(); cause != nil {
				call.err = fmt.Errorf("%s: %w", what, panicked(cause))
			}
		}()
		result, err := f()
		call.result, call.err = result, reports.Sound(err)
	}()
	return call
}

// await reports whether the call has come back before the context ended.
func (c *called[T]) await(ctx context.Context) bool {
	select {
	case <-c.done:
		return true
	case <-ctx.Done():
	}
	select {
	case <-c.done: // both at once
		return true
	default:
		return false
	}
}

// awaitFor reports whether the call has come back within that time.
func (c *called[T]) awaitFor(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-c.done:
		return true
	case <-timer.C:
		return false
	}
}
