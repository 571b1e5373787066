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
	key := name + labelsKey(metric) // without the lock, since it may take its time
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sunk = append(l.sunk, sunk{found: found{name, metric}, key: key})
}

// labelsKey returns the labels of a metric as text, if they can be had.
func labelsKey(metric any) (key string) {
	if m, ok := metric.(interface{ Labels() metrics.Labels }); ok {
		defer func() { _ = recover() }()
		key = m.Labels().String()
	}
	return key
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

// showSunk has the listing show what is kept, one of each key at a time.
func (s *source) showSunk(reading uint64) {
	if len(s.sunk) == 0 {
		return
	}
	shown := make(map[string]bool, len(s.sunk))
	for i := range s.sunk {
		m := &s.sunk[i]
		if shown[m.key] {
			continue
		}
		shown[m.key] = true
		if m.reading == 0 {
			m.reading = reading
		}
		s.listing.take(s.metrics, m.found)
	}
}
