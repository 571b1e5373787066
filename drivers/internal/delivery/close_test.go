package delivery

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestCloseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		release := make(chan struct{})
		defer close(release)
		d.deliver = func(context.Context) error { <-release; return nil }
		ended := d.start()
		time.Sleep(time.Minute)
		begun := time.Now()
		err := d.Close()
		if took := time.Since(begun); err == nil || took > 13*s {
			t.Errorf("close took %v: %v", took, err)
		}
		<-ended
		d.check(t, "close", 0)
		if d.finished > 0 {
			t.Error("finished beside a delivery")
		}
	})
}

func TestCloseWaitsForTheDeliveryUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.deliver = func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(4 * s):
				return nil
			}
		}
		d.start()
		time.Sleep(s)
		once := make(chan error, 1)
		go func() { once <- d.Once() }() // waits for its turn before Close does
		synctest.Wait()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		d.check(t, "close", 0, 4*s)
		if err := <-once; !errors.Is(err, ErrClosed) {
			t.Errorf("a delivery after the last one: %v", err)
		}
	})
}

// A Run that waits for its turn while Close does makes no delivery, and returns after the
// last one: nil, or the error of a context that ended before that, too.
func TestRunReturnsAfterTheLastDelivery(t *testing.T) {
	for timeout, want := range map[time.Duration]error{5 * s: context.DeadlineExceeded, 7 * s: nil} {
		synctest.Test(t, func(t *testing.T) {
			d := newDouble(t, Config{})
			d.deliver = func(context.Context) error { time.Sleep(3 * s); return nil }
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			go d.Once()
			synctest.Wait()
			ended := make(chan error, 1)
			go func() { ended <- d.RunContext(ctx) }()
			synctest.Wait()
			go d.Close()
			if err := <-ended; err != want || time.Since(d.started) != 6*s {
				t.Errorf("run returned %v after %v, want %v", err, time.Since(d.started), want)
			}
			d.check(t, "run", 0, 3*s)
			d.checkTold(t)
		})
	}
}

func TestCloseReportsAndReturnsItsError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.answer(errors.New("refused"))
		if err := d.Close(); err == nil || err.Error() != "test: refused" {
			t.Errorf("close: %v", err)
		}
		d.Run()
		d.checkTold(t, "test: refused")
		if d.finished != 1 {
			t.Errorf("finished %d times", d.finished)
		}
	})
}
