package rcrowley

import (
	"errors"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/reports"
)

// Registry is what NewRegistry makes. All methods may be called from several
// goroutines at once, also from the functions that it calls back: no lock is
// held while code of its users runs.
type Registry struct {
	base    metrics.Registry
	prefix  string // that base puts before names
	names   names
	reports reports.Log
}

var _ gometrics.Registry = (*Registry)(nil)

// NewRegistry returns a *Registry, which shows r to libraries that want a
// registry of rcrowley's. What they ask for is made in r; nil means
// metrics.DefaultRegistry as it is now. All that is made over the same r share
// its instruments, but what a library registers itself belongs to the one that
// it is registered with.
//
// To keep a library's names apart, or to protect others from its UnregisterAll,
// let r be one of metrics.NewPrefixedChildRegistry.
func NewRegistry(r metrics.Registry) gometrics.Registry {
	if r == nil {
		r = metrics.DefaultRegistry
	}
	return &Registry{base: r, prefix: prefixOf(r)}
}

// prefixOf returns what r puts before names. One of the user's may have a method
// for it, as ours has.
func prefixOf(r metrics.Registry) string {
	if r, ok := r.(interface{ Prefix() string }); ok {
		return r.Prefix()
	}
	return ""
}

// Each calls f for each metric with its full name, in an order that stays the
// same as long as the metrics do: first the instruments in r, behind rcrowley's
// interfaces, then what libraries registered themselves, as they are. The series
// of a name that has labels come one by one under that name.
//
// What stands for an instrument of ours, or for a snapshot of one, has a method
// Instrument() any, with which an exporter gets at it.
func (r *Registry) Each(f func(string, any)) {
	r.base.Each(func(name string, metric any) { f(name, adapt(metric)) })
	r.names.each(func(name string, metric any) { f(r.prefix+name, metric) })
}

// EachApart is Each for exporters: it calls registered for each metric, and sunk for
// what SinkOnce left. See metrics.EachApart.
func (r *Registry) EachApart(registered, sunk func(string, any)) {
	metrics.EachApart(r.base,
		func(name string, metric any) { registered(name, adapt(metric)) },
		func(name string, metric any) { sunk(name, adapt(metric)) })
	r.names.each(func(name string, metric any) { registered(r.prefix+name, metric) })
}

// Get returns the metric of that name, or nil. Of those in r it is the one
// without labels.
func (r *Registry) Get(name string) any {
	if there := r.names.get(name); there != nil {
		return there
	}
	return r.instrument(name)
}

// instrument returns the one in r, behind rcrowley's interface, or nil.
func (r *Registry) instrument(name string) any {
	if _, ok := r.base.(interface {
		GetSeries(string, metrics.Labels) any
	}); ok {
		return adapt(metrics.GetSeries(name, r.base))
	}
	return adapt(r.base.Get(name)) // GetSeries would go through them all
}

// GetOrRegister returns the metric of that name. If there is none, what i asks
// for is made or registered:
//
//   - A function that returns Counter, Gauge, GaugeFloat64, Histogram, Meter or
//     Timer is never called. An instrument of ours is made in r in its place, a
//     histogram or timer over the sample that r has been given with
//     metrics.WithSample.
//   - A function that returns something else is called, and its result
//     registered.
//   - Anything else is registered as by Register.
//
// If the program itself has a metric of another type in r, the result is one that
// works but is not exported, and the conflict is logged once. Among libraries the
// first wins, as with rcrowley's registry.
func (r *Registry) GetOrRegister(name string, i any) any {
	if k := constructs(i); k != kindNone {
		return r.getOrMake(name, k)
	}
	return r.getOrAdd(name, i)
}

// getOrMake returns what has the name, or else an instrument of ours. Against
// something of another type that the program has in r, it is one that r gives
// and does not export; a library must not fail on what it can't know of.
func (r *Registry) getOrMake(name string, k kind) any {
	if there := r.Get(name); there != nil {
		if kindOf(there) == k || r.names.brought(name, there) {
			return there
		}
		return obtain(name, k, r.base)
	}
	if there := r.names.reserve(name); there != nil {
		return there
	}
	defer r.names.release(name)
	made := obtain(name, k, r.base)
	if r.instrument(name) == made {
		r.names.note(name, made)
	}
	return made
}

// getOrAdd returns what has the name, or registers what is given.
func (r *Registry) getOrAdd(name string, i any) any {
	there := r.Get(name)
	if there == nil {
		i = call(i)
		err := r.Register(name, i)
		if err == nil {
			return adapt(i)
		}
		if there = r.Get(name); there == nil {
			return r.refused(name, i, err)
		}
	}
	k := kindOf(i)
	if k == kindNone || k == kindOf(there) || r.names.brought(name, there) {
		return there
	}
	r.reports.Once(name, "not exported as "+k.String(), &metrics.TypeConflictError{
		Name: r.prefix + name, Registered: kindOf(there).String(), Asked: k.String(),
	})
	return i
}

// refused returns what the caller gets for i, which could not be registered
// although nothing has the name: an instrument of that name is being made at
// this moment, or r does not take it.
func (r *Registry) refused(name string, i any, err error) any {
	if k := kindOf(i); k.isInstrument() {
		return r.getOrMake(name, k)
	}
	r.reports.Once(name, "not registered", err)
	return i
}

// Register adds a metric that the caller made, which is kept as it is: one of
// rcrowley's types here, a health check, an instrument of ours or what stands
// for one in r. The error is a gometrics.DuplicateMetric if the name is taken.
// What is no metric is not registered, and that is no error.
func (r *Registry) Register(name string, i any) error {
	i = unwrap(i)
	if kindOf(i).isInstrument() {
		if !r.names.keep(name, i, func() bool { return r.instrument(name) != nil }) {
			return gometrics.DuplicateMetric(r.prefix + name)
		}
		return nil
	}
	if r.names.reserve(name) != nil {
		return gometrics.DuplicateMetric(r.prefix + name)
	}
	defer r.names.release(name)
	err := r.registerInBase(name, i)
	if there := adapt(i); err == nil && identical(there, r.instrument(name)) {
		r.names.note(name, there)
	}
	return err
}

// registerInBase translates the errors of ours to those of rcrowley's.
func (r *Registry) registerInBase(name string, i any) error {
	err := r.base.Register(name, i)
	var duplicate metrics.DuplicateMetric
	var conflict *metrics.TypeConflictError
	var unsupported *metrics.UnsupportedTypeError
	switch {
	case errors.As(err, &duplicate), errors.As(err, &conflict):
		return gometrics.DuplicateMetric(r.prefix + name)
	case !errors.As(err, &unsupported):
		return err
	case r.instrument(name) != nil:
		return gometrics.DuplicateMetric(r.prefix + name)
	}
	return nil
}

// SinkOnce leaves a metric in r that the next Each, of this registry or of r, hands
// out once, and then forgets: see metrics.Registry. It may be of rcrowley's types
// or of ours.
func (r *Registry) SinkOnce(name string, metric any) { r.base.SinkOnce(name, unwrap(metric)) }

// RunHealthchecks calls Check on all health checks, one after the other. One
// that panics becomes unhealthy, and the others run all the same.
func (r *Registry) RunHealthchecks() { r.base.RunHealthchecks() }

// Unregister removes the metric of that name; of those in r it is the one
// without labels. What a library registered itself is stopped, if it can be. An
// instrument of ours that is still held goes on working, unseen.
func (r *Registry) Unregister(name string) {
	stop(r.names.remove(name))
	if base, ok := r.base.(interface {
		UnregisterSeries(string, metrics.Labels) bool
	}); ok {
		base.UnregisterSeries(name, nil)
	} else {
		r.base.Unregister(name)
	}
}

// UnregisterAll removes all metrics: whatever is in r, whoever made it.
func (r *Registry) UnregisterAll() {
	for _, metric := range r.names.clear() {
		stop(metric)
	}
	r.base.UnregisterAll()
}

// stop stops the goroutine, or what else there may be, of a metric that is not
// ours.
func stop(metric any) {
	if s, ok := metric.(gometrics.Stoppable); ok {
		s.Stop()
	}
}

// DescriptionOf returns what metrics.Describe has set for a full name in r, for
// exporters that ask for it.
func (r *Registry) DescriptionOf(fullName string) (d metrics.Description, ok bool) {
	if describer, is := r.base.(interface {
		DescriptionOf(string) (metrics.Description, bool)
	}); is {
		d, ok = describer.DescriptionOf(fullName)
	}
	return d, ok
}
