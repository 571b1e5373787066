package prometheusmetrics

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"weak"
)

// register puts the driver into its Prometheus registry, and finds the other
// drivers that are in it, to share one account of what is exposed with them.
func (d *Driver) register() error {
	wrapping, err := findWrapping(d.registerer)
	if err != nil {
		return fmt.Errorf("prometheusmetrics: registering the driver: %w", err)
	}
	d.wrapping = wrapping
	if err := d.registerer.Register(d.collector); err != nil {
		return fmt.Errorf("prometheusmetrics: registering the driver: %w", err)
	}
	d.registered.Store(true)
	drivers.add(d)
	return nil
}

// Unregister takes the driver out of the Prometheus registry, and tells whether
// it was in it. Its series are free then for others. Gather, Transactional and
// Handler go on working.
func (d *Driver) Unregister() bool {
	d.flushing.Lock()
	defer d.flushing.Unlock()
	if d.registerer == nil || !d.registered.Swap(false) {
		return false
	}
	drivers.remove(d)
	removed := d.registerer.Unregister(d.collector)
	d.moveTo(newSpace())
	return removed
}

// moveTo has the driver account for its series in another space.
func (d *Driver) moveTo(space *space) {
	for _, m := range d.state.metrics {
		d.remove(m)
	}
	d.space = space
	d.build()
	d.publish()
}

// allDrivers are the drivers of the process that are registered somewhere.
type allDrivers struct {
	mu  sync.Mutex
	all []weak.Pointer[Driver]
}

var drivers allDrivers

// add lists the driver, and gives it the space of those in the same registry.
func (a *allDrivers) add(d *Driver) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = slices.DeleteFunc(a.all, func(p weak.Pointer[Driver]) bool { return p.Value() == nil })
	for _, pointer := range a.all {
		if other := pointer.Value(); other != nil && sameRegistry(d, other) {
			d.space = other.space
			break
		}
	}
	a.all = append(a.all, weak.Make(d))
}

func (a *allDrivers) remove(d *Driver) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = slices.DeleteFunc(a.all, func(p weak.Pointer[Driver]) bool { return p.Value() == d })
}

// sameRegistry tells whether two drivers are registered in one Prometheus
// registry, be it through wrapping registerers: then one of them, that with the
// shorter prefix, finds the other's placeholder taken. Where neither prefix is
// the beginning of the other, no names can clash, and it does not matter.
func sameRegistry(a, b *Driver) bool {
	if !strings.HasPrefix(b.wrapping.prefix, a.wrapping.prefix) {
		a, b = b, a
	}
	rest, found := strings.CutPrefix(b.wrapping.prefix, a.wrapping.prefix)
	if !found {
		return false
	}
	name := rest + b.collector.name
	refused, err := look(a.registerer, []string{name})
	return err == nil && refused[name]
}
