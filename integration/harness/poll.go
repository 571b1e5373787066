package harness

import (
	"errors"
	"testing"
	"time"
)

const (
	pollTimeout  = 90 * time.Second      // longer than anything takes on a busy machine
	pollInterval = 50 * time.Millisecond // short beside a scrape interval
)

// fatalError ends a wait early: what is waited for will never come.
type fatalError struct{ error }

// Eventually calls check until it returns nil, and ends the test with the last
// error when that takes more than half a minute or until shortly before the
// test's own deadline, so that programs are stopped and logs are shown.
func Eventually(t testing.TB, what string, check func() error) {
	t.Helper()
	start := time.Now()
	deadline := deadlineOf(t, start)
	for {
		err := check()
		if err == nil {
			return
		}
		var fatal fatalError
		if errors.As(err, &fatal) || time.Now().After(deadline) {
			t.Fatalf("waited %v for %s: %v", time.Since(start).Round(time.Millisecond), what, err)
		}
		time.Sleep(pollInterval)
	}
}

func deadlineOf(t testing.TB, start time.Time) time.Time {
	deadline := start.Add(pollTimeout)
	limited, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return deadline
	}
	if end, ok := limited.Deadline(); ok && end.Add(-stopTimeout).Before(deadline) {
		return end.Add(-stopTimeout)
	}
	return deadline
}
