package metrics

import (
	"slices"
	"sync"
	"testing"
)

// userRegistry is a registry as users wrote them for go-metrics: a map, and
// nothing but the methods of Registry.
type userRegistry struct {
	mutex   sync.Mutex
	metrics map[string]any
}

func newUserRegistry() Registry { return &userRegistry{metrics: map[string]any{}} }

func (r *userRegistry) Each(f func(string, any)) {
	r.mutex.Lock()
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range r.metrics {
			if !yield(name) {
				return
			}
		}
	})
	r.mutex.Unlock()
	for _, name := range names {
		if m := r.Get(name); m != nil {
			f(name, m)
		}
	}
}

func (r *userRegistry) Get(name string) any {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.metrics[name]
}

func (r *userRegistry) GetAll() map[string]map[string]any { return nil }

func (r *userRegistry) GetOrRegister(name string, i any) any {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if m := r.metrics[name]; m != nil {
		return m
	}
	if f, ok := i.(func() Counter); ok {
		i = f()
	}
	r.metrics[name] = i
	return i
}

func (r *userRegistry) Register(name string, i any) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.metrics[name] != nil {
		return DuplicateMetric(name)
	}
	r.metrics[name] = i
	return nil
}

func (r *userRegistry) SinkOnce(string, any) {}
func (r *userRegistry) RunHealthchecks()     {}
func (r *userRegistry) UnregisterAll()       { r.metrics = map[string]any{} }
func (r *userRegistry) Unregister(name string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.metrics, name)
}

// wrapper is the other common kind: it embeds one.
type wrapper struct{ Registry }

// TestPrefixed does the same through prefixes over each kind of registry.
func TestPrefixed(t *testing.T) {
	for kind, base := range map[string]Registry{
		"standard": NewRegistry(), "user": newUserRegistry(), "wrapper": wrapper{NewRegistry()},
	} {
		t.Run(kind, func(t *testing.T) {
			outer := NewPrefixedChildRegistry(base, "app.")
			inner := NewPrefixedChildRegistry(outer, "db.")
			c := GetOrRegisterCounter("queries", inner)
			c.Inc(1)
			for name, r := range map[string]Registry{"app.db.queries": base, "db.queries": outer, "queries": inner} {
				if r.Get(name) != c || GetSeries(name, r) != c || GetOrRegisterCounter(name, r) != c {
					t.Errorf("%s is another one", name)
				}
			}
			if err := outer.Register("up", NewHealthcheck(nil)); err != nil {
				t.Error(err)
			}
			if err := inner.Register("queries", NewCounter()); err != DuplicateMetric("app.db.queries") {
				t.Errorf("second registration: %v", err)
			}
			g := NewGauge()
			if inner.GetOrRegister("open", g) != g {
				t.Error("gauge was not registered")
			}
			if err := base.Register("apple", NewCounter()); err != nil {
				t.Error(err)
			}
			checkUnder(t, base, "app.db.open", "app.db.queries", "app.up", "apple")
			checkUnder(t, outer, "app.db.open", "app.db.queries", "app.up")
			checkUnder(t, inner, "app.db.open", "app.db.queries")
			if !UnregisterSeries("open", inner) || UnregisterSeries("open", inner, Labels{"a": "1"}) {
				t.Error("UnregisterSeries under a prefix")
			}
			inner.UnregisterAll()
			checkUnder(t, base, "app.up", "apple")
			outer.Unregister("up")
			checkUnder(t, base, "apple")
		})
	}
}

// checkUnder looks at a registry in all ways that list it.
func checkUnder(t *testing.T, r Registry, want ...string) {
	t.Helper()
	got := listing(r)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("Each gave %q, want %q", got, want)
	}
	if _, ok := r.(*userRegistry); ok {
		return
	}
	if all := r.GetAll(); len(all) != len(want) || all[want[0]] == nil {
		t.Errorf("GetAll gave %v, want %q", all, want)
	}
}

func TestPrefixedHealthchecks(t *testing.T) {
	base := NewRegistry()
	ran := map[string]bool{}
	add := func(name string) {
		if err := base.Register(name, NewHealthcheck(func(Healthcheck) { ran[name] = true })); err != nil {
			t.Error(err)
		}
	}
	add("a.x")
	add("b.x")
	NewPrefixedChildRegistry(base, "a.").RunHealthchecks()
	if !ran["a.x"] || ran["b.x"] {
		t.Errorf("ran %v", ran)
	}
}

func TestPrefixedDefault(t *testing.T) {
	saved := DefaultRegistry
	defer func() { DefaultRegistry = saved }()
	DefaultRegistry = NewRegistry()
	c := GetOrRegisterCounter("c", NewPrefixedChildRegistry(nil, "p."))
	if Get("p.c") != c {
		t.Error("a nil parent is not DefaultRegistry")
	}
	if r := NewPrefixedRegistry("p."); GetOrRegisterCounter("c", r) == c {
		t.Error("NewPrefixedRegistry shares DefaultRegistry")
	}
}

// TestLabelsThroughWrapper shows that series are told apart behind a registry
// that knows nothing of labels.
func TestLabelsThroughWrapper(t *testing.T) {
	captureLog(t)
	base := NewRegistry()
	r := wrapper{base}
	a := GetOrRegisterCounter("x", r, Labels{"a": "1"})
	b := GetOrRegisterCounter("x", r, Labels{"a": "2"})
	if a == b || GetOrRegisterCounter("x", r, Labels{"a": "1"}) != a || GetSeries("x", r, Labels{"a": "2"}) != b {
		t.Error("series are mixed up")
	}
	if UnregisterSeries("x", r, Labels{"a": "3"}) || !UnregisterSeries("x", r, Labels{"a": "1"}) {
		t.Error("not the series asked for was removed")
	}
	if GetSeries("x", r, Labels{"a": "2"}) != b {
		t.Error("the other series was removed as well")
	}
	if !UnregisterSeries("x", r, Labels{"a": "2"}) || len(listing(base)) != 0 {
		t.Error("the only series was not removed")
	}
}
