package soak

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// statsdValues are what all exporters had at a moment.
type statsdValues struct {
	at     time.Time
	totals map[string]float64
}

// statsdName is the name of a series of one life of a service. Each life counts from 0,
// and has names of its own.
func statsdName(service string, generation int, series string) string {
	return fmt.Sprintf("%s_%d_%s", service, generation, series)
}

// statsdReceiver returns the receiver, or nil if the run has none.
func (r *run) statsdReceiver() *receiver {
	for _, c := range r.receivers {
		if c.relay != nil {
			return c
		}
	}
	return nil
}

// watchStatsD checks, in the midst of the trouble, that the exporters never had more than
// was counted: what they had the last time must have been counted by the flush after.
func (r *run) watchStatsD() {
	c := r.statsdReceiver()
	if c == nil || r.stopped(time.Now(), time.Now(), c.name) {
		return
	}
	lives := r.readLives()
	before := r.statsd
	r.each(func(s *service) {
		for _, l := range r.deliveredLives(s, lives) {
			r.checkNoMore(s, l, before)
		}
	})
	totals, err := c.relay.totals()
	if err != nil {
		r.fail(deliveriesCheck, "statsd: %v", err)
		return
	}
	r.statsd = statsdValues{at: time.Now(), totals: totals}
}

func (r *run) checkNoMore(s *service, l truthOfLife, before statsdValues) {
	var after *truth.Mark
	for i := range l.history.Marks {
		if l.history.Marks[i].At.After(before.at) {
			after = &l.history.Marks[i]
			break
		}
	}
	if after == nil || before.totals == nil {
		return
	}
	for _, f := range l.driver.Figures {
		value := before.totals[statsdName(s.name, l.generation, f.Series)]
		most := float64(after.Slots[f.Slot].Begun) * f.Scale
		r.count(deliveriesCheck, 1)
		if !near(value, 0, most) {
			r.fail(deliveriesCheck, "statsd of %s in life %d: %s was %v at %v, and %v when flush %d began",
				s.name, l.generation, f.Series, value, before.at, most, after.Number)
		}
	}
}

// checkStatsD checks that the sum over all exporters is what was counted: exactly, of a
// service that lives. Of one that was killed there is at most what it had recorded, and
// at least what it had one delivery before.
func (r *run) checkStatsD(lives map[showing]life, wanted func(*service, truthOfLife) bool) {
	c := r.statsdReceiver()
	if c == nil {
		return
	}
	var wrong []string
	for begun := time.Now(); time.Since(begun) < arrival; time.Sleep(tick) {
		if wrong = r.compareStatsD(c, lives, wanted); len(wrong) == 0 {
			return
		}
	}
	for _, text := range wrong {
		r.fail(deliveredCheck, "%s; the system dropped %d packets over UDP", text, c.relay.drops())
	}
}

// arrival is how long it may take until the exporter has added up what was sent to it.
const arrival = 10 * time.Second

func (r *run) compareStatsD(
	c *receiver, lives map[showing]life, wanted func(*service, truthOfLife) bool,
) (wrong []string) {
	totals, err := c.relay.totals()
	if err != nil {
		return []string{err.Error()}
	}
	n := 0
	r.each(func(s *service) {
		for _, l := range r.deliveredLives(s, lives) {
			if !wanted(s, l) {
				continue
			}
			delivered := r.leastDelivered(c, s, l)
			for _, f := range l.driver.Figures {
				n++
				value := totals[statsdName(s.name, l.generation, f.Series)]
				least, most := 0.0, l.mostTotal(f)
				if delivered != nil {
					least = float64(delivered.Slots[f.Slot].Done) * f.Scale
				}
				if !near(value, least, most) {
					wrong = append(wrong, fmt.Sprintf("statsd of %s in life %d: %s is %v, want %v to %v",
						s.name, l.generation, f.Series, value, least, most))
				}
			}
		}
	})
	if len(wrong) == 0 {
		r.count(deliveredCheck, n)
	}
	return wrong
}

// mostTotal is what was recorded in the end. A life that is over may have delivered what
// it recorded right after its last flush had begun, which nobody has written down: no more
// than in the time between two flushes.
func (l truthOfLife) mostTotal(f truth.Figure) float64 {
	end := l.end().Slots[f.Slot]
	if !l.over {
		return float64(end.Done) * f.Scale
	}
	var gain int64
	for i, mark := range l.history.Marks[1:] {
		gain = max(gain, mark.Slots[f.Slot].Begun-l.history.Marks[i].Slots[f.Slot].Begun)
	}
	return float64(end.Begun+gain) * f.Scale
}

// leastDelivered is the mark of the last flush that must have arrived: the end, or one
// delivery before a kill. It is nil if none must have: what goes over UDP may get lost when
// the system has no room for it, and a driver that waits after a failure owes everything.
func (r *run) leastDelivered(c *receiver, s *service, l truthOfLife) *truth.Mark {
	end := l.end()
	switch {
	case c.relay.drops() > 0 && !s.usesUnix():
		return nil
	case !l.over:
		return &end
	}
	for _, mark := range slices.Backward(l.history.Marks) {
		if end.At.Sub(mark.At) <= 3*time.Second {
			continue
		}
		if r.mayHoldBack(c, s, mark.At, end.At) {
			return nil
		}
		return &mark
	}
	return nil
}
