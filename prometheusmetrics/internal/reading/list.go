package reading

import (
	"fmt"
	"sync"

	"github.com/go-metrics-plus/metrics"
)

// Source is a source of metrics and how its metrics are read.
type Source struct {
	Source interface {
		Each(func(name string, metric any))
	}
	Wanted
}

// source is a Source and what is known of it.
type source struct {
	Source
	metrics []*Metric // as the latest complete list has them
	listing *listing  // the latest
	failing bool      // whether the latest could not be used
	listed  bool      // whether there was one that could
	sunk    []sunk    // what was left in it and nobody has seen
}

// describer is a source that knows what its names are about.
type describer interface {
	DescriptionOf(fullName string) (metrics.Description, bool)
}

// found is one metric as a source gave it.
type found struct {
	name   string
	metric any
}

// listing is a call of a source's Each.
type listing struct {
	call

	mu     sync.Mutex
	last   []*Metric // what the source had the last time
	same   int       // how many of these it has given again, before anything else
	found  []found   // what came after them
	sunk   []sunk
	closed bool // whether Each is over; what it calls after that is not heard
}

// list asks the sources what they have, all at once. A source that fails keeps the
// metrics that it had: what it did not get to has not gone. It returns the errors
// of those that fail, and the ones among them that did not fail the last time.
func (r *Reader) list(limit Limit) (failed, news []error) {
	calls := make([]*call, 0, len(r.sources))
	for i := range r.sources {
		s := &r.sources[i]
		if s.listing == nil || !s.listing.is(out) {
			if s.listing != nil {
				s.keepSunk(r.seen) // what came after the last reading
			}
			s.listing = s.newListing()
			calls = append(calls, &s.listing.call)
		}
	}
	runAll(calls, limit)
	for i := range r.sources {
		r.sources[i].keepSunk(r.seen)
	}
	r.keySunk(limit)
	for i := range r.sources {
		s := &r.sources[i]
		err := s.listing.problem(limit)
		if err == nil {
			s.showSunk(r.reading)
		}
		if err != nil {
			err = fmt.Errorf("source %d (%T): %w", i, s.Source.Source, err)
			failed = append(failed, err)
			if !s.failing {
				news = append(news, err)
			}
		}
		s.failing = err != nil
		s.listed = s.listed || err == nil
	}
	return failed, news
}

// newListing makes a listing that uses the memory of the one before.
func (s *source) newListing() *listing {
	l := &listing{last: s.metrics}
	if before := s.listing; before != nil && before.is(back) {
		l.found, before.found = before.found[:0], nil
	}
	l.run = func() error {
		defer l.close()
		l.each(s.Source.Source)
		return nil
	}
	return l
}

// add takes a metric. The source may call it from several goroutines, and go on
// doing so for as long as it likes.
func (l *listing) add(name string, metric any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.take(l.last, found{name, metric})
	}
}

// take notes what comes next of a source that had last the last time.
func (l *listing) take(last []*Metric, next found) {
	if len(l.found) == 0 && l.same < len(last) && last[l.same].is(next.name, next.metric) {
		l.same++
		return
	}
	l.found = append(l.found, next)
}

// close gives back memory that the listing does not need.
func (l *listing) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.last = true, nil
	if n := len(l.found); cap(l.found) > 4*n+64 {
		l.found = append(make([]found, 0, n), l.found...)
	}
	clear(l.found[len(l.found):cap(l.found)])
}

// problem says why the list can't be used; nil if it can.
func (l *listing) problem(limit Limit) error {
	l.batch.mu.Lock()
	defer l.batch.mu.Unlock()
	switch {
	case l.state != back:
		return fmt.Errorf("listing its metrics takes longer than %v", limit.Timeout)
	case l.err != nil:
		return fmt.Errorf("listing its metrics failed: %w", l.err)
	}
	return nil
}

// describe asks the sources of new metrics for descriptions. A name whose
// description panics has none; one that hangs costs those of its source.
func (r *Reader) describe(fresh []*Metric, limit Limit) {
	if len(fresh) == 0 {
		return
	}
	calls := make([]*call, 0, len(r.sources))
	answers := make([]*descriptions, 0, len(r.sources))
	for i := range r.sources {
		d, ok := r.sources[i].Source.Source.(describer)
		if !ok {
			continue
		}
		a := &descriptions{of: make(map[string]*metrics.Description)}
		for _, m := range fresh {
			if m.Source == int32(i) {
				a.metrics = append(a.metrics, m)
			}
		}
		answers = append(answers, a)
		calls = append(calls, &call{run: func() error {
			for _, m := range a.metrics {
				a.ask(d, m.Name)
			}
			return nil
		}})
	}
	runAll(calls, limit)
	for i, c := range calls {
		if !c.is(back) {
			continue
		}
		for _, m := range answers[i].metrics {
			if known := answers[i].of[m.Name]; known != nil { // one before may have ended the goroutine
				m.Description = known
			}
		}
	}
}

// descriptions are those of the names of some metrics, which metrics of a name share.
type descriptions struct {
	metrics []*Metric
	of      map[string]*metrics.Description
}

// ask asks for the description of a name, once.
func (a *descriptions) ask(d describer, name string) {
	if _, known := a.of[name]; known {
		return
	}
	a.of[name] = &noDescription
	defer func() { _ = recover() }()
	if description, ok := d.DescriptionOf(name); ok {
		a.of[name] = &description
	}
}
