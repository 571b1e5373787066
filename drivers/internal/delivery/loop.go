package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-metrics-plus/metrics/internal/backoff"
	"github.com/go-metrics-plus/metrics/internal/reports"
)

// maxRetryAfter bounds how long a server may keep a driver from delivering.
const maxRetryAfter = 10 * time.Minute

// Loop makes deliveries. All methods may be called from any goroutine.
type Loop struct {
	config  Config
	reports reports.Queue
	partial reports.Once // what the last delivery left out

	turn chan struct{}  // holds one element while a delivery is under way
	call Call[struct{}] // belongs to whoever has the turn

	mu      sync.Mutex
	failing map[string]bool // kinds of failures that were reported since the last success

	running    atomic.Bool
	closeBegun atomic.Bool
	closing    chan struct{} // closed when Close begins
	closed     chan struct{} // closed when it has delivered
}

// New makes a loop; Run starts it. Its error is a *ConfigError.
func New(config Config) (*Loop, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	l := &Loop{
		config:  config,
		turn:    make(chan struct{}, 1),
		failing: make(map[string]bool),
		closing: make(chan struct{}),
		closed:  make(chan struct{}),
	}
	l.call.grace = grace
	l.reports.Package, l.reports.Patience = config.Package, grace
	return l, nil
}

// Interval is the time from one delivery to the next, as it was completed.
func (l *Loop) Interval() time.Duration { return l.config.Interval }

// Timeout is how long one delivery may take, as it was completed.
func (l *Loop) Timeout() time.Duration { return l.config.Timeout }

// Once delivers now, and returns why that failed, if it did; OnError does not get that.
// After Close it returns ErrClosed. It waits for its turn up to Timeout, and for the
// delivery up to Timeout again.
func (l *Loop) Once() error { return l.deliver(context.Background()) }

// Run delivers at once and then every Interval, until Close has delivered a last time. It
// returns at once if the driver is closed, or running already, which is reported to
// OnError.
func (l *Loop) Run() {
	if err := l.RunContext(context.Background()); errors.Is(err, ErrRunning) {
		l.reports.Add(err)
		l.reports.Tell(l.config.OnError)
	}
}

// RunContext is Run until the context ends, too: then it delivers a last time, and
// returns the context's error, joined with that of the delivery. The driver is not
// closed by that, and may run again. After Close it returns nil, or ErrClosed if it was
// closed before.
//
// After a failure that may pass it tries again after a second, or Interval if that is
// less, then after twice that and so on up to 30 seconds, or Interval if that is more,
// each taken at random between half and the whole, and no sooner than the other side
// wants. Failures are reported to OnError once until a delivery succeeds.
func (l *Loop) RunContext(ctx context.Context) error {
	if l.isClosing() {
		return l.named(ErrClosed)
	}
	if !l.running.CompareAndSwap(false, true) {
		return l.named(ErrRunning)
	}
	defer l.running.Store(false)

	begun, retry := time.Now(), backoff.New(l.config.Interval)
	for ctx.Err() == nil && !l.isClosing() {
		err := l.deliver(ctx)
		if ctx.Err() != nil {
			break // which is why it failed, if it did
		}
		l.report(err)
		backoff.Sleep(ctx, l.wait(err, begun, retry), l.closing)
	}
	return l.end(ctx)
}

// end makes the last delivery, unless Close makes it, and returns what RunContext does.
func (l *Loop) end(ended context.Context) error {
	err := l.deliver(context.WithoutCancel(ended))
	if errors.Is(err, ErrClosed) {
		<-l.closed
		return ended.Err()
	}
	l.report(err)
	if err != nil {
		return errors.Join(ended.Err(), err)
	}
	return ended.Err()
}

// Close ends Run, delivers a last time, and returns why that failed, which is reported
// to OnError as well. Waiting for a delivery that is under way, the last one and Finish
// take no longer than Timeout together, and a few seconds more if code of others does
// not heed its context. A second Close does nothing, does not wait for the first, and
// returns nil.
func (l *Loop) Close() error {
	if !l.closeBegun.CompareAndSwap(false, true) {
		return nil
	}
	defer close(l.closed)
	close(l.closing)
	ctx, cancel := context.WithTimeout(context.Background(), l.config.Timeout)
	defer cancel()
	err := l.inTurn(ctx, l.config.Deliver, l.config.Finish)
	l.report(err)
	return err
}

// Report notes what a delivery leaves out, and is called by Deliver, each time with all
// there is. A problem goes to OnError when it was not among those of the last
// delivery: it is known by its key, since texts may have numbers in them.
func (l *Loop) Report(problems map[string]error) {
	for _, err := range l.partial.News(problems) {
		l.reports.Add(l.named(err))
	}
}

// deliver makes one delivery in its turn, unless the driver is closed by then.
func (l *Loop) deliver(ctx context.Context) error {
	if l.isClosing() {
		return l.named(ErrClosed)
	}
	return l.inTurn(ctx, func(ctx context.Context) error {
		if l.isClosing() {
			return ErrClosed
		}
		return l.config.Deliver(ctx)
	})
}

// inTurn takes the turn and calls the functions, one after the other. What they reported
// is told when the turn is over, so that a callback may deliver, too.
func (l *Loop) inTurn(ctx context.Context, functions ...func(context.Context) error) error {
	if err := l.take(ctx); err != nil {
		return l.named(err)
	}
	errs := l.callAll(ctx, functions)
	<-l.turn
	err := errors.Join(errs...)
	if err == nil {
		l.succeeded()
	}
	l.reports.Tell(l.config.OnError)
	return err
}

// take waits for the turn, no longer than Timeout.
func (l *Loop) take(ctx context.Context) error {
	timer := time.NewTimer(l.config.Timeout)
	defer timer.Stop()
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return errTurn
}

// callAll calls the functions with one timeout for all. It stops at one that does not
// come back.
func (l *Loop) callAll(ctx context.Context, functions []func(context.Context) error) (errs []error) {
	ctx, cancel := context.WithTimeout(ctx, l.config.Timeout)
	defer cancel()
	for _, f := range functions {
		if f == nil {
			continue
		}
		_, err := l.call.Do(ctx, "delivery", func() (struct{}, error) { return struct{}{}, f(ctx) })
		if err != nil {
			errs = append(errs, l.named(err))
		}
		if l.call.out != nil {
			break
		}
	}
	return errs
}

// report reports a kind of failure once until a delivery succeeds.
func (l *Loop) report(err error) {
	if err == nil || errors.Is(err, ErrClosed) {
		return
	}
	kind := failureOf(err).Kind
	l.mu.Lock()
	known := l.failing[kind]
	l.failing[kind] = true
	l.mu.Unlock()
	if !known {
		l.reports.Add(err)
		l.reports.Tell(l.config.OnError)
	}
}

// succeeded ends the period of failures.
func (l *Loop) succeeded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.failing)
}

// wait returns how long it is to the next delivery: after a success or a permanent
// failure to the next that is due, counting from the first one. What a slow delivery
// missed is not made up for.
func (l *Loop) wait(err error, begun time.Time, retry *backoff.Backoff) time.Duration {
	due := l.config.Interval - time.Since(begun)%l.config.Interval
	if err == nil {
		retry.Reset()
		return due
	}
	failure := failureOf(err)
	switch again := retry.Next(); {
	case failure.Permanent:
		retry.Reset()
	case again < due || !l.config.KeepInterval:
		due = again
	}
	return max(due, min(failure.RetryAfter, maxRetryAfter))
}

func (l *Loop) isClosing() bool {
	select {
	case <-l.closing:
		return true
	default:
		return false
	}
}

// named has an error begin with the package's name.
func (l *Loop) named(err error) error { return fmt.Errorf("%s: %w", l.config.Package, err) }
