package delivery

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestCall(t *testing.T) {
	failed := errors.New("failed")
	for _, test := range []struct {
		name string
		f    func() (int, error)
		want int
		err  string
	}{
		{"succeeds", func() (int, error) { return 7, nil }, 7, ""},
		{"fails partly", func() (int, error) { return 7, failed }, 7, "failed"},
		{"panics", func() (int, error) { panic("boom") }, 0, "gatherer: it panicked: boom"},
		{"ends its goroutine", func() (int, error) { runtime.Goexit(); return 7, nil }, 0, "gatherer: its goroutine was ended"},
	} {
		var call Call[int]
		got, err := call.Do(t.Context(), "gatherer", test.f)
		if got != test.want || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%s: got %d, %v", test.name, got, err)
		}
	}
}

// What notices late that its context has ended is waited for, within the grace.
func TestCallThatEndsLate(t *testing.T) {
	for _, test := range []struct {
		late time.Duration
		want int
		err  string
	}{
		{grace - 1, 7, ""},
		{grace + 1, 0, "gatherer has not come back after 6s: context deadline exceeded"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*s)
			defer cancel()
			call := Call[int]{grace: grace}
			got, err := call.Do(ctx, "gatherer", func() (int, error) {
				<-ctx.Done()
				time.Sleep(test.late)
				return 7, nil
			})
			if got != test.want || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
				t.Errorf("%v late: got %d, %v", test.late, got, err)
			}
			time.Sleep(s) // until it has come back
		})
	}
}

// A call that came back in the moment in which its context ended has come back.
func TestCallThatEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	call := &called[int]{done: make(chan struct{})}
	close(call.done)
	for range 100 { // select chooses at random
		if !call.await(ctx) {
			t.Fatal("not noticed")
		}
	}
}

// One call at most is out, and its late result is dropped.
func TestCallThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var call Call[int]
		calls := 0
		release := make(chan struct{})
		f := func() (int, error) {
			calls++
			if calls == 1 {
				<-release
			}
			return calls, nil
		}
		do := func() (int, error) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*s)
			defer cancel()
			return call.Do(ctx, "gatherer", f)
		}
		for _, want := range []string{
			"gatherer has not come back after 5s: context deadline exceeded",
			"gatherer has not come back from an earlier delivery: context deadline exceeded",
		} {
			if got, err := do(); got != 0 || err == nil || err.Error() != want || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %d, %v", got, err)
			}
		}
		time.AfterFunc(2*s, func() { close(release) })
		if got, err := do(); got != 2 || err != nil {
			t.Errorf("after it came back: %d, %v", got, err)
		}
	})
}
