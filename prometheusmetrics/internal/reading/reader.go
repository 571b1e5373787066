package reading

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// Reader reads sources again and again. One goroutine at a time may use it.
type Reader struct {
	sources []source
	drop    func(name string) bool
	known   map[key]*Metric
	peak    int // of len(known), since it was made
	metrics []*Metric
	reading uint64 // number of the current one
	seen    uint64 // number of the latest that somebody has seen
	start   time.Time
}

// Result is what a reading found. It is valid until the next one begins.
type Result struct {
	// Metrics are those that the sources have, in the order in which they have them.
	// Two results have the same slice if nothing came, went or moved in between.
	Metrics []*Metric

	// Listed counts the sources that could be listed, be it earlier.
	Listed int

	// Failed joins the errors of all sources that can't be listed, and News are those
	// of sources that could be the last time.
	Failed error
	News   []error
}

// New makes a reader. What drop says true of is not read, unless reading empties it;
// drop may be nil.
func New(sources []Source, drop func(name string) bool) *Reader {
	r := &Reader{drop: drop, known: make(map[key]*Metric), start: time.Now()}
	for _, s := range sources {
		r.sources = append(r.sources, source{Source: s})
	}
	return r
}

// Reading is the number of the latest reading, from 1 up.
func (r *Reader) Reading() uint64 { return r.reading }

// Saw tells the reader that somebody has seen the results of the reading of that
// number: what SinkOnce left for it, or for an earlier one, need not be shown again.
func (r *Reader) Saw(reading uint64) { r.seen = reading }

// Read finds all metrics and reads their values. It returns within what the limit
// allows, and at most twice that again for sources and descriptions that hang.
func (r *Reader) Read(limit Limit) Result {
	r.reading++
	failed, news := r.list(limit)
	r.describe(r.match(), limit)
	r.readAll(limit)
	r.noteIdle()
	return Result{Metrics: r.metrics, Listed: r.listed(), Failed: errors.Join(failed...), News: news}
}

func (r *Reader) listed() (n int) {
	for i := range r.sources {
		if r.sources[i].listed {
			n++
		}
	}
	return n
}

// match finds the metrics that are known and those that are new, which it returns,
// and forgets those that have gone. Most readings find what the last one found, in
// the same order.
func (r *Reader) match() (fresh []*Metric) {
	changed := false
	for i := range r.sources {
		s := &r.sources[i]
		if s.failing || s.unchanged() {
			continue
		}
		changed = true
		fresh = append(fresh, r.rematch(i)...)
	}
	if !changed {
		return nil
	}
	r.metrics = nil // which earlier results may still have
	for i := range r.sources {
		for _, m := range r.sources[i].metrics {
			m.seen = r.reading
		}
		r.metrics = append(r.metrics, r.sources[i].metrics...)
	}
	r.forget()
	return fresh
}

// unchanged reports whether the source has the same metrics as before.
func (s *source) unchanged() bool {
	found := s.listing.found
	if len(found) != len(s.metrics) {
		return false
	}
	for i, m := range s.metrics {
		if found[i].name != m.Name || identity(found[i].metric) != m.identity {
			return false
		}
	}
	return true
}

// rematch makes the source's list of metrics anew.
func (r *Reader) rematch(i int) (fresh []*Metric) {
	s := &r.sources[i]
	s.metrics = make([]*Metric, 0, len(s.listing.found))
	if len(r.known) == 0 {
		r.known = make(map[key]*Metric, len(s.listing.found))
	}
	for _, f := range s.listing.found {
		k := key{i, f.name, identity(f.metric)}
		m, known := r.known[k]
		if !known {
			m = r.newMetric(k, f.metric)
			r.known[k] = m
			fresh = append(fresh, m)
		}
		if m.seen == r.reading {
			continue // given twice
		}
		m.seen = r.reading
		s.metrics = append(s.metrics, m)
	}
	return fresh
}

// forget drops what no source has any more. Maps keep the memory that they once
// needed, so one that has become much smaller is made anew.
func (r *Reader) forget() {
	r.peak = max(r.peak, len(r.known))
	for k, m := range r.known {
		if m.seen != r.reading {
			delete(r.known, k)
		}
	}
	if r.peak > 4*len(r.known)+64 {
		smaller := make(map[key]*Metric, len(r.known))
		for k, m := range r.known {
			smaller[k] = m
		}
		r.known, r.peak = smaller, len(smaller)
	}
}

// readAll reads every metric that can be read.
func (r *Reader) readAll(limit Limit) {
	var waiting []*Metric
	for _, m := range r.metrics {
		m.Fresh, m.Problem = false, nil
		switch {
		case m.dropped && !m.shape.resets: // which fills up unless it is read
		case m.Kind == Unknown && !m.mayStandIn():
			m.Problem = problem.New(problem.Unsupported, "type %s is no metric that the driver can read", m.Type())
		case !m.guarded:
			m.take(m.Values, m.Values.read(m.standsIn, m.shape, *m.wanted))
		default:
			if m.begin() {
				waiting = append(waiting, m)
			}
		}
	}
	if len(waiting) == 0 {
		return
	}
	// Those that have waited for the longest time come first, so that nobody starves.
	slices.SortStableFunc(waiting, func(a, b *Metric) int { return cmp.Compare(a.started, b.started) })
	calls := make([]*call, len(waiting))
	for i, m := range waiting {
		calls[i] = &m.attempt.call
	}
	runAll(calls, limit)
	for _, m := range waiting {
		r.end(m, limit)
	}
}

// take takes over what a reading that is back brought.
func (m *Metric) take(v *Values, err error) {
	if err != nil {
		if !m.Fresh { // what came late is good
			m.Values = v
		}
		if v.labeled && !m.labeled {
			m.relabel(v)
		}
		m.Problem = problem.New(problem.Panic, "%w", err)
		return
	}
	if m.shape.resets {
		late := m.Fresh // there is a late one besides
		if late && v.Stats.Count == 0 {
			return // which says more
		}
		m.reset.add(v)
	}
	if m.wanted.Buckets && v.Stats.Count == 0 {
		v.forgetPercentiles()
	}
	m.Values, m.Fresh = v, true
	m.relabel(v)
}

// relabel takes over labels that were not known, or are others than before.
func (m *Metric) relabel(v *Values) {
	if !m.labeled || m.Kind == Info && !maps.Equal(m.info, v.Info) {
		m.Labels, m.labeled, m.info = v.Labels, true, v.Info
		m.Relabelled++
	}
}
