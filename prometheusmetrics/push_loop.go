package prometheusmetrics

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	dto "github.com/prometheus/client_model/go"
)

// pusher pushes to one group, by options that were checked.
type pusher struct {
	driver  *Driver
	options PushOptions
	target  *url.URL // the group's
	client  push.HTTPDoer
	close   func()
	state   *pushes
	group   *pushGroup
	failing map[string]bool // kinds of failures since the last success of RunPush
}

func (d *Driver) newPusher(options PushOptions) (*pusher, error) {
	options, err := options.complete(d.config)
	if err != nil {
		return nil, err
	}
	target, err := options.groupURL()
	if err != nil {
		return nil, err
	}
	p := &pusher{driver: d, options: options, target: target, client: options.Client, close: func() {}, state: &d.pushes}
	p.group = p.state.group(target.String())
	if isNil(p.client) {
		p.client, p.close = newPushClient()
	}
	return p, nil
}

// flush brings the driver's figures up to date.
func (p *pusher) flush() error { return p.driver.Once() }

// pushable tells whether there is something to push after a flush. A driver that
// never read its sources would wipe the group.
func (p *pusher) pushable(flushed error) bool {
	return !errors.Is(flushed, ErrClosed) && p.driver.current.Load() != nil
}

// push sends the figures of the last flush when it has the turn. What it leaves
// out is told when the turn is over, so that a callback may push, too.
func (p *pusher) push(ctx context.Context) error {
	err := p.inTurn(ctx, "push", p.send)
	p.driver.reports.tell(p.driver.config.OnError)
	return err
}

// inTurn does something while no other push to the group does. It counts what
// fails, unless the context has ended.
func (p *pusher) inTurn(ctx context.Context, op string, do func(context.Context) error) error {
	if err := p.group.take(ctx, p.options.Timeout); err != nil {
		return &PushError{Op: op, URL: p.target.Redacted(), Err: err}
	}
	defer p.group.give()
	err := do(ctx)
	if err != nil && ctx.Err() == nil {
		p.driver.self.pushFailures.Inc(1)
	}
	return err
}

// send makes one request that replaces the group, or adds to it where the time
// of an earlier process's last success is to stay.
func (p *pusher) send(ctx context.Context) error {
	families, lost, done := p.collect(ctx)
	defer done()
	if err := ctx.Err(); err != nil {
		return err // before all gatherers came back, perhaps
	}
	for _, err := range p.group.told.news(lost) {
		p.driver.reports.add(err)
	}
	r := p.request(ctx)
	r.encoded = done
	pusher := p.pusher(r).Gatherer(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil }))
	replace := pusher.PushContext
	if p.options.LastSuccess != "" && p.state.succeeded.Load() == nil {
		replace = pusher.AddContext
	}
	if err := replace(ctx); err != nil {
		return r.failure("push", err)
	}
	return nil
}

// delete deletes the group.
func (p *pusher) delete(ctx context.Context) error {
	r := p.request(ctx)
	if err := p.pusher(r).Delete(); err != nil {
		return r.failure("delete", err)
	}
	return nil
}

func (p *pusher) request(ctx context.Context) *request {
	return &request{ctx: ctx, client: p.client, target: p.target, timeout: p.options.Timeout}
}

func (p *pusher) pusher(r *request) *push.Pusher {
	pusher := push.New(p.options.URL, p.options.Job).Client(r)
	for name, value := range p.options.Grouping {
		pusher.Grouping(name, value)
	}
	return pusher
}

// run pushes until the end.
func (p *pusher) run(ctx context.Context) error {
	start, retry := time.Now(), newBackoff(p.options.Interval)
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
			wait = retry.next()
		} else {
			retry.reset()
		}
		if !p.sleep(ctx, wait) {
			break
		}
	}
	return p.end(ctx)
}

// interval returns how long it is to the next push that is due, counting from
// the first one. What a slow push missed is not made up for.
func (p *pusher) interval(start time.Time) time.Duration {
	return p.options.Interval - time.Since(start)%p.options.Interval
}

// sleep returns false when the end has come.
func (p *pusher) sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-p.driver.closing:
	}
	return false
}

// end pushes the last figures, which are those of Close if that was the end.
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

// report tells of a kind of failure that there was not since the last success.
func (p *pusher) report(err error) {
	var failure *PushError
	if !errors.As(err, &failure) {
		clear(p.failing)
		return
	}
	if kind := failure.kind(); !p.failing[kind] {
		p.failing[kind] = true
		p.driver.reports.add(failure)
		p.driver.reports.tell(p.driver.config.OnError)
	}
}

func temporary(err error) bool {
	var failure *PushError
	return errors.As(err, &failure) && failure.temporary()
}
