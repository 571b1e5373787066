package delivery

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestConfig(t *testing.T) {
	for _, test := range []struct {
		interval, timeout  time.Duration
		completed, patient time.Duration
		err                string
	}{
		{0, 0, 10 * s, 10 * s, ""},
		{s, 0, s, s, ""},
		{60 * s, 0, 60 * s, 10 * s, ""},
		{s, 5 * s, s, 5 * s, ""},
		{-1, 0, 0, 0, "test: Config.Interval: -1ns is negative"},
		{0, -s, 0, 0, "test: Config.Timeout: -1s is negative"},
	} {
		l, err := New(Config{Package: "test", Interval: test.interval, Timeout: test.timeout})
		if test.err != "" {
			if err == nil || err.Error() != test.err || errors.Unwrap(err) == nil {
				t.Errorf("%v, %v: error %v, want %s", test.interval, test.timeout, err, test.err)
			}
		} else if err != nil || l.Interval() != test.completed || l.Timeout() != test.patient {
			t.Errorf("%v, %v: became %+v, %v", test.interval, test.timeout, l, err)
		}
	}
}

func TestRunDeliversAtItsInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		ended := d.start()
		time.Sleep(25 * s)
		d.check(t, "run", 0, 10*s, 20*s)
		if err := d.RunContext(t.Context()); !errors.Is(err, ErrRunning) {
			t.Errorf("a second run returns %v", err)
		}
		d.Run()
		d.checkTold(t, "test: driver is running already")
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		<-ended
		d.check(t, "close", 0, 10*s, 20*s, 25*s)
		if err := d.Close(); err != nil {
			t.Errorf("closing again: %v", err)
		}
		if err := d.Once(); !errors.Is(err, ErrClosed) || err.Error() != "test: driver is closed" {
			t.Errorf("once after close: %v", err)
		}
		d.Run()
		if err := d.RunContext(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("run after close: %v", err)
		}
		d.check(t, "after close", 0, 10*s, 20*s, 25*s)
		d.checkTold(t, "test: driver is running already")
		if d.finished != 1 {
			t.Errorf("finished %d times", d.finished)
		}
	})
}

func TestSlowDeliveriesKeepToTheGrid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{Timeout: 20 * s})
		d.deliver = func(context.Context) error { time.Sleep(13 * s); return nil }
		d.start()
		time.Sleep(45 * s)
		d.check(t, "run", 0, 20*s, 40*s)
	})
}

// A failure is tried again with backoff and reported once, until deliveries succeed.
func TestBackoffAndReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.answer(errors.New("refused"))
		d.start()
		time.Sleep(95 * s)
		synctest.Wait()
		// After 1, 2, 4, 8, 16 and 30 seconds, each halved at most.
		if n := len(d.times); n < 7 || n > 10 {
			t.Errorf("%d deliveries failed in 95 s: %v", n, d.times)
		}
		for i := 1; i < len(d.times); i++ {
			whole := min(s<<(i-1), 30*s)
			if wait := d.times[i] - d.times[i-1]; wait < whole/2 || wait > whole {
				t.Errorf("wait %d was %v, want half to whole of %v", i, wait, whole)
			}
		}
		d.checkTold(t, "test: refused")
		d.answer(&Failure{Err: errors.New("unauthorized"), Kind: "status 401"})
		time.Sleep(65 * s)
		d.checkTold(t, "test: refused", "test: unauthorized")
		d.answer(nil)
		time.Sleep(45 * s)
		d.answer(errors.New("refused again"))
		time.Sleep(45 * s)
		d.checkTold(t, "test: refused", "test: unauthorized", "test: refused again")
	})
}

// A success ends a period of failures, and so does what no try mends.
func TestBackoffBeginsAnew(t *testing.T) {
	for name, between := range map[string]error{
		"success":           nil,
		"permanent failure": &Failure{Err: errors.New("bad request"), Permanent: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDouble(t, Config{})
				tries := 0
				d.deliver = func(context.Context) error {
					if tries++; tries == 4 {
						return between
					}
					return errors.New("refused")
				}
				d.start()
				time.Sleep(12 * s)
				synctest.Wait()
				if len(d.times) < 6 || d.times[4] != 10*s || d.times[5] > 11*s {
					t.Errorf("delivered at %v, want the fifth at 10 s, and the next within a second", d.times)
				}
			})
		})
	}
}

// Tries come between the deliveries that are due, and put none of them off.
func TestKeepInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{Interval: 3 * s, KeepInterval: true})
		d.answer(errors.New("refused"))
		d.start()
		time.Sleep(31 * s)
		synctest.Wait()
		for due := 0 * s; due < 31*s; due += 3 * s {
			if !slices.Contains(d.times, due) {
				t.Errorf("nothing was delivered at %v, but at %v", due, d.times)
			}
		}
		if len(d.times) < 12 {
			t.Errorf("it did not try again in between: %v", d.times)
		}
	})
}

func TestPermanentFailuresWaitForTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.answer(&Failure{Err: errors.New("bad request"), Permanent: true})
		d.start()
		time.Sleep(35 * s)
		d.check(t, "run", 0, 10*s, 20*s, 30*s)
		d.checkTold(t, "test: bad request")
	})
}

func TestRetryAfterIsHeededWithinBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.answer(&Failure{Err: errors.New("busy"), RetryAfter: 120 * s})
		d.start()
		time.Sleep(250 * s)
		d.check(t, "two minutes", 0, 120*s, 240*s)
		d.answer(&Failure{Err: errors.New("busy"), RetryAfter: 24 * time.Hour})
		time.Sleep(15 * time.Minute)
		d.check(t, "a day", 0, 120*s, 240*s, 360*s, 960*s)
	})
}

func TestOnceReturnsItsErrorAndEndsAPeriodOfFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{Interval: time.Hour})
		cause := errors.New("refused")
		var delivering context.Context
		d.deliver = func(ctx context.Context) error { delivering = ctx; return cause }
		if err := d.Once(); !errors.Is(err, cause) || err.Error() != "test: refused" {
			t.Errorf("once: %v", err)
		}
		if delivering.Err() == nil {
			t.Error("the context of a delivery goes on when that is over")
		}
		d.checkTold(t)
		d.start()
		time.Sleep(10 * time.Minute)
		d.checkTold(t, "test: refused")
		d.answer(nil)
		if err := d.Once(); err != nil {
			t.Error(err)
		}
		d.answer(cause)
		time.Sleep(time.Hour)
		d.checkTold(t, "test: refused", "test: refused")
	})
}

// What does not come back costs one goroutine, and is reported once.
func TestDeliveriesThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		release := make(chan struct{})
		d.deliver = func(context.Context) error { <-release; return nil }
		before := runtime.NumGoroutine()
		d.start()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if out := runtime.NumGoroutine() - before; out > 2 { // with that of Run
			t.Errorf("%d goroutines are out", out)
		}
		d.check(t, "while it hangs", 0)
		d.checkTold(t, "test: delivery has not come back after 11s: context deadline exceeded")
		begun := time.Now()
		if err := d.Once(); !errors.Is(err, errTurn) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("once: %v", err)
		}
		if took := time.Since(begun); took > 21*s {
			t.Errorf("once took %v", took)
		}
		close(release)
		time.Sleep(40 * s)
		synctest.Wait()
		if len(d.times) < 2 {
			t.Error("it does not deliver again")
		}
		d.checkTold(t, "test: delivery has not come back after 11s: context deadline exceeded")
		if err := d.Close(); err != nil || d.finished != 1 {
			t.Errorf("close: %v, finished %d times", err, d.finished)
		}
	})
}

// Nobody waits for a turn longer than Timeout, nor for a delivery that hangs.
func TestTurnsThatDoNotCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		release := make(chan struct{})
		defer close(release)
		d.deliver = func(context.Context) error { <-release; return nil }
		go d.Once()
		time.Sleep(s / 2)
		err := d.Once()
		if !errors.Is(err, errTurn) || time.Since(d.started) != 10*s+s/2 {
			t.Errorf("once, after %v: %v", time.Since(d.started), err)
		}
		err = d.Close()
		want := "test: delivery has not come back from an earlier delivery: context deadline exceeded"
		if err == nil || err.Error() != want || d.finished > 0 {
			t.Errorf("close: %v, finished %d times", err, d.finished)
		}
		if err := d.Once(); !errors.Is(err, ErrClosed) {
			t.Errorf("once after close: %v", err)
		}
		d.check(t, "all", 0)
	})
}

// The end of the context cancels the delivery under way, and makes a last one.
func TestRunContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.deliver = func(ctx context.Context) error {
			if time.Since(d.started) >= 10*s && time.Since(d.started) < 12*s {
				<-ctx.Done()
			}
			return ctx.Err()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 12*s)
		defer cancel()
		if err := d.RunContext(ctx); err != context.DeadlineExceeded {
			t.Errorf("run: %v", err)
		}
		d.check(t, "run", 0, 10*s, 12*s)
		d.checkTold(t)
		d.answer(errors.New("refused"))
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		err := d.RunContext(canceled)
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "test: refused") {
			t.Errorf("run with a last delivery that fails: %v", err)
		}
		d.check(t, "run again", 0, 10*s, 12*s, 12*s)
		d.checkTold(t, "test: refused")
	})
}

func TestDeliveriesThatPanicOrEndTheirGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.deliver = func(context.Context) error { panic("boom") }
		if err := d.Once(); err == nil || err.Error() != "test: delivery: it panicked: boom" {
			t.Errorf("panic: %v", err)
		}
		d.deliver = func(context.Context) error { runtime.Goexit(); return nil }
		if err := d.Once(); err == nil || err.Error() != "test: delivery: its goroutine was ended" {
			t.Errorf("goexit: %v", err)
		}
		d.answer(nil)
		if err := d.Once(); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// Deliveries take turns, whoever asks for them; none comes after the last.
func TestDeliveriesTakeTurnsConcurrentSafe(t *testing.T) {
	var state, last int // without a lock, for the race detector
	var succeeded atomic.Int64
	l, err := New(Config{
		Package:  "test",
		Interval: time.Millisecond,
		Timeout:  time.Minute,
		Deliver:  func(context.Context) error { state++; return nil },
		Finish:   func(context.Context) error { last = state; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(l.Run)
	for range 8 {
		group.Go(func() {
			for range 100 {
				if l.Once() == nil {
					succeeded.Add(1)
				}
			}
		})
	}
	for succeeded.Load() < 400 {
		runtime.Gosched()
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	if int64(last) < succeeded.Load()+1 || last != state {
		t.Errorf("%d deliveries at the end, %d later, %d by Once", last, state, succeeded.Load())
	}
}
