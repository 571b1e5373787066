package metrics

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestSinkOnce(t *testing.T) {
	log := captureLog(t)
	for kind, r := range map[string]Registry{
		"standard": NewRegistry(), "wrapper": wrapper{NewRegistry()}, "prefixed": NewPrefixedRegistry(""),
		"prefixed wrapper": NewPrefixedChildRegistry(wrapper{NewPrefixedRegistry("")}, ""),
	} {
		t.Run(kind, func(t *testing.T) {
			GetOrRegisterCounter("x", r).Inc(1)
			r.SinkOnce("x", NewGauge(Labels{"a": "1"})) // beside a series of that name, and of another type
			r.SinkOnce("b", NewTimer().Snapshot())
			r.SinkOnce("b", NewTimer().Snapshot())
			r.SinkOnce("any", 7) // what the next reader makes of it is its own affair
			if r.Get("b") != nil || GetSeries("b", r) != nil || UnregisterSeries("b", r) || len(r.GetAll()) != 1 {
				t.Error("what was left is registered")
			}
			r.RunHealthchecks()
			r.Unregister("b")
			wantListing(t, r, "x", `x{a="1"}`, "b", "b", "any")
			wantListing(t, r, "x")
		})
	}
	wantLog(t, log)
	r := NewRegistry()
	r.SinkOnce("nothing", nil)
	r.SinkOnce("nothing", nil)
	wantListing(t, r)
	wantLog(t, log, "metric nothing: can't register a <nil>")
}

// A prefixed registry leaves metrics under its prefix, and takes those only.
func TestSinkOncePrefixed(t *testing.T) {
	base := NewRegistry()
	outer := NewPrefixedChildRegistry(base, "app.")
	inner := NewPrefixedChildRegistry(outer, "db.")
	leave := func() {
		base.SinkOnce("top", NewGauge())
		inner.SinkOnce("x", NewGauge())
		outer.SinkOnce("y", NewGauge())
	}
	leave()
	wantListing(t, inner, "app.db.x")
	wantListing(t, outer, "app.y")
	wantListing(t, base, "top")
	leave()
	wantListing(t, base, "top", "app.db.x", "app.y")
	wantListing(t, inner)
	wantListing(t, outer)
}

// What Each did not come to hand out, since its function panicked, comes next time.
func TestSinkOncePanic(t *testing.T) {
	r := NewRegistry()
	for i := range 4 {
		r.SinkOnce(fmt.Sprint(i), NewGauge())
	}
	func() {
		defer func() { _ = recover() }()
		r.Each(func(name string, _ any) {
			if name == "1" {
				r.SinkOnce("4", NewGauge())
				panic("oh")
			}
		})
	}()
	wantListing(t, r, "2", "3", "4")
	r.Each(func(string, any) { r.SinkOnce("again", NewGauge()) })
	r.SinkOnce("5", NewGauge())
	wantListing(t, r, "5")
}

// A registry that nobody reads takes no memory without end.
func TestSinkOnceLimit(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry().(*StandardRegistry)
	r.sunk.waiting = make([]namedMetric, sinkLimit-1)
	for range 3 {
		r.SinkOnce("x", NewGauge())
	}
	if got := len(r.sunk.waiting); got != sinkLimit {
		t.Errorf("%d metrics wait, want %d", got, sinkLimit)
	}
	wantLog(t, log, "a million metrics are waiting")
}

// Each metric that is left is handed out to exactly one of several readers.
func TestSinkOnceConcurrentSafe(t *testing.T) {
	base := NewRegistry()
	left := NewPrefixedChildRegistry(base, "a.")
	var writers, readers sync.WaitGroup
	var seen, done atomic.Int64
	read := func(r Registry) { r.Each(func(string, any) { seen.Add(1) }) }
	for _, r := range []Registry{base, left, base} {
		readers.Go(func() {
			for done.Load() == 0 {
				read(r)
			}
		})
	}
	for range 4 {
		writers.Go(func() {
			for range 1000 {
				left.SinkOnce("x", NewGauge())
				base.SinkOnce("b", NewGauge())
			}
		})
	}
	writers.Wait()
	done.Store(1)
	readers.Wait()
	read(base)
	if got := seen.Load(); got != 8000 {
		t.Errorf("%d metrics were handed out, want 8000", got)
	}
}

// Nobody pays for what is not used.
func TestSinkOnceAllocations(t *testing.T) {
	r := NewRegistry()
	GetOrRegisterCounter("x", r)
	var names []string
	see := func(name string, _ any) { names = append(names[:0], name) }
	r.Each(see)
	if got := testing.AllocsPerRun(100, func() { r.Each(see) }); got != 0 {
		t.Errorf("Each allocates %v times", got)
	}
	if !slices.Equal(names, []string{"x"}) {
		t.Error(names)
	}
}

// EachApart tells what was left from what is registered, through whatever lies between,
// and takes what is under the prefix only.
func TestEachApart(t *testing.T) {
	for kind, wrap := range map[string]func(Registry) Registry{
		"standard":         func(r Registry) Registry { return r },
		"prefixed":         func(r Registry) Registry { return NewPrefixedChildRegistry(r, "p.") },
		"wrapper":          func(r Registry) Registry { return wrapper{r} },
		"wrapper prefixed": func(r Registry) Registry { return wrapper{NewPrefixedChildRegistry(r, "p.")} },
		"prefixed wrapper": func(r Registry) Registry { return NewPrefixedChildRegistry(wrapper{r}, "p.") },
	} {
		t.Run(kind, func(t *testing.T) {
			base := NewRegistry()
			r := wrap(base)
			prefix := ""
			if strings.Contains(kind, "prefixed") {
				prefix = "p."
			}
			GetOrRegisterCounter("x", r)
			r.SinkOnce("y", NewGauge())
			base.SinkOnce("z", NewGauge())
			var registered, sunk []string
			for range 2 {
				EachApart(r,
					func(name string, _ any) { registered = append(registered, name) },
					func(name string, _ any) { sunk = append(sunk, name) })
			}
			left := []string{prefix + "y", "z"}
			if prefix != "" {
				left = left[:1]
			}
			if !slices.Equal(registered, []string{prefix + "x", prefix + "x"}) || !slices.Equal(sunk, left) {
				t.Errorf("registered %q, left %q, want %q", registered, sunk, left)
			}
			if got := len(listing(base)); got != 3-len(left) {
				t.Errorf("the registry gives %d metrics then", got)
			}
		})
	}
	count := 0
	user := newUserRegistry()
	GetOrRegisterCounter("x", user)
	EachApart(user, func(string, any) { count++ }, func(string, any) { t.Error("left by nobody") })
	if count != 1 {
		t.Errorf("%d metrics, want 1", count)
	}
}
