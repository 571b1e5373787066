package delivery

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const s = time.Second

// double is a driver whose deliveries a test decides on, in a bubble of synctest.
type double struct {
	*Loop
	started  time.Time
	onError  func(error) // after it was noted
	deliver  func(ctx context.Context) error
	finished int

	mu    sync.Mutex
	times []time.Duration // of the deliveries
	told  []string
}

func newDouble(t *testing.T, config Config) *double {
	t.Helper()
	d := &double{started: time.Now()}
	config.Package = "test"
	config.Deliver = func(ctx context.Context) error {
		d.mu.Lock()
		d.times = append(d.times, time.Since(d.started))
		deliver := d.deliver
		d.mu.Unlock()
		if deliver == nil {
			return nil
		}
		return deliver(ctx)
	}
	config.Finish = func(context.Context) error { d.finished++; return nil }
	config.OnError = func(err error) {
		d.mu.Lock()
		d.told = append(d.told, err.Error())
		d.mu.Unlock()
		if d.onError != nil {
			d.onError(err)
		}
	}
	loop, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	d.Loop = loop
	t.Cleanup(func() { loop.Close() })
	return d
}

// answer has the following deliveries return that error.
func (d *double) answer(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.deliver = func(context.Context) error { return err }
}

func (d *double) check(t *testing.T, what string, want ...time.Duration) {
	t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.times, want) {
		t.Errorf("%s: delivered at %v, want %v", what, d.times, want)
	}
}

func (d *double) checkTold(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.told, want) {
		t.Errorf("reported %q, want %q", d.told, want)
	}
}

// start starts Run and returns what is closed at its end.
func (d *double) start() (ended chan struct{}) {
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		d.Run()
	}()
	return ended
}
