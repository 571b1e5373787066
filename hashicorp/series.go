package hashicorp

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	gometrics "github.com/hashicorp/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// target is where the values of an entry go. The zero target leaves them out.
type target[M metrics.Instrument] struct {
	vec    *vec[M]
	values []string // of the vec's labels
	scale  scale
}

// instrument returns what records, which is registered if it is new or was
// unregistered: a Vec notices, and an instrument that was kept here would not.
func (t *target[M]) instrument() M {
	if t.vec == nil {
		return *new(M) // does nothing
	}
	return t.vec.With(t.values...)
}

// labels returns the labels of the target's series.
func (t *target[M]) labels() metrics.Labels {
	labels := metrics.Labels{}
	for i, name := range t.vec.labels {
		labels[name] = t.values[i]
	}
	return labels
}

// lookup returns where a series records.
func lookup[M metrics.Instrument](s *Sink, t *table[M], key []string, labels []gometrics.Label) *target[M] {
	hash := hashOf(key, labels)
	if e := t.find(hash, key, labels); e != nil {
		return &e.target
	}
	return add(s, t, hash, key, labels)
}

var (
	errNoName      = errors.New("the key has no text")
	errNoLabelName = errors.New("a label has no name")
	errTooMany     = errors.New("there are as many series as Config.MaxSeries allows")
)

// other is the value of each label of what is beyond Config.MaxSeries.
const other = "other"

// add is lookup for what is not in the table.
func add[M metrics.Instrument](s *Sink, t *table[M], hash uint64, key []string, labels []gometrics.Label) *target[M] {
	e := &entry[M]{hash: hash}
	e.key, e.labels = clone(key, labels)
	rule, name := s.ruleFor(e.key)
	if rule.Drop {
		return insert(s, t, e, nil, nil)
	}
	if strings.Trim(name, ".") == "" {
		s.reports.Once(name, "left out", errNoName)
		return insert(s, t, e, nil, nil)
	}
	set := rule.captured(e.key)
	for _, label := range e.labels {
		switch {
		case label.Name == "":
			s.reports.Once(name, "label left out", errNoLabelName)
		case !slices.Contains(rule.captures, label.Name):
			set[label.Name] = label.Value // the last of a name, as in go-metrics' sink for Prometheus
		}
	}
	f := familyOf[M](s, name, rule)
	if f == nil {
		s.reports.Once(name, "left out", errTooMany)
		return &target[M]{}
	}
	return insert(s, t, e, f, set)
}

// insert publishes the entry with its target in the family, nil for none, and returns
// the target; unless another goroutine was first. If there are too many series already,
// the entry is not kept and its labels lose their values.
func insert[M metrics.Instrument](
	s *Sink, t *table[M], e *entry[M], f *family[M], set metrics.Labels,
) *target[M] {
	s.mutex.Lock()
	if there := t.find(e.hash, e.key, e.labels); there != nil {
		s.mutex.Unlock()
		return &there.target
	}
	full := s.full()
	if f != nil {
		e.target = f.target(s.registry, set, full)
	}
	if !full {
		t.insert(e)
	}
	s.mutex.Unlock()
	if full && f != nil {
		s.reports.Once(f.name, "labels lose their values", errTooMany)
	}
	return &e.target
}

// full reports whether no series may be added. Hold the lock.
func (s *Sink) full() bool {
	return s.limit >= 0 && s.counters.count+s.gauges.count+s.samples.count >= s.limit
}

// forget is Sink.Forget for one type of instrument.
func forget[M metrics.Instrument](s *Sink, t *table[M], match func(string, metrics.Labels) bool) (count int) {
	forgotten := map[*entry[M]]bool{}
	t.each(func(e *entry[M]) {
		if e.target.vec != nil && match(e.target.vec.family.name, e.target.labels()) {
			forgotten[e] = true
		}
	})
	if len(forgotten) == 0 {
		return 0
	}
	s.mutex.Lock()
	t.rebuild(func(e *entry[M]) bool { return !forgotten[e] })
	s.mutex.Unlock()
	for e := range forgotten {
		if metrics.UnregisterSeries(e.target.vec.family.name, s.registry, e.target.labels()) {
			count++ // once for a series that has entries for its labels in several orders
		}
	}
	return count
}

// family is what all series of one name and type have in common.
type family[M metrics.Instrument] struct {
	name  string
	unit  string
	scale scale
	make  func(metrics.Labels) M // nil for the registry's own
	vecs  map[string]*vec[M]     // by the names of labels; under the sink's lock
}

// vec is the series of a family whose labels have the same names.
type vec[M metrics.Instrument] struct {
	*metrics.Vec[M]
	family *family[M]
	labels []string // sorted
}

// target returns where a series of the family records; if it is one too many, together
// with others. Hold the lock.
func (f *family[M]) target(r metrics.Registry, set metrics.Labels, full bool) target[M] {
	labels := slices.Sorted(maps.Keys(set))
	key := fmt.Sprintf("%q", labels) // a name may have any character that could separate them
	v := f.vecs[key]
	if v == nil {
		if full {
			return target[M]{}
		}
		v = &vec[M]{metrics.NewVecFunc(r, f.name, f.make, labels...), f, labels}
		f.vecs[key] = v
	}
	t := target[M]{vec: v, scale: f.scale, values: make([]string, len(labels))}
	for i, label := range labels {
		if t.values[i] = set[label]; full && set[label] != "" {
			t.values[i] = other
		}
	}
	return t
}
