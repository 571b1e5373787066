package rcrowley_test

import (
	"maps"
	"slices"
	"sync"
	"testing"

	gometrics "github.com/rcrowley/go-metrics"
)

// cleanup does what the wrapper does that Sarama puts around the registry it is
// given (its cleanupRegistry, one for each broker, producer and consumer group):
// it knows the names that were asked for through it, shows only these, and
// unregisters them when the broker is closed.
type cleanup struct {
	gometrics.Registry
	mutex sync.RWMutex
	names map[string]struct{}
}

func newCleanup(parent gometrics.Registry) gometrics.Registry {
	return &cleanup{Registry: parent, names: map[string]struct{}{}}
}

func (c *cleanup) has(name string) bool {
	_, ok := c.names[name]
	return ok
}

func (c *cleanup) Each(f func(string, any)) {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	c.Registry.Each(func(name string, metric any) {
		if c.has(name) {
			f(name, metric)
		}
	})
}

func (c *cleanup) Get(name string) any {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	if !c.has(name) {
		return nil
	}
	return c.Registry.Get(name)
}

func (c *cleanup) GetOrRegister(name string, i any) any {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.names[name] = struct{}{}
	return c.Registry.GetOrRegister(name, i)
}

func (c *cleanup) Register(name string, i any) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.names[name] = struct{}{}
	return c.Registry.Register(name, i)
}

func (c *cleanup) Unregister(name string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.has(name) {
		delete(c.names, name)
		c.Registry.Unregister(name)
	}
}

func (c *cleanup) UnregisterAll() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for name := range c.names {
		delete(c.names, name)
		c.Registry.Unregister(name)
	}
}

func namesOf(r gometrics.Registry) []string { return slices.Sorted(maps.Keys(each(r))) }

// Two brokers are opened, and one is closed. The totals that both shared go with
// it, as they do with the original.
func TestSaramaWrapper(t *testing.T) {
	r, base := newPair()
	gometrics.GetOrRegisterMeter("mine", r).Mark(1)
	open := func(id string) gometrics.Registry {
		broker := newCleanup(r)
		gometrics.GetOrRegisterMeter("request-rate", broker).Mark(2)
		gometrics.GetOrRegisterMeter("request-rate-for-broker-"+id, broker).Mark(2)
		getHistogram("request-latency-in-ms-for-broker-"+id, broker).Update(7)
		return broker
	}
	one, two := open("1"), open("2")
	if got := r.Get("request-rate").(gometrics.Meter).Count(); got != 4 {
		t.Errorf("both brokers together: got %d, want 4", got)
	}
	one.UnregisterAll()
	want := []string{"mine", "request-latency-in-ms-for-broker-2", "request-rate-for-broker-2"}
	if got := namesOf(r); !slices.Equal(got, want) {
		t.Errorf("left after one was closed: %q, want %q", got, want)
	}
	if got := namesOf(two); !slices.Equal(got, want[1:]) {
		t.Errorf("left of the other: %q, want %q", got, want[1:])
	}
	if base.Get("request-rate-for-broker-1") != nil || base.Get("mine") == nil {
		t.Error("our registry has something else than the adapter")
	}

	// A new connection starts over.
	open("1")
	if got := r.Get("request-rate").(gometrics.Meter).Count(); got != 2 {
		t.Errorf("after reconnecting: got %d, want 2", got)
	}
}

func TestPrefixedChildOfRcrowleys(t *testing.T) {
	r, base := newPair()
	child := gometrics.NewPrefixedChildRegistry(gometrics.NewPrefixedChildRegistry(r, "a."), "b.")
	gometrics.GetOrRegisterCounter("c", child).Inc(3)
	gometrics.NewRegisteredGauge("g", child).Update(4)
	if got := namesOf(r); !slices.Equal(got, []string{"a.b.c", "a.b.g"}) {
		t.Errorf("got %q", got)
	}
	if base.Get("a.b.c") == nil || child.Get("g") == nil {
		t.Error("not found")
	}
	if err := child.Register("c", gometrics.NewCounter()); err != gometrics.DuplicateMetric("a.b.c") {
		t.Errorf("got %v", err)
	}
	child.Unregister("c")
	if got := namesOf(r); !slices.Equal(got, []string{"a.b.g"}) {
		t.Errorf("got %q", got)
	}

	// What doc.go warns of. Should it pass one day, take the warning out.
	defer func() {
		if recover() == nil {
			t.Error("rcrowley's child registries can do Each over any registry now")
		}
	}()
	child.Each(func(string, any) {})
}
