package metrics

import (
	"fmt"
	"slices"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// reporterOf returns where to report what concerns r.
func reporterOf(r Registry) *reports.Log {
	if base, _ := reach(r); base != nil {
		return &base.reports
	}
	return &problems
}

// getOrRegister returns the series of that name and these labels as an M, and
// makes and registers it if it is not there.
func getOrRegister[M Instrument](name string, r Registry, labels []Labels, construct func(*labelSet, place) M) M {
	if m, ok := lookup[M](name, r, labels); ok {
		return m
	}
	if UseNilMetrics && slices.ContainsFunc(labels, func(l Labels) bool { return len(l) > 0 }) {
		return *new(M) // a no-op has no labels, so that it can't stand for a series with some
	}
	set := newLabelSet(labels...)
	base, prefix := resolve(r)
	if base == nil {
		return foreignGetOrRegister(name, r, set, construct)
	}
	return seriesOf(base, prefix+name, set, construct).metric.(M)
}

// lookup is the usual case of getOrRegister: the series exists, the registry is ours,
// and there is at most one label map. It neither locks nor allocates. Callers who
// would have to make a closure for getOrRegister call it first.
func lookup[M Instrument](name string, r Registry, labels []Labels) (m M, ok bool) {
	base, prefix := resolve(r)
	if base == nil || len(labels) > 1 {
		return m, false
	}
	var only Labels
	if len(labels) == 1 {
		only = labels[0]
	}
	if s := base.lookup(kindOf(m), prefix, name, only); s != nil {
		return s.metric.(M), true
	}
	return m, false
}

// seriesOf returns the series of that full name, made with construct if it is
// not there.
func seriesOf[M Instrument](
	base *StandardRegistry, name string, set *labelSet, construct func(*labelSet, place) M,
) *series {
	var none M
	k := kindOf(none)
	w := wantedSet(set)
	if s := base.find(base.family("", name), k, w); s != nil {
		return s
	}
	return base.getOrAdd(name, w, k, construct(set, place{base, name}))
}

// foreignGetOrRegister asks a registry that a user wrote. Whatever it does, the
// result works.
func foreignGetOrRegister[M Instrument](
	name string, r Registry, set *labelSet, construct func(*labelSet, place) M,
) M {
	var got any
	guard(name, "registry panicked", func() {
		got = r.GetOrRegister(name, func() M { return construct(set, place{r, name}) })
	})
	if m, ok := got.(M); ok {
		return m
	}
	problems.Once(name, "not exported as "+kindOf(*new(M)).String(), fmt.Errorf("registry %T returned a %T", r, got))
	return construct(set, place{r, name})
}

// newRegistered registers m. A failure is logged once; m works all the same.
func newRegistered[M any](name string, r Registry, m M) M {
	r = orDefault(r)
	guard(name, "registry panicked", func() {
		if err := r.Register(name, m); err != nil {
			reporterOf(r).Once(name, "not registered", err)
		}
	})
	return m
}
