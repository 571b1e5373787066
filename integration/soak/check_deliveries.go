package soak

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

const (
	deliveriesCheck = "values delivered"
	deliveredCheck  = "final values delivered"
	gapsCheck       = "samples that waited for the receiver"
	livesDelivered  = "values delivered before a kill"
)

// checkDeliveries compares all that receivers have stored since a moment with what the
// services had counted: each delivery shows the number of a flush, as each scrape does.
// What was delivered last has all that was counted. No recording may be under way.
func (r *run) checkDeliveries(since time.Time, wanted func(*service, truthOfLife) bool) {
	lives := r.readLives()
	for _, c := range r.receivers {
		if c.relay == nil {
			r.checkStored(c, since, lives, wanted)
		}
	}
	r.checkStatsD(lives, wanted)
}

func allLives(*service, truthOfLife) bool { return true }

func (r *run) checkStored(
	c *receiver, since time.Time, lives map[showing]life, wanted func(*service, truthOfLife) bool,
) {
	now := time.Now()
	matrix, err := c.server.Matrix(fmt.Sprintf(`{__name__=~"%s%s_(soak|http)_.*"}[%dms]`, c.prefix, sentDriver,
		now.Sub(since).Milliseconds()), now)
	if err != nil {
		r.fail(deliveriesCheck, "%s: %v", c.name, err)
		return
	}
	stored := storedBy(matrix, c.prefix)
	r.each(func(s *service) {
		if !c.takes(s) {
			return
		}
		for _, l := range r.deliveredLives(s, lives) {
			if wanted(s, l) {
				delivered{run: r, receiver: c, service: s, life: l, stored: stored[s.name]}.check()
			}
		}
	})
}

// deliveredLives are the lives of a service, as those who deliver see them.
func (r *run) deliveredLives(s *service, lives map[showing]life) (all []truthOfLife) {
	for generation := 1; generation <= s.generation; generation++ {
		l, found := lives[showing{service: s.name, driver: sentDriver, generation: generation}]
		if found && len(l.history.Marks) > 0 {
			all = append(all, truthOfLife{l, generation, generation < s.generation})
		}
	}
	return all
}

// truthOfLife is what there is to know of one life of a service.
type truthOfLife struct {
	life
	generation int
	over       bool
}

// end is the last mark.
func (l truthOfLife) end() truth.Mark { return l.history.Marks[len(l.history.Marks)-1] }

// stored are all series of a service that a receiver has, by name: each with its values
// by time.
type stored map[string][]map[model.Time]float64

func storedBy(matrix model.Matrix, prefix string) map[string]stored {
	all := map[string]stored{}
	for _, stream := range matrix {
		service := string(stream.Metric["service"])
		name := strings.TrimPrefix(string(stream.Metric[model.MetricNameLabel]), prefix)
		if all[service] == nil {
			all[service] = stored{}
		}
		values := map[model.Time]float64{}
		for _, pair := range stream.Values {
			// Of two deliveries in one second both may be there; what is counted only grows.
			values[pair.Timestamp] = max(float64(pair.Value), values[pair.Timestamp])
		}
		all[service][name] = append(all[service][name], values)
	}
	return all
}

// delivered is what a receiver has of one life of a service.
type delivered struct {
	*run
	receiver *receiver
	service  *service
	life     truthOfLife
	stored   stored
}

func (d delivered) String() string {
	return fmt.Sprintf("%s of %s in life %d", d.receiver.name, d.service.name, d.life.generation)
}

func (d delivered) check() {
	times := d.times()
	if len(times) == 0 {
		d.checkEnd(truth.Mark{At: d.life.history.Marks[0].At})
		return
	}
	for _, f := range d.life.driver.Figures {
		seen := map[int]bool{} // series of the name that there have been
		for i, at := range times {
			mark, next := d.marksAt(at)
			value, found, whole := d.sum(f.Series, at, seen)
			last := i == len(times)-1 && !d.life.over
			if last {
				d.checkLast(f, at, value, found)
			} else if found {
				d.checkOne(f, at, value, whole, mark, next)
			}
		}
	}
	last, _ := d.life.history.Of(int64(d.markAt(times[len(times)-1])))
	d.checkEnd(*last)
	if d.receiver.queues {
		d.checkGaps(times)
	}
}

// checkGaps checks that there is a sample for about each interval, whether or not the
// receiver was there to take it, unless it refused samples for good.
func (d delivered) checkGaps(times []model.Time) {
	const usual, hangs = 5 * time.Second / 2, 7 * time.Second / 2 // that is, a delivery takes two seconds
	for i, at := range times[1:] {
		from, to := times[i].Time(), at.Time()
		most := usual
		if d.suffered(from.Add(-rest), to, suspendedName, notReadingName) {
			most = hangs
		}
		d.count(gapsCheck, 1)
		if to.Sub(from) > most &&
			!d.suffered(from.Add(-longRest), to, refusingName, wrongName) && !d.stopped(from, to, d.service.name) &&
			!d.slowBetween(from, to) && !d.stalledBetween(d.service.name, from, to) {
			d.fail(gapsCheck, "%v: none between %v and %v", d, from, to)
		}
	}
}

// suffered reports whether the receiver had one of those troubles between two moments.
func (d delivered) suffered(from, to time.Time, troubles ...string) bool {
	return slices.ContainsFunc(d.events, func(e event) bool {
		return e.on == d.receiver.name && e.overlaps(from, to) && slices.Contains(troubles, e.trouble)
	})
}

// times are when deliveries of this life were stored.
func (d delivered) times() []model.Time {
	of := map[model.Time]bool{}
	for _, series := range d.stored[sentMark] {
		for at, number := range series {
			if mark, _ := d.life.history.Of(int64(number)); mark != nil {
				of[at] = true
			}
		}
	}
	times := slices.Sorted(maps.Keys(of))
	if d.receiver.seconds && d.life.generation > 1 && len(times) > 1 {
		times = times[1:] // the same second may have values of the life before
	}
	return times
}

func (d delivered) markAt(at model.Time) (number float64) {
	for _, series := range d.stored[sentMark] {
		number = max(number, series[at])
	}
	return number
}

// marksAt returns the mark that is not later than the values of a time, and the one that
// is not earlier, which is nil if there was none any more. With times in seconds, values
// of the deliveries before and after may have the same time.
func (d delivered) marksAt(at model.Time) (mark, next *truth.Mark) {
	const neighbours = 2
	number := int64(d.markAt(at))
	mark, next = d.life.history.Of(number)
	if !d.receiver.seconds {
		return mark, next
	}
	for i := range int64(neighbours) {
		if earlier, _ := d.life.history.Of(number - 1 - i); earlier != nil {
			mark = earlier
		}
	}
	_, next = d.life.history.Of(number + neighbours)
	return mark, next
}

// sum adds up all series of a name at one time. It is whole if none is missing that was
// there before.
func (d delivered) sum(name string, at model.Time, seen map[int]bool) (sum float64, found, whole bool) {
	whole = true
	for i, series := range d.stored[name] {
		value, there := series[at]
		whole = whole && (there || !seen[i])
		if there {
			sum, found, seen[i] = sum+value, true, true
		}
	}
	return sum, found, whole
}

// checkOne checks a value between two flushes. A delivery that did not arrive whole may
// lack series, if something has happened to it.
func (d delivered) checkOne(f truth.Figure, at model.Time, value float64, whole bool, mark, next *truth.Mark) {
	least, most := bounds(f, mark, next)
	if !whole && d.stopped(at.Time().Add(-5*time.Second), at.Time().Add(5*time.Second), d.receiver.name, d.service.name) {
		least = 0
	}
	d.count(deliveriesCheck, 1)
	if !near(value, least, most) {
		d.fail(deliveriesCheck, "%v: %s at %v is %v, want %v to %v, flush %d",
			d, f.Series, at.Time(), value, least, most, mark.Number)
	}
}

// checkLast checks that a value is what was counted in the end.
func (d delivered) checkLast(f truth.Figure, at model.Time, value float64, found bool) {
	want := float64(d.life.end().Slots[f.Slot].Done) * f.Scale
	d.count(deliveredCheck, 1)
	if (!found && want != 0) || !near(value, want, want) {
		d.fail(deliveredCheck, "%v: %s at %v is %v (%v), want %v", d, f.Series, at.Time(), value, found, want)
	}
}

// checkEnd checks that of a life that was ended by a kill no more is missing than one
// delivery: a flush each second, a delivery of it in the next, and the time that it takes.
func (d delivered) checkEnd(last truth.Mark) {
	if !d.life.over {
		return
	}
	end := d.life.end().At
	d.count(livesDelivered, 1)
	if unseen := end.Sub(last.At); unseen > 3*time.Second && !d.mayHoldBack(d.receiver, d.service, last.At, end) {
		d.fail(livesDelivered, "%v: of %v before its end nothing was stored", d, unseen.Round(time.Millisecond))
	}
}

// mayHoldBack reports whether the driver may have had a reason not to deliver between two
// moments. After a failure it waits, the longer the more it has failed.
func (r *run) mayHoldBack(c *receiver, s *service, from, to time.Time) bool {
	return r.stopped(from.Add(-longRest), to.Add(time.Second), c.name) || r.mayLose(s.name, from, from) ||
		r.slowBetween(from, to) || r.stalledBetween(s.name, from, to)
}

// near is between with what receivers lose that store decimal numbers, or add up parts.
func near(value, least, most float64) bool {
	const precision = 1e-9
	return value >= least*(1-precision) && value <= most*(1+precision)
}
