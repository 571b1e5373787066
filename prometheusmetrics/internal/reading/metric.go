package reading

import (
	"reflect"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// Metric is one metric of a source, from the reading that first found it to the one
// that misses it. Its identity never changes. Values, Problem and Fresh are those of
// the latest reading, and belong to whoever made it until the next one begins.
type Metric struct {
	Source int    // index of its source
	Name   string // as its source has it
	Kind   Kind

	// Labels are the original ones; nil if it has none. Relabelled is another number
	// when they, or the pairs of an info metric, are others than before.
	Labels     naming.Pairs
	Relabelled uint64

	// Description is the source's description of the name when the metric was new.
	Description metrics.Description

	// Values are those read last; never nil, but of no use while Fresh was never true.
	Values *Values

	// Fresh says that this reading has values for the metric. A health check that
	// does not come back has: it is unhealthy.
	Fresh bool

	// Idle says that nothing has been recorded in it for Wanted.IdleAfter.
	Idle bool

	// Problem says why the metric could not be read, or for a health check that it
	// hangs; nil if nothing is wrong.
	Problem *problem.Problem

	identity any
	value    any  // as its source has it
	standsIn any  // what is read: the same, unless value stands for an instrument of ours
	resolved bool // whether that is known
	shape    shape
	wanted   *Wanted
	guarded  bool // whether reading it runs code of others
	dropped  bool // whether it need not be read
	labeled  bool // whether Labels are known
	info     map[string]string
	seen     uint64

	attempt *attempt // by which it is being read
	out     *attempt // one that did not come back in time
	started uint64   // the reading by which it was last begun to be read
	reset   reset

	idleness idleness
}

// Type names the Go type by which the metric's source holds it.
func (m *Metric) Type() string {
	if typ := reflect.TypeOf(m.value); typ != nil {
		return typ.String()
	}
	return "<nil>"
}

// key tells the metrics of all sources apart. The identity of the metric is part of
// it, so that one which replaces another under its name is another metric.
type key struct {
	source   int
	name     string
	identity any
}

// identity is the metric itself or, where values of its type can't be told from each
// other by comparing them, its type.
func identity(metric any) any {
	if ownKind(metric) != Unknown || metric == nil {
		return metric
	}
	v := reflect.ValueOf(metric)
	if v.Kind() == reflect.Pointer {
		return metric
	}
	if !v.Comparable() || metric != metric { // a NaN does not equal itself
		return v.Type()
	}
	return metric
}

// newMetric makes the metric of a value that was not known, without running code of
// others.
func (r *Reader) newMetric(k key, value any) *Metric {
	source := &r.sources[k.source]
	m := &Metric{
		Source: k.source, Name: k.name,
		identity: k.identity, value: value, standsIn: value, wanted: &source.Wanted,
		dropped: r.drop != nil && r.drop(k.name),
	}
	if kind := ownKind(value); kind != Unknown {
		m.shape.kind, m.guarded = kind, metrics.RunsUserCode(value)
	} else {
		m.shape, m.guarded = shapeOf(value), true
	}
	m.Kind = m.shape.kind
	m.idleness.never = isNeverIdle(value, m.Kind)
	if check, is := value.(*metrics.StandardHealthcheck); is && check != nil || ownKind(value) != Unknown {
		// Others are asked when they are read, since that runs code of theirs.
		m.Labels, m.labeled = naming.PairsOf(labelsOf(value)), true
	}
	m.Values = m.newValues()
	return m
}

// standIn is how a metric of another library says which instrument of ours it is, as
// those of package rcrowley do, since only the instrument itself has buckets.
type standIn interface{ Instrument() any }

// instrumentOf returns the instrument that a value stands for, nil for none. It runs
// code of others.
func instrumentOf(value any) (instrument any) {
	s, ok := value.(standIn)
	if !ok {
		return nil
	}
	defer func() {
		if recover() != nil || ownKind(instrument) == Unknown {
			instrument = nil // somebody else's method of that name
		}
	}()
	return s.Instrument()
}
