package reading

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestCallsAreBounded: no more than maxCalls run at once, and all of them run.
func TestCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most, done := 0, 0, 0
		calls := make([]*call, 100)
		for i := range calls {
			calls[i] = &call{run: func() error {
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(10 * time.Millisecond)
				mu.Lock()
				running--
				done++
				mu.Unlock()
				return nil
			}}
		}
		runAll(calls, limit())
		if most != maxCalls || done != len(calls) {
			t.Errorf("%d at once, %d done", most, done)
		}
	})
}

// TestEachCallHasTheTimeout: one that starts when others were given up has the whole
// timeout, unless the limit is for the whole.
func TestEachCallHasTheTimeout(t *testing.T) {
	for _, test := range []struct {
		whole bool
		state callState
		took  time.Duration
	}{
		{whole: false, state: back, took: 1800 * time.Millisecond},
		{whole: true, state: out, took: time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			release := make(chan struct{})
			var calls []*call
			for range maxCalls - 1 {
				calls = append(calls, &call{run: func() error { <-release; return nil }})
			}
			calls = append(calls, &call{run: func() error { time.Sleep(900 * time.Millisecond); return nil }})
			second := &call{run: func() error { time.Sleep(900 * time.Millisecond); return nil }}
			calls = append(calls, second)
			start := time.Now()
			runAll(calls, Limit{Timeout: time.Second, Begin: start, Whole: test.whole})
			second.batch.mu.Lock()
			if second.state != test.state || time.Since(start) != test.took {
				t.Errorf("whole %v: the second call is in state %d after %v", test.whole, second.state, time.Since(start))
			}
			second.batch.mu.Unlock()
			close(release)
			time.Sleep(time.Second) // for those that sleep
			synctest.Wait()
			if !calls[0].is(late) {
				t.Error("a call that came back after all is not late")
			}
		})
	}
}
