package metrics

// DefaultRegistry is what a nil Registry means, and what the functions without
// a registry work on. Set it, if at all, before anything else runs.
var DefaultRegistry Registry = NewRegistry()

// UseNilMetrics makes all constructors return no-ops, so that the cost of
// measuring can be measured. Set it before anything else runs: instruments that
// exist go on recording.
var UseNilMetrics bool

// Each calls f for each series of DefaultRegistry; see Registry.
func Each(f func(string, any)) { DefaultRegistry.Each(f) }

// Get returns the series of that name in DefaultRegistry that has no labels, or
// the only one, or nil.
func Get(name string) any { return DefaultRegistry.Get(name) }

// GetOrRegister returns the series in DefaultRegistry of that name and of the
// labels of i, an instrument or a function that makes one, and registers it if
// there is none.
func GetOrRegister(name string, i any) any { return DefaultRegistry.GetOrRegister(name, i) }

// Register adds an instrument, a snapshot or a Healthcheck to DefaultRegistry.
// The error is a DuplicateMetric, a *TypeConflictError or an
// *UnsupportedTypeError.
func Register(name string, i any) error { return DefaultRegistry.Register(name, i) }

// MustRegister is Register for the start of a program: it panics with the error.
func MustRegister(name string, i any) {
	if err := Register(name, i); err != nil {
		panic(err)
	}
}

// RunHealthchecks calls Check on all health checks of DefaultRegistry.
func RunHealthchecks() { DefaultRegistry.RunHealthchecks() }

// Unregister removes all series of that name from DefaultRegistry.
func Unregister(name string) { DefaultRegistry.Unregister(name) }

// GetSeries returns the series of that name and exactly these labels, or nil; Get
// prefers the one without labels.
//
// A registry that a user wrote may have a method GetSeries(string, Labels) any,
// which is called then. Without it, GetSeries looks into the registry of this package
// that its Get leads to, or if there is none, through what its Each shows.
func GetSeries(name string, r Registry, labels ...Labels) (metric any) {
	r = orDefault(r)
	set := newLabelSet(labels...)
	guard(name, "registry panicked", func() {
		if asked, ok := r.(interface{ GetSeries(string, Labels) any }); ok && !isOurs(r) {
			metric = asked.GetSeries(name, set.Labels())
		} else if base, prefix := reach(r); base != nil {
			metric = base.getSeries(prefix, name, set)
		} else {
			metric, _ = searchSeries(name, r, set)
		}
	})
	return metric
}

// UnregisterSeries removes the series of that name and exactly these labels, and
// leaves the others of the name. It reports whether a series was removed.
//
// A registry that a user wrote may have a method
// UnregisterSeries(string, Labels) bool, which is called then. Without it, its
// Unregister is called if the series is the only one of its name, and else the
// registry of this package that its Get leads to. If there is none, the series stays,
// and this is logged once.
func UnregisterSeries(name string, r Registry, labels ...Labels) (removed bool) {
	r = orDefault(r)
	set := newLabelSet(labels...)
	guard(name, "registry panicked", func() {
		if asked, ok := r.(interface{ UnregisterSeries(string, Labels) bool }); ok && !isOurs(r) {
			removed = asked.UnregisterSeries(name, set.Labels())
		} else {
			removed = unregisterSeries(name, r, set)
		}
	})
	return removed
}

// unregisterSeries is UnregisterSeries for a registry without a method of that name.
func unregisterSeries(name string, r Registry, set *labelSet) bool {
	base, prefix := reach(r)
	if base != nil && isOurs(r) {
		return base.unregisterSeries(prefix+name, set)
	}
	var metric any
	var only bool
	if base != nil {
		metric, only = base.getSeries(prefix, name, set), base.countSeries(prefix+name) == 1
	} else {
		metric, only = searchSeries(name, r, set)
	}
	switch {
	case metric == nil:
		return false
	case only:
		r.Unregister(name)
		return true
	case base != nil:
		return base.unregisterSeries(prefix+name, set)
	}
	problems.Once(name+set.String(), "not unregistered", unable(r, name, "unregister one of several series"))
	return false
}

// isOurs reports whether r is of this package, all the way down.
func isOurs(r Registry) bool {
	base, _ := resolve(r)
	return base != nil
}

// searchSeries looks through what a registry shows, and reports whether the series
// is the only one of its name.
func searchSeries(name string, r Registry, set *labelSet) (metric any, only bool) {
	count := 0
	r.Each(func(other string, m any) {
		if other != name {
			return
		}
		if count++; metric == nil && labelsOf(m).same(set) {
			metric = m
		}
	})
	return metric, count == 1
}
