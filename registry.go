package metrics

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics/internal/index"
	"github.com/go-metrics-plus/metrics/internal/reports"
)

// A Registry holds series, each a name and a label set, and calls back for them.
// It is an interface so that programs can wrap one: a type that embeds a
// Registry and overrides a method or two works wherever a Registry is expected.
// What labels need beyond these methods are the functions GetSeries,
// UnregisterSeries and Describe.
//
// Where a function of this package takes a Registry, nil means DefaultRegistry.
type Registry interface {
	// Each calls the function for each series with the full name and the live
	// instrument, whose Labels method returns the labels, and last for what SinkOnce
	// left. The order stays the same as long as the series do. The function may
	// use the registry.
	Each(func(string, any))

	// Get returns the series of that name without labels, or the only one of
	// that name, or nil.
	Get(string) any

	// GetAll returns the values of each series under name{label="value"}. It
	// runs the health checks.
	GetAll() map[string]map[string]any

	// GetOrRegister returns the series of that name and of the labels of what
	// is given: an instrument, or a function that makes one and is called to
	// learn its type and labels. If there is no such series, what was given or
	// made is registered and returned.
	GetOrRegister(string, any) any

	// Register adds an instrument, a snapshot or a Healthcheck. The error is a
	// DuplicateMetric, a *TypeConflictError or an *UnsupportedTypeError.
	Register(string, any) error

	// SinkOnce leaves a metric that the next Each hands out once, after the
	// series, and then forgets: the last value of something short-lived, which
	// nobody will update again. It is not registered.
	SinkOnce(string, any)

	// RunHealthchecks calls Check on all health checks.
	RunHealthchecks()

	// Unregister removes all series of that name.
	Unregister(string)

	// UnregisterAll removes all series.
	UnregisterAll()
}

// StandardRegistry is what NewRegistry makes. All methods may be called from
// several goroutines at once, also from the functions that it calls back: no
// lock is held while code of its users runs. Finding a series takes no lock.
// Each follows the order of registration.
type StandardRegistry struct {
	newSample    func() Sample            // nil for the default
	newSampleFor func(_, _ string) Sample // asked first; nil for newSample
	reports      reports.Log

	// Read without a lock, changed under it:
	families index.Index[*family]
	index    index.Index[*series]    // exported ones with labels, and strays
	view     atomic.Pointer[[]*slot] // what Each walks; nil after a change

	mutex sync.Mutex
	order []*slot // exported series as they were registered
	gone  int     // how many in order have been removed

	describing   sync.RWMutex // guards descriptions, which flushes read
	descriptions map[string]Description

	sunk     sink
	captures captures       // of the runtime's statistics
	reader   atomic.Uintptr // function that Each was called with last
}

var _ Registry = (*StandardRegistry)(nil)

// An Option changes what NewRegistry makes. The zero Option changes nothing.
type Option struct{ apply func(*StandardRegistry) }

// NewRegistry returns an empty registry, a *StandardRegistry.
func NewRegistry(options ...Option) Registry {
	r := &StandardRegistry{}
	for _, option := range options {
		if option.apply != nil {
			option.apply(r)
		}
	}
	return r
}

// Each calls f for each series in the order of registration, with the live
// instrument, and then for what SinkOnce left. A series that is removed before its
// turn is left out; one that is added meanwhile may be. Nothing is allocated while
// the series stay the same.
func (r *StandardRegistry) Each(f func(string, any)) { r.eachUnder("", f) }

func (r *StandardRegistry) eachUnder(prefix string, f func(string, any)) {
	r.noticeReader(f)
	r.eachRegistered(prefix, f)
	r.eachSunk(prefix, f)
}

func (r *StandardRegistry) registered(f func(string, any)) { r.eachRegistered("", f) }

func (r *StandardRegistry) eachRegistered(prefix string, f func(string, any)) {
	for _, slot := range r.all() {
		if s := slot.series.Load(); s != nil && strings.HasPrefix(s.family.name, prefix) {
			f(s.family.name, s.metric)
		}
	}
}

// Get returns the series of that name without labels, or the only one of that
// name, or nil.
func (r *StandardRegistry) Get(name string) any {
	f := r.family("", name)
	if f == nil {
		return r.answerProbe(name)
	}
	if s := f.plain.Load(); s != nil {
		return s.metric
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(f.exported) == 1 {
		return f.exported[0].metric
	}
	return nil
}

// GetSeries returns the series of that name and exactly these labels, or nil.
func (r *StandardRegistry) GetSeries(name string, labels Labels) any {
	return GetSeries(name, r, labels)
}

func (r *StandardRegistry) getSeries(prefix, name string, set *labelSet) any {
	if s := r.find(r.family(prefix, name), kindNone, wantedSet(set)); s != nil {
		return s.metric
	}
	return nil
}

// countSeries returns how many series a name has.
func (r *StandardRegistry) countSeries(name string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if f := r.family("", name); f != nil {
		return len(f.exported)
	}
	return 0
}

// GetOrRegister returns the series of that name and of i's labels; i is what to
// register if there is none, or a function that returns it when called without
// arguments, such as NewCounter. The function is called in any case, with no
// lock held, since only its result has the labels.
//
// GetOrRegister never panics. What can't be registered comes back unregistered,
// and is logged once: an instrument of another type than the name has works, but
// isn't exported; for a function that needs arguments or panics there is a no-op
// of its result's type. For nil it returns what Get returns.
func (r *StandardRegistry) GetOrRegister(name string, i any) any {
	if i == nil {
		if there := r.Get(name); there != nil {
			return there
		}
	}
	metric, err := produce(i)
	k := kindOf(metric)
	if k == kindNone && err == nil {
		err = unsupported(name, metric)
	}
	if err != nil {
		r.reports.Once(name, "not registered", err)
		return metric
	}
	w := wantedSet(labelsOf(metric))
	if s := r.find(r.family("", name), k, w); s != nil {
		return s.metric
	}
	return r.getOrAdd(name, w, k, metric).metric
}

// Register adds an instrument, a snapshot or a Healthcheck; a snapshot is
// exposed as it is. The error is a DuplicateMetric if there is a series of that name and
// these labels, a *TypeConflictError if the name is of another type, and an
// *UnsupportedTypeError for anything else.
func (r *StandardRegistry) Register(name string, i any) error {
	k := kindOf(i)
	if k == kindNone {
		return unsupported(name, i)
	}
	_, err := r.add(name, wantedSet(labelsOf(i)), k, i, false)
	return err
}

// RunHealthchecks calls Check on all health checks, one after the other. One
// that panics becomes unhealthy, and the others run all the same.
func (r *StandardRegistry) RunHealthchecks() { runHealthchecks(r.registered) }

// Unregister removes all series of that name. Instruments that are still held
// go on working; they are just not part of the registry any more. A health
// check with a Stop method is stopped.
func (r *StandardRegistry) Unregister(name string) {
	r.mutex.Lock()
	var removed []*series
	if f := r.family("", name); f != nil {
		removed = append(removed, f.exported...)
		for _, s := range removed {
			r.remove(s)
		}
	}
	r.mutex.Unlock()
	stopAll(removed)
}

// UnregisterSeries removes the series of that name and exactly these labels,
// and reports whether there was one.
func (r *StandardRegistry) UnregisterSeries(name string, labels Labels) bool {
	return r.unregisterSeries(name, newLabelSet(labels))
}

func (r *StandardRegistry) unregisterSeries(name string, set *labelSet) bool {
	r.mutex.Lock()
	s := r.find(r.family("", name), kindNone, wantedSet(set))
	if s != nil {
		r.remove(s)
	}
	r.mutex.Unlock()
	if s == nil {
		return false
	}
	stopAll([]*series{s})
	return true
}

// UnregisterAll removes all series. Descriptions stay.
func (r *StandardRegistry) UnregisterAll() {
	r.mutex.Lock()
	var removed []*series
	for _, slot := range r.compact() {
		s := slot.series.Load()
		removed = append(removed, s)
		s.leave()
	}
	r.index.All((*series).leave) // strays, and those with labels a second time
	r.families.Clear()
	r.index.Clear()
	r.view.Store(nil)
	r.order, r.gone = nil, 0
	r.mutex.Unlock()
	stopAll(removed)
}
