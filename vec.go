package metrics

import (
	"fmt"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics/internal/index"
	"github.com/go-metrics-plus/metrics/internal/reports"
)

// A Vec is the series of one name whose labels have the same names and different
// values.
// Where the values change from event to event, With is the fastest way to the
// right instrument:
//
//	requests := metrics.NewVec[metrics.Counter](nil, "requests", "code", "method")
//	requests.With("200", "GET").Inc(1)
//
// All methods may be called from several goroutines at once. With takes no lock
// and allocates nothing once it has seen the values. A nil *Vec and the zero Vec
// give no-ops.
type Vec[M Instrument] struct {
	registry Registry
	name     string
	labels   []string
	sorted   []int // places in labels, in the order of their names
	misuse   error // of the constructor
	make     func(Labels) M

	mutex   sync.Mutex // for writing to the index
	index   index.Index[*vecEntry]
	outcast atomic.Pointer[M] // what With gives for wrong arguments
	bound   vecBound
}

type vecEntry struct {
	values []string
	slot   *slot
}

// NewVec returns the Vec of a name in a registry. Nothing is registered until With is
// called. If a label has no name or two have the same, this is logged once, and
// With gives an instrument that is not exported.
func NewVec[M Instrument](r Registry, name string, labels ...string) *Vec[M] {
	r = orDefault(r)
	v := &Vec[M]{registry: r, name: name, labels: slices.Clone(labels), sorted: make([]int, len(labels))}
	for i := range v.sorted {
		v.sorted[i] = i
	}
	slices.SortFunc(v.sorted, func(i, j int) int { return strings.Compare(labels[i], labels[j]) })
	same := func(i, j int) bool { return labels[i] == labels[j] }
	if len(slices.CompactFunc(slices.Clone(v.sorted), same)) < len(labels) || slices.Contains(labels, "") {
		v.misuse = fmt.Errorf("metric %s: label names %q are not distinct and not empty", reports.Printable(name), labels)
	}
	return v
}

// NewVecFunc is NewVec with a function that makes the instrument of a new series,
// given its labels, in place of the registry: for a sample of one's own choice.
//
//	sizes := metrics.NewVecFunc(nil, "upload.size", func(l metrics.Labels) metrics.Histogram {
//		return metrics.NewHistogram(metrics.NewBucketSample(0.05, 1<<10, 1<<20, 1<<30), l)
//	}, "route")
//
// The function may be called concurrently. If it panics, or returns an instrument
// with other labels, this is logged once and the registry's own is used. A nil
// function is as with NewVec.
func NewVecFunc[M Instrument](r Registry, name string, make func(Labels) M, labels ...string) *Vec[M] {
	v := NewVec[M](r, name, labels...)
	v.make = make
	return v
}

// construct makes the instrument of a series.
func (v *Vec[M]) construct(labels *labelSet, at place) (m M) {
	if v.make == nil {
		return constructorOf[M]()(labels, at)
	}
	made := false
	guard(v.name, "instrument could not be made", func() {
		m = v.make(labels.Labels())
		made = true
	})
	if made && !UseNilMetrics && !labelsOf(m).same(labels) {
		err := fmt.Errorf("metric %s: made with labels %v in place of %v",
			reports.Printable(v.name), labelsOf(m).Labels(), labels.Labels())
		reporterOf(v.registry).Once(v.name, "instrument replaced", err)
		made = false
	}
	if !made {
		m = constructorOf[M]()(labels, at)
	}
	return m
}

// With returns the instrument of the series with these values, in the order of
// the names that NewVec was given, and registers it if it is new or was removed.
// An empty value means that the series has no such label. With the wrong number
// of values the mistake is logged once, and the instrument is not exported.
//
// Over a registry that is not of this package each call asks that registry,
// since nothing else reports whether the series is still there.
func (v *Vec[M]) With(values ...string) M {
	if v == nil || v.registry == nil {
		return *new(M)
	}
	if len(values) != len(v.labels) || v.misuse != nil {
		return v.wrong(len(values))
	}
	hash := hashValues(values)
	for n := v.index.First(hash); n != nil; n = n.Next() {
		if e := n.Entry; slices.Equal(e.values, values) {
			if s := e.slot.series.Load(); s != nil {
				return s.metric.(M)
			}
		}
	}
	if UseNilMetrics {
		return *new(M)
	}
	if !v.admit(hash, values) {
		return v.shared()
	}
	return v.get(hash, slices.Clone(values))
}

// get is With for values that belong to the index and have no series there.
func (v *Vec[M]) get(hash uint64, values []string) M {
	m, slot := v.register(values)
	if slot == reserved {
		return m
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.index.Remove(hash, func(e *vecEntry) bool { return slices.Equal(e.values, values) })
	// When the index is full, what was removed from the registry goes first: a
	// Vec of short-lived series must not grow for ever.
	v.index.Insert(hash, &vecEntry{values: values, slot: slot}, (*vecEntry).occupied)
	return m
}

// register returns the series of the values, registered if it is new, and its
// slot. A registry of the user's has no slots.
func (v *Vec[M]) register(values []string) (M, *slot) {
	base, prefix := resolve(v.registry)
	if base == nil {
		return getOrRegister(v.name, v.registry, []Labels{v.labelsOf(values)}, v.construct), reserved
	}
	s := seriesOf(base, prefix+v.name, v.labelSetOf(values), v.construct)
	return s.metric.(M), s.slot
}

// labelSetOf is newLabelSet(v.labelsOf(values)) without the maps, which would cost as much
// as all else of a new series.
func (v *Vec[M]) labelSetOf(values []string) *labelSet {
	pairs := make([]labelPair, 0, len(values))
	for _, i := range v.sorted {
		if values[i] != "" {
			pairs = append(pairs, labelPair{v.labels[i], values[i]})
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	return &labelSet{pairs: pairs}
}

func (v *Vec[M]) labelsOf(values []string) Labels {
	labels := make(Labels, len(values))
	for i, value := range values {
		labels[v.labels[i]] = value
	}
	return labels
}

// wrong returns the instrument for calls that can't be right, the same for all
// of them. The first is logged.
func (v *Vec[M]) wrong(count int) M {
	if outcast := v.outcast.Load(); outcast != nil {
		return *outcast
	}
	outcast := constructorOf[M]()(nil, place{v.registry, v.name})
	if !v.outcast.CompareAndSwap(nil, &outcast) {
		return *v.outcast.Load()
	}
	err := v.misuse
	if err == nil {
		err = fmt.Errorf("metric %s: %d values for the labels %q", reports.Printable(v.name), count, v.labels)
	}
	reporterOf(v.registry).Once(v.name, "not exported, since labels are wrong", err)
	return outcast
}

// hashValues hashes values in their order.
func hashValues(values []string) (hash uint64) {
	for _, value := range values {
		high, low := bits.Mul64(hash^mixName, maphash.String(hashSeed, value)^mixValue)
		hash = high ^ low
	}
	return hash
}
