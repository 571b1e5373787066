package reading

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/keyed"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// Reader reads sources again and again. One goroutine at a time may use it.
type Reader struct {
	sources []source
	drop    func(name string) bool
	known   keyed.Index[*Metric]
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
	r := &Reader{drop: drop, start: time.Now()}
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
// allows, and at most that again for each of sources, labels of what was left in them,
// and descriptions that hang.
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
	before := r.metrics
	r.metrics = r.all()
	for _, m := range r.metrics {
		m.seen = uint32(r.reading)
	}
	r.forget(before)
	return fresh
}

// all lists the metrics of all sources. Earlier results may still have the last list, so
// it is another one.
func (r *Reader) all() (all []*Metric) {
	if len(r.sources) == 1 {
		return r.sources[0].metrics // which has just been made
	}
	for i := range r.sources {
		all = append(all, r.sources[i].metrics...)
	}
	return all
}

// unchanged reports whether the source has the same metrics as before.
func (s *source) unchanged() bool {
	return s.listing.same == len(s.metrics) && len(s.listing.found) == 0
}

// rematch makes the source's list of metrics anew.
func (r *Reader) rematch(i int) (fresh []*Metric) {
	s := &r.sources[i]
	same := s.metrics[:s.listing.same]
	s.metrics = append(make([]*Metric, 0, len(same)+len(s.listing.found)), same...)
	for _, m := range same {
		m.seen = uint32(r.reading)
	}
	r.known.Reserve(len(s.listing.found))
	for _, f := range s.listing.found {
		k := key{i, f.name, identity(f.metric)}
		hash := k.hash()
		m, known := r.known.Find(hash, func(m *Metric) bool { return m.key() == k })
		if !known {
			m = r.newMetric(k, f.metric)
			r.known.Add(hash, m)
			fresh = append(fresh, m)
		} else if m.seen == uint32(r.reading) {
			continue // given twice
		}
		m.seen = uint32(r.reading)
		s.metrics = append(s.metrics, m)
	}
	return fresh
}

// forget drops those of an earlier list that no source has any more.
func (r *Reader) forget(before []*Metric) {
	for _, m := range before {
		if m.seen != uint32(r.reading) {
			r.known.Remove(m.key().hash(), m)
		}
	}
	r.known.Shrink()
}

// readAll reads every metric that can be read.
func (r *Reader) readAll(limit Limit) {
	var waiting []*Metric
	for _, m := range r.metrics {
		m.Fresh, m.Problem = false, nil
		s, want := m.stranger, &r.sources[m.Source].Wanted
		switch {
		case m.dropped && !m.resets(): // which fills up unless it is read
		case m.Kind == Unknown && !m.mayStandIn():
			m.Problem = problem.New(problem.Unsupported, "type %s is no metric that the driver can read", m.Type())
		case s == nil:
			m.take(m.Values, m.Values.read(m.value, shape{}, *want), want)
		case !s.guarded:
			m.take(m.Values, m.Values.read(s.standsIn, s.shape, *want), want)
		default:
			if m.begin(want) {
				waiting = append(waiting, m)
			}
		}
	}
	if len(waiting) == 0 {
		return
	}
	// Those that have waited for the longest time come first, so that nobody starves.
	slices.SortStableFunc(waiting, func(a, b *Metric) int { return cmp.Compare(a.stranger.started, b.stranger.started) })
	calls := make([]*call, len(waiting))
	for i, m := range waiting {
		calls[i] = &m.stranger.attempt.call
	}
	runAll(calls, limit)
	for _, m := range waiting {
		r.end(m, limit)
	}
}

// take takes over what a reading that is back brought.
func (m *Metric) take(v *Values, err error, want *Wanted) {
	if err != nil {
		if !m.Fresh { // what came late is good
			m.Values = v
		}
		if s := m.stranger; s != nil && !s.labeled && v.Told.known {
			m.relabel(v)
		}
		m.Problem = problem.New(problem.Panic, "%w", err)
		return
	}
	if m.resets() {
		late := m.Fresh // there is a late one besides
		if late && v.Stats.Count == 0 {
			return // which says more
		}
		m.stranger.reset.add(v)
	}
	if want.Buckets && v.Stats.Count == 0 {
		v.forgetPercentiles()
	}
	m.Values, m.Fresh = v, true
	m.relabel(v)
}

// relabel takes over labels that were not known, or are others than before.
func (m *Metric) relabel(v *Values) {
	s := m.stranger
	if s == nil {
		return
	}
	if !s.labeled {
		m.Origin = &problem.Origin{Name: m.Name}
		if len(v.Told.labels) > 0 {
			m.Origin.Of = otherLabels{v.Told.labels}
		}
	} else if m.Kind != Info || maps.Equal(s.info, v.Told.Info) {
		return
	}
	s.labeled, s.info = true, v.Told.Info
	m.Relabelled++
}
