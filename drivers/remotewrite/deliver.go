package remotewrite

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/go-metrics-plus/metrics/drivers/internal/delivery"
)

const (
	// quickRetries are the tries in a row that come with the loop's backoff, for a
	// receiver that restarts. Later ones come with the rounds.
	quickRetries = 3

	// longestPause bounds how long a receiver may keep the driver from sending.
	longestPause = 10 * time.Minute
)

// deliver makes a round if one is due, and sends what waits.
func (d *Driver) deliver(ctx context.Context) error {
	var gathered error
	due := d.due()
	if asked := d.asked.Swap(false); asked || due {
		gathered = d.gather(ctx)
	}
	err := d.send(ctx)
	d.report()
	if err != nil || gathered != nil {
		return errors.Join(err, gathered)
	}
	return nil
}

// due reports whether it is time for a round: not when the loop only tries again. Rounds
// that were asked for between two do not put off the next.
func (d *Driver) due() bool {
	now := d.now()
	passed := now.Sub(d.lastDue)
	if d.queue.len() > 0 && passed >= 0 && passed < d.loop.Interval()*3/4 {
		return false
	}
	d.lastDue = now
	return true
}

// gather puts a round into the queue. What a gatherer returns beside an error is sent, and
// the error reported. If that is nothing, the series have not ended for that: no marker
// is sent.
func (d *Driver) gather(ctx context.Context) error {
	families, partial, err := d.gathering.Do(ctx, d.config.Gatherer.Gather)
	if err != nil {
		return err
	}
	d.gathered = d.stamp()
	d.enqueue(d.tracker.next(families, d.gathered))
	d.problems = d.tracker.problems
	if partial != nil {
		d.problems["gatherer"] = partial
	}
	return nil
}

// stamp returns the time of the next round. Receivers refuse a sample that is as old as
// the last one or older, so that a clock which goes back a little is not followed.
func (d *Driver) stamp() int64 {
	now := d.now().UnixMilli()
	if back := d.gathered - now; back >= 0 && back < time.Minute.Milliseconds() {
		return d.gathered + 1
	}
	return now
}

func (d *Driver) enqueue(samples []sample) {
	dropped := d.queue.push(samples)
	if dropped == 0 {
		return
	}
	d.update(func(s *Status) { s.Dropped += uint64(dropped) })
	d.lost = fmt.Errorf("%w: more than %d samples wait, and the oldest are dropped",
		ErrQueueFull, d.config.QueueSamples)
}

// finish ends all series. It is called once, after the last delivery.
func (d *Driver) finish(ctx context.Context) error {
	d.gathered = d.stamp()
	d.enqueue(d.tracker.end(d.gathered))
	d.pause, d.failures = time.Time{}, 0 // there is no later
	return d.send(ctx)
}

// report tells the loop of all that is left out.
func (d *Driver) report() {
	problems := maps.Clone(d.problems)
	if d.lost != nil {
		if problems == nil {
			problems = map[string]error{}
		}
		problems["queue"] = d.lost
	}
	d.loop.Report(problems)
}

// send empties the queue, as far as the receiver takes it. An error that may pass ends it;
// one that will not costs the samples of the request.
func (d *Driver) send(ctx context.Context) error {
	if d.now().Before(d.pause) {
		return d.pausedBy
	}
	var errs []error
	sent := false
	for samples := d.queue.first(d.config.SamplesPerRequest); len(samples) > 0; {
		err := d.sendSome(ctx, samples)
		if temporary(err) {
			if sent && ctx.Err() != nil {
				break // there were too many for one delivery; the next one goes on
			}
			errs = append([]error{d.putOff(err)}, errs...) // the loop goes by the first
			break
		}
		if err != nil {
			errs = append(errs, err)
		}
		sent = true
		d.failures = 0
		d.queue.pop(len(samples))
		samples = d.queue.first(d.config.SamplesPerRequest)
	}
	waiting := d.queue.len()
	d.update(func(s *Status) { s.Waiting = waiting })
	if waiting == 0 {
		d.lost = nil
	}
	return errors.Join(errs...)
}

func temporary(err error) bool {
	if err == nil {
		return false
	}
	var failure *delivery.Failure
	return !errors.As(err, &failure) || !failure.Permanent
}

// putOff makes an error that may pass one that the loop does not hurry for: rounds must
// come at their interval, whatever the receiver does.
func (d *Driver) putOff(err error) error {
	failure := &delivery.Failure{Err: err}
	var said *delivery.Failure
	if errors.As(err, &said) {
		failure.Kind = said.Kind
		if said.RetryAfter > 0 {
			d.pause, d.pausedBy = d.now().Add(min(said.RetryAfter, longestPause)), failure
			failure.Permanent = true
		}
	}
	d.failures++
	failure.Permanent = failure.Permanent || d.failures > quickRetries
	return failure
}
