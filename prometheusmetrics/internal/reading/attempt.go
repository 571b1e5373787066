package reading

import (
	"fmt"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// attempt is a call that reads a metric. What it reads is its own until it is back.
type attempt struct {
	call
	values     *Values
	instrument any // of ours, if the metric stands for one
}

// begin makes an attempt to read the metric, and reports false if there is one that is
// out still. What came back late is taken over first.
func (m *Metric) begin(want *Wanted) bool {
	s := m.stranger
	if s.out != nil {
		if !s.out.is(late) {
			m.isOut(s.out.limit())
			return false
		}
		came := s.out
		s.out = nil
		if came.err == nil && m.Kind != Healthcheck {
			m.settle(came)
			m.take(came.values, nil, want)
		}
	}
	values := m.Values
	if m.Fresh {
		values = m.newValues() // the late ones may be needed yet
	}
	a := &attempt{values: values}
	value, shape, wanted, resolve := s.standsIn, s.shape, *want, m.mayStandIn()
	a.run = func() error {
		if resolve {
			if a.instrument = instrumentOf(value); a.instrument != nil {
				value = a.instrument
			}
		}
		return a.values.read(value, shape, wanted)
	}
	s.attempt = a
	return true
}

// end takes over what the attempt brought, if it is back.
func (r *Reader) end(m *Metric, limit Limit) {
	s := m.stranger
	a := s.attempt
	s.attempt = nil
	a.batch.mu.Lock()
	state := a.state
	a.batch.mu.Unlock()
	if state != waiting {
		s.started = r.reading
	}
	switch state {
	case back:
		m.settle(a)
		m.take(a.values, a.err, &r.sources[m.Source].Wanted)
	case waiting:
		m.timedOut(fmt.Errorf("its turn did not come within %v, since others took the time", limit.Timeout))
	default:
		s.out = a
		if m.Values == a.values { // which may be written to at any time
			m.Values = m.newValues()
		}
		m.isOut(limit)
	}
}

// isOut is what it means for the metric that its call is not back.
func (m *Metric) isOut(limit Limit) {
	m.timedOut(fmt.Errorf("reading it takes longer than %v", limit.Timeout))
}

func (m *Metric) timedOut(err error) {
	m.Problem = &problem.Problem{Reason: problem.Timeout, Err: err}
	if m.Kind == Healthcheck {
		m.Values.Value, m.Fresh = 0, true // unhealthy, and shown
	}
}

// settle has the metric read from now on as the instrument that it stands for.
func (m *Metric) settle(a *attempt) {
	s := m.stranger
	s.resolved = true
	if a.instrument == nil {
		return
	}
	s.standsIn = a.instrument
	s.shape = shape{kind: ownKind(a.instrument), snapshot: -1}
	m.Kind = s.shape.kind
	s.guarded = metrics.RunsUserCode(a.instrument)
	s.never = isNeverIdle(a.instrument, m.Kind)
}

// mayStandIn reports whether it has to be asked which instrument the metric stands
// for.
func (m *Metric) mayStandIn() bool {
	_, may := m.value.(standIn)
	return may && !m.stranger.resolved
}

// newValues makes values for the next reading of a metric that may hang. Labels are
// asked for once.
func (m *Metric) newValues() *Values {
	var v *Values
	switch ownKind(m.stranger.standsIn) {
	case Counter, Gauge: // which have no statistics
		v = &Values{Stats: &noStatistics}
	default:
		v = NewValues()
	}
	v.Told = &Told{known: m.stranger.labeled}
	return v
}

func (a *attempt) limit() Limit { return a.batch.limit }
