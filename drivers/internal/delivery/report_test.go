package delivery

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/internal/logtest"
)

// noError is what a nil pointer becomes as an error.
type noError struct{ cause error }

func (e *noError) Error() string { return e.cause.Error() }

func (e *noError) Unwrap() error { return e.cause }

// Run compares errors, and must survive those that can't be.
func TestErrorsThatCannotBeRead(t *testing.T) {
	var none *noError
	for name, gather := range map[string]func() ([]int, error){
		"nothing": func() ([]int, error) { return nil, none },
		"a part":  func() ([]int, error) { return []int{1}, none },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDouble(t, Config{})
				var g Gathering[int]
				d.deliver = func(ctx context.Context) error {
					_, partial, err := g.Do(ctx, gather)
					if partial != nil {
						d.Report(map[string]error{"gatherer": partial})
					}
					return err
				}
				d.start()
				time.Sleep(25 * s)
				d.Close()
				d.checkTold(t, "test: an error of type *delivery.noError can't be read: "+
					"runtime error: invalid memory address or nil pointer dereference")
			})
		})
	}
}

// OnError may do anything, at its own cost.
func TestOnError(t *testing.T) {
	for name, onError := range map[string]func(*double){
		"panics":   func(*double) { panic("no") },
		"ends":     func(*double) { runtime.Goexit() },
		"blocks":   func(*double) { time.Sleep(time.Hour) },
		"delivers": func(d *double) { d.Once() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDouble(t, Config{})
				d.onError = func(error) { onError(d) }
				d.answer(&Failure{Err: errors.New("bad"), Permanent: true})
				d.start()
				time.Sleep(65 * s)
				synctest.Wait()
				if len(d.times) < 7 {
					t.Errorf("delivered at %v", d.times)
				}
				d.checkTold(t, "test: bad")
				time.Sleep(2 * time.Hour)
			})
		})
	}
}

func TestOnErrorThatBlocksHoldsUpADeliveryForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.onError = func(error) { time.Sleep(time.Hour) }
		d.deliver = func(context.Context) error {
			d.Report(map[string]error{"a": errors.New("a")})
			return nil
		}
		if err := d.Once(); err != nil || time.Since(d.started) != s {
			t.Errorf("once took %v: %v", time.Since(d.started), err)
		}
		time.Sleep(time.Hour)
	})
}

func TestOnErrorDefaultsToTheLog(t *testing.T) {
	log := logtest.Capture(t)
	l, err := New(Config{Package: "test", Deliver: func(context.Context) error { return errors.New("refused") }})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err == nil || err.Error() != "test: refused" {
		t.Errorf("close: %v", err)
	}
	if got, want := log.String(), "level=WARN msg=test error=\"test: refused\"\n"; got != want {
		t.Errorf("logged %s, want %s", got, want)
	}
}

func TestOnErrorMayClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		d.onError = func(error) { d.Close() }
		d.answer(errors.New("bad"))
		<-d.start()
		d.check(t, "run", 0, 0)
		d.checkTold(t, "test: bad")
	})
}

// What a delivery leaves out is reported when it is new.
func TestReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble(t, Config{})
		a, b := errors.New("a"), errors.New("b")
		for _, problems := range []map[string]error{
			{"1": a}, {"1": a, "2": b}, {"2": b}, {}, {"2": b},
		} {
			d.deliver = func(context.Context) error { d.Report(problems); return nil }
			if err := d.Once(); err != nil {
				t.Error(err)
			}
		}
		d.checkTold(t, "test: a", "test: b", "test: b")
	})
}
