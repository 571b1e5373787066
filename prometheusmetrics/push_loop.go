package prometheusmetrics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus/push"

	"github.com/go-metrics-plus/metrics/internal/backoff"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

// pusher pushes to one group, by options that were checked.
type pusher struct {
	driver  *Driver
	options PushOptions
	target  *gateway.Group
	client  push.HTTPDoer
	state   *pushes
	group   *pushGroup      // what is remembered of the target
	failing map[string]bool // kinds of failures since the last success of RunPush
	close   func()          // to be called when it is not needed any more
}

func (d *Driver) newPusher(options PushOptions) (*pusher, error) {
	options, err := options.complete(d.config)
	if err != nil {
		return nil, err
	}
	target, err := gateway.NewGroup(options.URL, options.Job, options.Grouping)
	if err != nil {
		return nil, fmt.Errorf("prometheusmetrics: push: %w", err)
	}
	p := &pusher{driver: d, options: options, target: target, client: options.Client, state: &d.pushes}
	closeClient := func() {}
	if isNil(p.client) {
		p.client, closeClient = gateway.NewClient()
	}
	p.group = p.state.use(target.Key())
	p.close = func() {
		closeClient()
		p.state.release(p.group)
	}
	return p, nil
}

// flush brings the driver's values up to date.
func (p *pusher) flush() error { return p.driver.Once() }

// pushable reports whether there is something to push after a flush. A driver that
// never read its sources would wipe the group.
func (p *pusher) pushable(flushed error) bool {
	return !errors.Is(flushed, ErrClosed) && p.driver.current.Load() != nil
}

// push sends the values of the last flush when it has the turn. What it leaves
// out is reported when the turn is over, so that a callback may push, too.
func (p *pusher) push(ctx context.Context) error {
	err := p.inTurn(ctx, "push", p.send)
	p.driver.reports.Tell(p.driver.config.OnError)
	return err
}

// inTurn does something while no other push to the group does. It counts what
// fails, unless the context has ended. A client that has not come back keeps the
// turn until it does, so that a group costs no more than one of its goroutines.
func (p *pusher) inTurn(ctx context.Context, op string, do func(context.Context, *gateway.Request) error) error {
	if err := p.group.take(ctx, p.options.Timeout); err != nil {
		return newPushError(op, p.target, err)
	}
	request := &gateway.Request{Group: p.target, Client: p.client, Timeout: p.options.Timeout}
	defer func() {
		if pending := request.Pending(); pending != nil {
			p.state.leaveBehind(&p.state.clients, p.group, pending, p.group.give)
		} else {
			p.group.give()
		}
	}()
	err := errManyPending
	if !p.state.crowded(&p.state.clients) {
		err = do(ctx, request)
	}
	if err == nil {
		return nil
	}
	if ctx.Err() == nil {
		p.driver.self.pushFailures.Inc(1)
	}
	return newPushError(op, p.target, err)
}

// send makes one request that replaces the group, or adds to it where the time
// of an earlier process's last success is to stay.
func (p *pusher) send(ctx context.Context, request *gateway.Request) error {
	exposition, families, lost, done := p.collect(ctx)
	defer done()
	if err := ctx.Err(); err != nil {
		return err // before all gatherers came back, perhaps
	}
	for _, err := range p.group.reported.News(lost) {
		p.driver.reports.Add(err)
	}
	request.Encoded = done
	add := p.options.LastSuccess != "" && p.state.succeeded.Load() == nil
	if err := request.Push(ctx, families, add); err != nil {
		return err
	}
	p.driver.saw(exposition)
	return nil
}

// delete deletes the group.
func (p *pusher) delete(ctx context.Context, request *gateway.Request) error {
	return request.Delete(ctx)
}

// run pushes until the end.
func (p *pusher) run(ctx context.Context) error {
	start, retry := time.Now(), backoff.New(p.options.Interval)
	p.failing = make(map[string]bool)
	for ctx.Err() == nil && !p.driver.closed.Load() {
		var err error
		if p.pushable(p.flush()) {
			err = p.push(ctx)
		}
		if ctx.Err() != nil {
			break // which is why it failed, if it did
		}
		p.report(err)
		wait := p.interval(start)
		if temporary(err) {
			wait = retry.Next()
		} else {
			retry.Reset()
		}
		backoff.Sleep(ctx, wait, p.driver.closing)
	}
	return p.end(ctx)
}

// interval returns how long it is to the next push that is due, counting from
// the first one. What a slow push missed is not made up for.
func (p *pusher) interval(start time.Time) time.Duration {
	return p.options.Interval - time.Since(start)%p.options.Interval
}

// end pushes the last values, which are those of Close if that was the end.
func (p *pusher) end(ended context.Context) error {
	ctx := context.WithoutCancel(ended)
	p.flush()
	var pushed, deleted error
	if p.driver.current.Load() != nil {
		pushed = p.push(ctx)
		p.report(pushed)
	}
	if p.options.DeleteOnEnd {
		if deleted = p.inTurn(ctx, "delete", p.delete); deleted != nil {
			p.report(deleted)
		}
	}
	if pushed == nil && deleted == nil {
		return ended.Err()
	}
	return errors.Join(ended.Err(), pushed, deleted)
}

// report reports a kind of failure once until a push succeeds.
func (p *pusher) report(err error) {
	var failure *PushError
	if !errors.As(err, &failure) {
		clear(p.failing)
		return
	}
	if kind := failure.kind(); !p.failing[kind] {
		p.failing[kind] = true
		p.driver.reports.Add(failure)
		p.driver.reports.Tell(p.driver.config.OnError)
	}
}

func temporary(err error) bool {
	var failure *PushError
	return errors.As(err, &failure) && failure.temporary()
}
