package metrics

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// otherValue is the value of every label of the series that values beyond the
// limit of a Vec share.
const otherValue = "other"

// A vecBound limits the children of a Vec: the series that With has registered
// and that are still in the registry, which are those in the Vec's index.
type vecBound struct {
	limit   atomic.Int64         // 0: none
	full    atomic.Bool          // there was no room at the last look
	refused atomic.Int64         // calls since the start that found no room
	other   atomic.Pointer[slot] // of the shared series; nil until it is needed
}

// reserved is the slot of values that have a place in the index and no series yet,
// or one in a registry of the user's, which has no slots.
var reserved = new(slot)

// MaxChildren limits the series that With registers to n, and returns v. Values
// beyond it share one more series, all of whose labels have the value "other"; this
// is logged once. So a label whose values come from outside (customers, hosts,
// paths) can't fill the memory of the program and of whoever stores its metrics:
//
//	requests := metrics.NewVec[metrics.Counter](nil, "requests", "customer").MaxChildren(2000)
//
// Values that have a series keep it. Removed series make room: at once when all
// of them are removed, otherwise after at most n calls with values beyond the limit.
// Series of the same name that come from elsewhere don't count. If n is not
// positive there is no limit, as in a new Vec. MaxChildren may be called at any
// time; what exists already stays. A call with values beyond the limit allocates
// nothing, and to the others the limit adds no cost. A nil Vec is returned as it is.
func (v *Vec[M]) MaxChildren(n int) *Vec[M] {
	if v != nil {
		v.bound.limit.Store(max(0, int64(n)))
		v.bound.full.Store(false)
	}
	return v
}

// admit reports whether values that have no series in the index may get one. If
// there is a limit, they then have a place in the index.
func (v *Vec[M]) admit(hash uint64, values []string) bool {
	limit := v.bound.limit.Load()
	switch {
	case limit == 0 || v.entry(hash, values) != nil:
		return true
	case !slices.ContainsFunc(values, func(value string) bool { return value != otherValue }):
		return len(values) == 0
	case v.bound.full.Load() && v.bound.refused.Add(1)%limit != 0 && v.sharedIsThere():
		return false
	case v.reserve(hash, values, limit):
		return true
	}
	v.forgetRemoved()
	if v.reserve(hash, values, limit) {
		v.bound.full.Store(false)
		return true
	}
	v.bound.full.Store(true)
	err := fmt.Errorf("metric %s: more than %d series of the labels %q; others share one",
		reports.Printable(v.name), limit, v.labels)
	reporterOf(v.registry).Once(v.name, "too many series", err)
	return false
}

// reserve gives the values a place in the index if there is one.
func (v *Vec[M]) reserve(hash uint64, values []string, limit int64) bool {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.entry(hash, values) != nil {
		return true
	}
	if int64(v.index.Len()) >= limit {
		return false
	}
	v.index.Insert(hash, &vecEntry{values: slices.Clone(values), slot: reserved}, (*vecEntry).occupied)
	return true
}

// entry returns what the index has for the values, or nil.
func (v *Vec[M]) entry(hash uint64, values []string) *vecEntry {
	for n := v.index.First(hash); n != nil; n = n.Next() {
		if slices.Equal(n.Entry.values, values) {
			return n.Entry
		}
	}
	return nil
}

// occupied reports whether an entry must stay in the index, as far as can be told
// without asking a registry of the user's.
func (e *vecEntry) occupied() bool { return e.slot == reserved || e.slot.series.Load() != nil }

// forgetRemoved takes the entries of series that have been removed out of the
// index. It asks a registry of the user's without a lock.
func (v *Vec[M]) forgetRemoved() {
	base, _ := resolve(v.registry)
	var removed []*vecEntry
	v.index.All(func(e *vecEntry) {
		there := e.occupied()
		if there && base == nil {
			there = GetSeries(v.name, v.registry, v.labelsOf(e.values)) != nil
		}
		if !there {
			removed = append(removed, e)
		}
	})
	v.mutex.Lock()
	defer v.mutex.Unlock()
	for _, e := range removed {
		v.index.Remove(hashValues(e.values), func(other *vecEntry) bool { return other == e })
	}
}

// sharedIsThere reports whether the shared series is registered. When it is not,
// the others may have been removed with it.
func (v *Vec[M]) sharedIsThere() bool {
	other := v.bound.other.Load()
	return other != nil && (other == reserved || other.series.Load() != nil)
}

// shared returns the series of the values beyond the limit.
func (v *Vec[M]) shared() M {
	if other := v.bound.other.Load(); other != nil {
		if s := other.series.Load(); s != nil {
			return s.metric.(M)
		}
	}
	values := make([]string, len(v.labels))
	for i := range values {
		values[i] = otherValue
	}
	m, slot := v.register(values)
	v.bound.other.Store(slot)
	return m
}
