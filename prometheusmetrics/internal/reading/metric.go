package reading

import (
	"hash/maphash"
	"reflect"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// Metric is one metric of a source, from the reading that first found it to the one
// that misses it. Its identity never changes. Values, Problem and Fresh are those of
// the latest reading, and belong to whoever made it until the next one begins.
//
// There may be a million of them, so each has only what all have, and the smallest
// numbers that do.
type Metric struct {
	Name string // as its source has it

	// Origin is the name with the original labels. Relabelled is another number when
	// these, or the pairs of an info metric, are others than before.
	Origin     *problem.Origin
	Relabelled uint32

	Source int32 // index of its source
	Kind   Kind

	// Fresh says that this reading has values for the metric. A health check that
	// does not come back has: it is unhealthy.
	Fresh bool

	// Idle says that nothing has been recorded in it for Wanted.IdleAfter.
	Idle bool

	dropped bool   // whether it need not be read
	seen    uint32 // the latest reading that found it, modulo 1<<32

	// Description is the source's description of the name when the metric was new;
	// never nil. Nobody writes to it.
	Description *metrics.Description

	// Values are those read last; never nil, but of no use while Fresh was never true.
	Values *Values

	// Problem says why the metric could not be read, or for a health check that it
	// hangs; nil if nothing is wrong.
	Problem *problem.Problem

	value    any       // as its source has it
	stranger *stranger // nil of an instrument of ours that runs no code of others
	idleness *idleness // nil unless it may become idle, and until it was read
}

// stranger is what is known of a metric that is not ours, or that runs code of others.
type stranger struct {
	identity any
	standsIn any  // what is read: the value, unless that stands for an instrument of ours
	resolved bool // whether that is known
	shape    shape
	guarded  bool // whether reading it runs code of others
	never    bool // whether it is never idle
	labeled  bool // whether its labels are known
	info     map[string]string

	attempt *attempt // by which it is being read
	out     *attempt // one that did not come back in time
	started uint64   // the reading by which it was last begun to be read
	reset   reset
}

// noDescription is the description of what has none.
var noDescription metrics.Description

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

var seed = maphash.MakeSeed()

func (k key) hash() uint64 { return maphash.Comparable(seed, k) }

func (m *Metric) key() key { return key{int(m.Source), m.Name, m.identity()} }

func (m *Metric) identity() any {
	if m.stranger == nil {
		return m.value
	}
	return m.stranger.identity
}

// is reports whether the metric is what its source has given. It reads nothing that
// changes, and runs no code of others.
func (m *Metric) is(name string, metric any) bool {
	return m.Name == name && m.identity() == identity(metric)
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
	var m *Metric
	if kind := ownKind(value); kind != Unknown && !metrics.RunsUserCode(value) {
		m = newOwn(k.name, value, kind)
	} else {
		m = newStranger(k, value, kind)
	}
	m.Source, m.Description = int32(k.source), &noDescription
	m.dropped = r.drop != nil && r.drop(k.name)
	return m
}

// newOwn makes the metric of an instrument of ours, in one place with all that it needs.
// Counters and gauges, of which there may be very many, have no statistics.
func newOwn(name string, value any, kind Kind) *Metric {
	if kind == Counter || kind == Gauge {
		all := new(struct {
			Metric
			values Values
			origin problem.Origin
		})
		all.set(name, value, kind, &all.values, &all.origin, &noStatistics)
		return &all.Metric
	}
	all := new(struct {
		Metric
		values     Values
		origin     problem.Origin
		statistics metrics.Statistics
	})
	all.set(name, value, kind, &all.values, &all.origin, &all.statistics)
	return &all.Metric
}

func (m *Metric) set(name string, value any, kind Kind, v *Values, o *problem.Origin, s *metrics.Statistics) {
	o.Name, o.Of = name, value.(instrument)
	v.Stats = s
	m.Name, m.Origin, m.Kind, m.Values, m.value = name, o, kind, v, value
}

// instrument is what all of ours are.
type instrument interface{ Labels() metrics.Labels }

// newStranger makes the metric of a value that is not ours, or that runs code of others.
// Those that are not ours are asked for labels when they are read.
func newStranger(k key, value any, kind Kind) *Metric {
	s := &stranger{identity: k.identity, standsIn: value, guarded: true, shape: shape{kind: kind}}
	if kind == Unknown {
		s.shape = shapeOf(value)
	}
	m := &Metric{Name: k.name, Kind: s.shape.kind, value: value, stranger: s}
	s.never = isNeverIdle(value, m.Kind)
	m.Origin = &problem.Origin{Name: k.name}
	if check, is := value.(*metrics.StandardHealthcheck); is && check != nil || kind != Unknown {
		m.Origin.Of, s.labeled = value.(instrument), true
	}
	m.Values = m.newValues()
	return m
}

// otherLabels are the labels of a metric that is not ours.
type otherLabels struct{ naming.Pairs }

// Labels returns a new map.
func (l otherLabels) Labels() metrics.Labels { return l.Map() }

// resets reports whether reading the metric empties it.
func (m *Metric) resets() bool { return m.stranger != nil && m.stranger.shape.resets }

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
