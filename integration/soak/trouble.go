package soak

import (
	"slices"
	"time"
)

// A trouble is something that happens to the chain for a while.
type trouble struct {
	name        string
	least, most time.Duration // how long it lasts
	on          []string      // whom it may be made to, one at a time
	stops       bool          // who can't do their work meanwhile
	hidden      bool          // although nobody can tell
	begin       func(r *run, on string) (end func())
}

// troubles returns all of them. To add one, write a function and put it here.
func (r *run) troubles() (all []trouble) {
	for _, list := range [][]trouble{
		r.serviceTroubles(), r.processTroubles(), r.clientTroubles(), r.prometheusTroubles(), r.gatewayTroubles(),
		r.receiverTroubles(),
	} {
		all = append(all, list...)
	}
	return all
}

// names are the services of which something is true.
func (r *run) names(is func(s *service) bool) (names []string) {
	for _, s := range r.services {
		if is(s) {
			names = append(names, s.name)
		}
	}
	return names
}

func anyService(*service) bool { return true }

func (r *run) service(name string) *service {
	i := slices.IndexFunc(r.services, func(s *service) bool { return s.name == name })
	return r.services[i]
}

const (
	concurrent = 4                      // troubles at a time
	tick       = 200 * time.Millisecond // how often somebody looks
	rest       = 4 * time.Second        // between two troubles for one: a few scrapes and pushes
	checkEvery = 10 * time.Second

	// longRest is that of what is delivered or pushed to: a driver that has failed for
	// five seconds may wait for eight more, and then delivers.
	longRest = 12 * time.Second
)

func (r *run) restOf(on string) time.Duration {
	if on == onGateway || slices.ContainsFunc(r.receivers, func(c *receiver) bool { return c.name == on }) {
		return longRest
	}
	return rest
}

// lasting is a trouble that was made.
type lasting struct {
	event int // in run.events
	until time.Time
	end   func()
}

// trouble makes trouble until the time is over, and compares values all the while.
// Each trouble comes once before any comes again, in an order of the seed's.
func (r *run) trouble() {
	var now []lasting
	var deck []trouble
	over, checked := time.Now().Add(r.length), time.Now()
	for time.Now().Before(over) {
		now = r.end(now, time.Now())
		if len(deck) == 0 {
			deck = r.troubles()
			r.random.Shuffle(len(deck), func(i, k int) { deck[i], deck[k] = deck[k], deck[i] })
		}
		if len(now) < concurrent {
			deck, now = r.deal(deck, now, over)
		}
		if time.Since(checked) > checkEvery && !r.stopped(time.Now(), time.Now(), onPrometheus) {
			r.checkValues()
			r.watchStatsD()
			r.watchMemory()
			checked = time.Now()
		}
		time.Sleep(tick)
	}
	r.end(now, over.Add(24*time.Hour))
}

// deal begins the first trouble of the deck that has somebody at rest to be made to.
func (r *run) deal(deck []trouble, now []lasting, over time.Time) ([]trouble, []lasting) {
	for i, t := range deck {
		free := slices.DeleteFunc(slices.Clone(t.on), func(on string) bool { return !r.atRest(on) })
		if len(free) == 0 {
			continue
		}
		on := free[r.random.IntN(len(free))]
		length := t.least + time.Duration(r.random.Int64N(int64(t.most-t.least)+1))
		r.events = append(r.events, event{trouble: t.name, on: on, from: time.Now(), stops: t.stops, hidden: t.hidden})
		l := lasting{event: len(r.events) - 1, until: time.Now().Add(length), end: t.begin(r, on)}
		if l.until.After(over) {
			l.until = over
		}
		r.tally.troubles[t.name]++
		return slices.Delete(deck, i, i+1), append(now, l)
	}
	return deck, now
}

// atRest reports whether nobody makes trouble to one, or did a moment ago.
func (r *run) atRest(on string) bool {
	return !slices.ContainsFunc(r.events, func(e event) bool {
		return e.on == on && e.overlaps(time.Now().Add(-r.restOf(on)), time.Now())
	})
}

// end ends what has lasted long enough.
func (r *run) end(now []lasting, at time.Time) []lasting {
	return slices.DeleteFunc(now, func(l lasting) bool {
		if l.until.After(at) {
			return false
		}
		l.end()
		r.events[l.event].to = time.Now()
		return true
	})
}
