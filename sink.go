package metrics

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
)

// SinkOnce leaves a metric in DefaultRegistry that the next Each hands out once
// and then forgets: see Registry.
func SinkOnce(name string, metric any) { DefaultRegistry.SinkOnce(name, metric) }

// SinkOnce leaves a metric for the next Each, which hands it out once, behind the
// registered series, and forgets it. The metric is not registered: Get, GetAll,
// JSON and health checks don't know of it, and it may have the name of a series.
// Nil is not handed out.
func (r *StandardRegistry) SinkOnce(name string, metric any) {
	if metric == nil {
		r.reports.Once(name, "not handed out", unsupported(name, metric))
		return
	}
	if !r.sunk.add(namedMetric{name, metric}) {
		r.reports.Once(name, "not handed out", errSinkFull)
	}
}

// SinkOnce leaves a metric in the registry viewed, with the prefix before its
// name. Whichever Each comes first that shows such names hands it out.
func (p *PrefixedRegistry) SinkOnce(name string, metric any) {
	p.parent.SinkOnce(p.prefix+name, metric)
}

// EachApart is Each for exporters: it calls registered for each series, and sunk for
// what SinkOnce left, which an exporter keeps until it has been scraped or pushed. A
// registry that a user wrote is asked through a method
// EachApart(registered, sunk func(string, any)). Without it, what waits in the registry
// of this package that its Get leads to is taken first, and then its Each is called.
func EachApart(r Registry, registered, sunk func(name string, metric any)) {
	r = orDefault(r)
	if r, ok := r.(interface {
		EachApart(registered, sunk func(string, any))
	}); ok {
		r.EachApart(registered, sunk)
		return
	}
	if base, prefix := reach(r); base != nil {
		base.apart(prefix, func() { r.Each(registered) }, sunk)
		return
	}
	r.Each(registered)
}

// EachApart is Each with a function of its own for what SinkOnce left.
func (r *StandardRegistry) EachApart(registered, sunk func(string, any)) {
	r.eachRegistered("", registered)
	r.eachSunk("", sunk)
}

// EachApart is Each with a function of its own for what SinkOnce left.
func (p *PrefixedRegistry) EachApart(registered, sunk func(string, any)) {
	if base, prefix := reach(p); base != nil {
		base.apart(prefix, func() { p.registered(registered) }, sunk)
		return
	}
	p.eachOfUser(registered)
}

// apart calls each with the sink emptied, so that it hands out nothing but series, and
// then hands out what SinkOnce left under the prefix.
func (r *StandardRegistry) apart(prefix string, each func(), sunk func(string, any)) {
	func() {
		taken := r.sunk.take("")
		defer func() { r.sunk.putBack(taken) }()
		each()
	}()
	r.eachSunk(prefix, sunk)
}

// eachSunk hands out what SinkOnce left under the prefix. If f panics, what it has not
// been given is left for the next time.
func (r *StandardRegistry) eachSunk(prefix string, f func(string, any)) {
	taken := r.sunk.take(prefix)
	defer func() { r.sunk.putBack(taken) }()
	for len(taken) > 0 {
		next := taken[0]
		taken = taken[1:]
		f(next.name, next.metric)
	}
}

// namedMetric is a metric and its full name.
type namedMetric struct {
	name   string
	metric any
}

// sink holds what was given to SinkOnce until an Each takes it.
type sink struct {
	count   atomic.Int64 // 0 for most registries, and then Each takes no lock here
	mutex   sync.Mutex
	waiting []namedMetric
}

// sinkLimit bounds the memory of a program whose registry nobody reads.
const sinkLimit = 1 << 20

var errSinkFull = errors.New("a million metrics are waiting already, and nobody calls Each")

// add reports whether there was room.
func (s *sink) add(m namedMetric) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.waiting) >= sinkLimit {
		return false
	}
	s.set(append(s.waiting, m))
	return true
}

// take removes what has the prefix, in the order in which it came.
func (s *sink) take(prefix string) (taken []namedMetric) {
	if s.count.Load() == 0 {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if prefix == "" {
		taken = s.waiting
		s.set(nil)
		return taken
	}
	var left []namedMetric
	for _, m := range s.waiting {
		if strings.HasPrefix(m.name, prefix) {
			taken = append(taken, m)
		} else {
			left = append(left, m)
		}
	}
	s.set(left)
	return taken
}

// putBack returns what was taken to the front.
func (s *sink) putBack(taken []namedMetric) {
	if len(taken) == 0 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.set(append(taken[:len(taken):len(taken)], s.waiting...))
}

// set replaces what waits. Hold the lock.
func (s *sink) set(waiting []namedMetric) {
	s.waiting = waiting
	s.count.Store(int64(len(waiting)))
}
