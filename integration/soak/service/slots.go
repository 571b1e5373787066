package main

import "github.com/go-metrics-plus/metrics/integration/soak/truth"

// slots are the numbers that the service counts by itself, and how each is called in
// the library.
type slots struct {
	all     []*truth.Slot
	meaning []meaning
}

// meaning says what a slot is in the library.
type meaning struct {
	source string // which source has it: "main", "foreign" or "kafka"
	name   string // of the metric
	kind   kind
	scale  float64 // of one in the slot, in the metric's own unit
	parts  bool    // it is spread over several series, each of which may be idle
}

type kind int

const (
	count        kind = iota // of a counter or meter
	observations             // of a histogram of ours
	total                    // the sum of a histogram of ours
	durations                // observations of a timer of ours
	elapsed                  // the sum of a timer of ours
	theirs                   // observations of a histogram of another library
	bytes                    // the sum of a histogram of bytes
)

// add makes a slot.
func (s *slots) add(m meaning) *truth.Slot {
	if m.scale == 0 {
		m.scale = 1
	}
	slot := &truth.Slot{}
	s.all, s.meaning = append(s.all, slot), append(s.meaning, m)
	return slot
}

// figures says how a driver shows the slots of the sources that it reads.
func (s *slots) figures(d *driver) (figures []truth.Figure) {
	for i, m := range s.meaning {
		if !d.reads[m.source] || m.parts && d.hidesIdle {
			continue
		}
		name, factor := m.gauges()
		if d.typed {
			name, factor = m.typed()
		}
		figures = append(figures, truth.Figure{
			Series: d.namespace + "_" + name, Slot: i, Scale: m.scale * factor, Optional: d.hidesIdle,
		})
	}
	return figures
}

// gauges is the series of LayoutGauges, and its unit. Timers are in nanoseconds.
func (m meaning) gauges() (name string, factor float64) {
	if m.kind == total || m.kind == elapsed || m.kind == bytes {
		return m.name + "_sum", 1
	}
	return m.name + "_count", 1
}

// typed is the series of LayoutTyped, and its unit.
func (m meaning) typed() (name string, factor float64) {
	switch m.kind {
	case observations:
		return m.name + "_count", 1
	case total:
		return m.name + "_sum", 1
	case durations:
		return m.name + "_seconds_count", 1
	case elapsed:
		return m.name + "_seconds_sum", 1e-9
	case bytes:
		return m.name + "_bytes_sum", 1
	case theirs:
		return m.name + "_observations_total", 1
	}
	return m.name + "_total", 1
}
