package metrics

import "fmt"

// The default sample of histograms and timers: 1028 values give the mean and
// the median of a normal distribution with an error of 5 % at a confidence of
// 99.9 %, and an alpha of 0.015 leans heavily to the last five minutes. They are
// the constants of the UNIX-era original, Coda Hale's Metrics for Java.
const (
	defaultSampleSize  = 1028
	defaultSampleAlpha = 0.015
)

// resolve returns our registry behind r, if it is one, and the prefix of names
// in it.
func resolve(r Registry) (base *StandardRegistry, prefix string) {
	if r == nil {
		r = DefaultRegistry
	}
	switch r := r.(type) {
	case *StandardRegistry:
		return r, ""
	case *PrefixedRegistry:
		if r != nil {
			return r.base, r.prefix
		}
	}
	return nil, ""
}

// defaultSample returns what a histogram or timer of r gets if none was given.
func defaultSample(r Registry) Sample {
	if base, _ := resolve(r); base != nil {
		return base.NewSample()
	}
	if r, ok := r.(interface{ NewSample() Sample }); ok {
		var s Sample
		guard("", "default sample could not be made", func() { s = r.NewSample() })
		if s != nil {
			return s
		}
	}
	return NewExpDecaySample(defaultSampleSize, defaultSampleAlpha)
}

// getOrRegister returns the series of that name and these labels as an M, and
// makes and registers it if it is not there.
func getOrRegister[M instrument](name string, r Registry, labels []Labels, construct func(*labelSet, Registry) M) M {
	base, prefix := resolve(r)
	if base != nil && len(labels) < 2 {
		var only Labels
		if len(labels) == 1 {
			only = labels[0]
		}
		var none M
		if s := base.find(kindOf(none), prefix, name, only); s != nil {
			return s.metric.(M)
		}
	}
	set := newLabelSet(labels...)
	if base == nil {
		return foreignGetOrRegister(name, r, set, construct)
	}
	return seriesOf(base, prefix+name, set, construct).metric.(M)
}

// seriesOf returns the series of that full name, made with construct if it is
// not there.
func seriesOf[M instrument](base *StandardRegistry, name string, set *labelSet, construct func(*labelSet, Registry) M) *series {
	var none M
	k := kindOf(none)
	if s := base.findSet(base.family("", name), k, set); s != nil {
		return s
	}
	m := construct(set, base)
	if any(m) == any(none) {
		// With UseNilMetrics it is a no-op without labels: one stands for all.
		set = nil
		if s := base.findSet(base.family("", name), k, nil); s != nil {
			return s
		}
	}
	return base.getOrAdd(name, set, k, m)
}

// foreignGetOrRegister asks a registry that a user wrote. Whatever it does, the
// result works.
func foreignGetOrRegister[M instrument](name string, r Registry, set *labelSet, construct func(*labelSet, Registry) M) M {
	var got any
	guard(name, "registry panicked", func() {
		got = r.GetOrRegister(name, func() M { return construct(set, r) })
	})
	if m, ok := got.(M); ok {
		return m
	}
	reports.once(name, "not exported as "+kindOf(*new(M)).String(), fmt.Errorf("registry %T returned a %T", r, got))
	return construct(set, r)
}

// newRegistered registers m. A failure is logged once; m works all the same.
func newRegistered[M any](name string, r Registry, m M) M {
	if r == nil {
		r = DefaultRegistry
	}
	base, _ := resolve(r)
	report := &reports
	if base != nil {
		report = &base.reports
	}
	guard(name, "registry panicked", func() {
		if err := r.Register(name, m); err != nil {
			report.once(name, "not registered", err)
		}
	})
	return m
}
