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

// SinkOnce takes a snapshot of each series of DefaultRegistry in one pass, then
// calls f for each.
func SinkOnce(f func(string, any)) { DefaultRegistry.SinkOnce(f) }

// Unregister removes all series of that name from DefaultRegistry.
func Unregister(name string) { DefaultRegistry.Unregister(name) }

// GetSeries returns the series of that name and exactly these labels, or nil.
// Get in its place would give the one without labels.
//
// A registry that a user wrote may have a method GetSeries(string, Labels) any,
// which is called then; one without it is searched with Each.
func GetSeries(name string, r Registry, labels ...Labels) any {
	if r == nil {
		r = DefaultRegistry
	}
	set := newLabelSet(labels...)
	if base, prefix := resolve(r); base != nil {
		if s := base.find(base.family(prefix, name), kindNone, wantedSet(set)); s != nil {
			return s.metric
		}
		return nil
	}
	if r, ok := r.(interface{ GetSeries(string, Labels) any }); ok {
		return r.GetSeries(name, set.Labels())
	}
	var found any
	r.Each(func(other string, metric any) {
		if found == nil && other == name && labelsOf(metric).same(set) {
			found = metric
		}
	})
	return found
}

// UnregisterSeries removes the series of that name and exactly these labels, and
// leaves the others of the name. It reports whether a series was removed.
//
// A registry that a user wrote may have a method
// UnregisterSeries(string, Labels) bool, which is called then; from one without it,
// a series can be removed only if it is the only one of its name.
func UnregisterSeries(name string, r Registry, labels ...Labels) bool {
	if r == nil {
		r = DefaultRegistry
	}
	set := newLabelSet(labels...)
	if r, ok := r.(interface{ UnregisterSeries(string, Labels) bool }); ok {
		return r.UnregisterSeries(name, set.Labels())
	}
	matches, others := 0, 0
	r.Each(func(other string, metric any) {
		switch {
		case other != name:
		case labelsOf(metric).same(set):
			matches++
		default:
			others++
		}
	})
	if matches == 0 {
		return false
	}
	if others > 0 {
		reports.once(name+set.String(), "not unregistered", unable(r, name, "unregister one of several series"))
		return false
	}
	r.Unregister(name)
	return true
}
