package prometheusmetrics

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/planning"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
)

// register puts the driver into its Prometheus registry, and finds the other drivers
// that are in it, to share one account of what is exposed with them. Until then a
// scrape finds the driver empty.
func (d *Driver) register() error {
	if err := d.registerAs(placeholders.reuse(d.registerer)); err != nil {
		if err = d.registerAs(placeholders.next()); err != nil {
			return fmt.Errorf("prometheusmetrics: registering the driver: %w", err)
		}
	}
	d.registered.Store(true)
	drivers.add(d)
	d.collector.ready.Store(true)
	return nil
}

// registerAs registers the driver with a placeholder of that name.
func (d *Driver) registerAs(name string) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("registerer panicked: %v", reports.Cause(cause))
		}
	}()
	if name == "" {
		return errNoPlaceholder
	}
	d.collector = newCollector(d, name)
	return d.registerer.Register(d.collector)
}

// Unregister takes the driver out of the Prometheus registry, and reports whether it
// was in it. Its series are free then for others. Gather, Transactional and Handler
// go on working, and show what was left out because of the registry, too.
func (d *Driver) Unregister() bool {
	if d.registerer == nil || !d.registered.Swap(false) {
		return false
	}
	removed := d.unregister()
	drivers.remove(d)
	placeholders.free(d.collector.name)
	d.member.Leave()
	d.reconsider((*planning.Plan).Unregistered)
	d.reports.Tell(d.config.OnError)
	return removed
}

// unregister survives a registerer that panics, and waits for one that hangs no
// longer than for other code.
func (d *Driver) unregister() (removed bool) {
	done := make(chan bool, 1)
	go func() {
		removed := false
		defer func() {
			_ = recover()
			done <- removed
		}()
		removed = d.registerer.Unregister(d.collector)
	}()
	timer := time.NewTimer(d.config.CallTimeout)
	defer timer.Stop()
	select {
	case removed = <-done:
	case <-timer.C:
	}
	return removed
}

// allDrivers are the drivers of the process that are registered somewhere.
type allDrivers struct {
	made atomic.Uint64 // how many there have been

	mu  sync.Mutex
	all []weak.Pointer[Driver]
}

var drivers allDrivers

// add lists the driver, and has it share the account of those in the same registry.
func (a *allDrivers) add(d *Driver) {
	a.mu.Lock()
	a.all = append(a.all, weak.Make(d))
	a.mu.Unlock()
	a.made.Add(1)
	var candidates []*Driver
	for _, other := range a.others(d) {
		switch {
		case sameRegisterer(d.registerer, other.registerer):
			d.member.Join(other.member)
		case !isRegistry(d.registerer) || !isRegistry(other.registerer):
			candidates = append(candidates, other)
		}
	}
	d.joinThoseInRegistry(candidates)
}

// others lists the other drivers.
func (a *allDrivers) others(d *Driver) (others []*Driver) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = slices.DeleteFunc(a.all, func(p weak.Pointer[Driver]) bool { return p.Value() == nil })
	for _, pointer := range a.all {
		if other := pointer.Value(); other != nil && other != d {
			others = append(others, other)
		}
	}
	return others
}

func (a *allDrivers) remove(d *Driver) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = slices.DeleteFunc(a.all, func(p weak.Pointer[Driver]) bool { return p.Value() == d || p.Value() == nil })
}

// maxNestedCandidates is how many other drivers a probe looks for in the registry.
const maxNestedCandidates = 64

// findNested finds drivers of registries that have been registered in this driver's
// since, and has them share its account. Those it has not got to come next time.
func (a *allDrivers) findNested(d *Driver) {
	var candidates []*Driver
	for _, other := range a.others(d) {
		if !other.member.SharesWith(d.member) {
			candidates = append(candidates, other)
		}
	}
	if n := len(candidates); n > maxNestedCandidates {
		at := d.nestedNext % n
		d.nestedNext += maxNestedCandidates
		candidates = append(candidates[at:], candidates[:at]...)[:maxNestedCandidates]
	}
	d.joinThoseInRegistry(candidates)
}

// joinThoseInRegistry has the driver share an account with those of the others whose
// placeholders its registry has, be it through wrapping registerers: of two drivers,
// the one with the shorter prefix can find the other's. Where neither prefix is the
// beginning of the other no names can clash, and it does not matter.
func (d *Driver) joinThoseInRegistry(candidates []*Driver) {
	var names []string
	var joining []*Driver
	for _, other := range candidates {
		if rest, found := strings.CutPrefix(other.wrapping.Prefix, d.wrapping.Prefix); found {
			names, joining = append(names, rest+other.collector.name), append(joining, other)
			continue
		}
		rest, found := strings.CutPrefix(d.wrapping.Prefix, other.wrapping.Prefix)
		if !found {
			continue
		}
		name := rest + d.collector.name
		if taken, err := probing.Taken(other.registerer, []string{name}); err == nil && taken[name] {
			d.member.Join(other.member)
		}
	}
	taken, err := probing.Taken(d.registerer, names)
	for i, other := range joining {
		switch {
		case err != nil || !taken[names[i]]:
		case isRegistry(d.registerer) && isRegistry(other.registerer) &&
			!probing.Same(d.registerer, other.collector.placeholder):
			// Its registry is in this one through a wrapping registerer, which adds
			// labels that it knows nothing of: its series are others here.
		default:
			d.member.Join(other.member)
			go other.settleLosses()
		}
	}
}

// settleLosses has a driver let go what another one has the right to.
func (d *Driver) settleLosses() {
	if len(d.member.Lost()) > 0 {
		d.reconsider(func(*planning.Plan) {})
		d.reports.Tell(d.config.OnError)
	}
}

// sameRegisterer reports whether two registerers are one and the same.
func sameRegisterer(a, b prometheus.Registerer) bool {
	return reflect.TypeOf(a).Comparable() && reflect.TypeOf(b).Comparable() && a == b
}

// isRegistry reports whether the registerer is a registry itself, and no wrapping one.
// Two of them are two registries, unless one has been registered in the other.
func isRegistry(r prometheus.Registerer) bool {
	_, is := r.(*prometheus.Registry)
	return is
}

// findWrapping finds out what the registerer adds to names and labels.
func findWrapping(r prometheus.Registerer) (probing.Wrapping, error) {
	w, err := probing.FindWrapping(r)
	if err != nil {
		return w, fmt.Errorf("prometheusmetrics: registering the driver: %w", err)
	}
	naming.Sort(w.Labels)
	return w, nil
}
