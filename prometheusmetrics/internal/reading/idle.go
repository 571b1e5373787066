package reading

import (
	"math"
	"reflect"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// idleness tells since when nothing has been recorded in a metric.
type idleness struct {
	never    bool          // whether the metric is never idle
	known    bool          // whether the fields below are of a reading
	evidence uint64        // of what was recorded, which changes with it
	since    time.Duration // when it changed last, since the reader's start
}

// noteIdle finds out which metrics are idle. What SinkOnce left does not become so before
// somebody has seen it: it will not come back with another value.
func (r *Reader) noteIdle() {
	now, sunk := time.Since(r.start), r.shownSunk()
	for _, m := range r.metrics {
		was := m.Idle
		m.noteIdle(now)
		if m.Idle && !was {
			_, kept := sunk[m]
			m.Idle = !kept
		}
	}
}

// noteIdle finds out whether the metric is idle. It is known by what recording
// changes: a count, or the value of a gauge. Statistics would not do, as rates decay
// and samples age by themselves. What could not be read keeps its state.
func (m *Metric) noteIdle(now time.Duration) {
	if m.wanted.IdleAfter <= 0 || m.idleness.never || !m.Fresh {
		return
	}
	evidence := m.evidence()
	if i := &m.idleness; !i.known || i.evidence != evidence {
		i.known, i.evidence, i.since = true, evidence, now
	}
	m.Idle = now-m.idleness.since >= m.wanted.IdleAfter
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
