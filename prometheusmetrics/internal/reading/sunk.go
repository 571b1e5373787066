package reading

import (
	"slices"

	"github.com/go-metrics-plus/metrics"
)

// Metrics that metrics.SinkOnce left come out of a registry once. They are kept here,
// as if they were registered, until somebody has seen them.

// sunk is such a metric.
type sunk struct {
	found
	keyed   bool   // whether it has a key: until then it is not shown
	key     string // by which series of the same name and labels are known
	reading uint64 // the first that had it; 0 while it waits for one of the same key
}

// sunkLimit bounds the memory of a driver that nobody scrapes. The oldest go first.
const sunkLimit = 100_000

// each goes through a source, and tells apart what was left in it if it can.
func (l *listing) each(source interface{ Each(func(string, any)) }) {
	if r, ok := source.(metrics.Registry); ok {
		metrics.EachApart(r, l.add, l.addSunk)
		return
	}
	source.Each(l.add)
}

func (l *listing) addSunk(name string, metric any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sunk = append(l.sunk, sunk{found: found{name, metric}})
}

// keyCall asks a metric for the labels that make its key.
type keyCall struct {
	call
	of  *sunk
	key string // once it is back
}

func newKeyCall(of *sunk) *keyCall {
	name, metric := of.name, of.metric // the list may move while the call is out
	c := &keyCall{of: of, key: name}   // if it fails
	c.run = func() error {
		c.key = keyOf(name, metric)
		return nil
	}
	return c
}

// keyOf returns the key of a metric, which is more than its name even without labels.
func keyOf(name string, metric any) string { return name + metrics.Labels(labelsOf(metric)).String() }

// keySunk gives keys to what is kept and has none. Metrics that are not ours are asked
// for their labels. One that does not come back is not asked again, and its name is its
// key, so that it is shown, and reported when it hangs as it is read. One whose turn did
// not come waits for the next reading.
func (r *Reader) keySunk(limit Limit) {
	var asked []*keyCall
	var calls []*call
	for i := range r.sources {
		all := r.sources[i].sunk
		for j := range all {
			switch m := &all[j]; {
			case m.keyed:
			case ownKind(m.metric) != Unknown: // whose labels are at hand
				m.keyed, m.key = true, keyOf(m.name, m.metric)
			default:
				c := newKeyCall(m)
				asked, calls = append(asked, c), append(calls, &c.call)
			}
		}
	}
	runAll(calls, limit)
	for _, c := range asked {
		switch {
		case c.is(back):
			c.of.keyed, c.of.key = true, c.key
		case !c.is(waiting):
			c.of.keyed, c.of.key = true, c.of.name
		}
	}
}

// shownSunk lists what is kept of all sources and shown by this reading.
func (r *Reader) shownSunk() map[key]struct{} {
	var shown map[key]struct{}
	for i := range r.sources {
		for _, k := range r.sources[i].sunk {
			if k.reading == 0 {
				continue
			}
			if shown == nil {
				shown = make(map[key]struct{})
			}
			shown[key{i, k.name, identity(k.metric)}] = struct{}{}
		}
	}
	return shown
}

// keepSunk takes what a listing has been given, be it late, and forgets what was seen
// in the reading of that number or an earlier one.
func (s *source) keepSunk(seen uint64) {
	s.sunk = slices.DeleteFunc(s.sunk, func(m sunk) bool { return m.reading != 0 && m.reading <= seen })
	s.listing.mu.Lock()
	s.sunk = append(s.sunk, s.listing.sunk...)
	s.listing.sunk = nil
	s.listing.mu.Unlock()
	if more := len(s.sunk) - sunkLimit; more > 0 {
		s.sunk = slices.Delete(s.sunk, 0, more)
	}
}

// showSunk has the listing show what is kept and has a key, one of each at a time.
func (s *source) showSunk(reading uint64) {
	if len(s.sunk) == 0 {
		return
	}
	shown := make(map[string]bool, len(s.sunk))
	for i := range s.sunk {
		m := &s.sunk[i]
		if !m.keyed || shown[m.key] {
			continue
		}
		shown[m.key] = true
		if m.reading == 0 {
			m.reading = reading
		}
		s.listing.take(s.metrics, m.found)
	}
}
