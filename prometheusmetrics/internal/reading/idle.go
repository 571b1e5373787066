package reading

import (
	"math"
	"reflect"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// idleness tells since when nothing has been recorded in a metric.
type idleness struct {
	evidence uint64        // of what was recorded, which changes with it
	since    time.Duration // when it changed last, since the reader's start
}

// noteIdle finds out which metrics are idle. What SinkOnce left does not become so before
// somebody has seen it: it will not come back with another value.
func (r *Reader) noteIdle() {
	now, sunk := time.Since(r.start), r.shownSunk()
	for _, m := range r.metrics {
		was := m.Idle
		m.noteIdle(now, r.sources[m.Source].IdleAfter)
		if m.Idle && !was && len(sunk) > 0 {
			_, kept := sunk[m.key()]
			m.Idle = !kept
		}
	}
}

// noteIdle finds out whether the metric is idle. It is known by what recording
// changes: a count, or the value of a gauge. Statistics would not do, as rates decay
// and samples age by themselves. What could not be read keeps its state.
func (m *Metric) noteIdle(now, after time.Duration) {
	if after <= 0 || !m.Fresh || m.stranger != nil && m.stranger.never {
		return
	}
	evidence := m.evidence()
	switch i := m.idleness; {
	case i == nil:
		m.idleness = &idleness{evidence, now}
	case i.evidence != evidence:
		i.evidence, i.since = evidence, now
	}
	m.Idle = now-m.idleness.since >= after
}

func (m *Metric) evidence() uint64 {
	switch m.Kind {
	case Counter, Gauge:
		return math.Float64bits(m.Values.Value)
	}
	return uint64(m.Values.Stats.Count)
}

// isNeverIdle reports whether a metric says something although nothing is recorded in
// it: a health check, a set of pairs, and a gauge that asks a function.
func isNeverIdle(metric any, kind Kind) bool {
	switch kind {
	case Healthcheck, Info:
		return true
	case Gauge:
		if ownKind(metric) != Unknown {
			return metrics.RunsUserCode(metric)
		}
		return holdsFunction(reflect.TypeOf(metric))
	}
	return false
}

// holdsFunction reports whether a type is a function, or a struct with one in it, as
// the functional gauges of all libraries are.
func holdsFunction(typ reflect.Type) bool {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch typ.Kind() {
	case reflect.Func:
		return true
	case reflect.Struct:
		for i := range typ.NumField() {
			if typ.Field(i).Type.Kind() == reflect.Func {
				return true
			}
		}
	}
	return false
}
