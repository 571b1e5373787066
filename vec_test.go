package metrics

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
)

func TestVec(t *testing.T) {
	for kind, r := range map[string]Registry{
		"standard": NewRegistry(), "prefixed": NewPrefixedRegistry("p."),
		"wrapper": wrapper{NewRegistry()}, "prefixed wrapper": NewPrefixedChildRegistry(wrapper{NewRegistry()}, "p."),
	} {
		t.Run(kind, func(t *testing.T) {
			v := NewVec[Counter](r, "requests", "method", "code")
			for _, values := range [][]string{{"GET", "200"}, {"200", "GET"}, {"GET", ""}, {"", "GET"}, {"", ""}} {
				c := v.With(values...)
				c.Inc(1)
				labels := Labels{"method": values[0], "code": values[1]}
				if v.With(values...) != c || GetSeries("requests", r, labels) != c || c.Count() != 1 {
					t.Errorf("With(%q) is not the series of %v", values, labels)
				}
			}
			if got := len(listing(r)); got != 5 {
				t.Errorf("%d series, want 5", got)
			}
			r.Unregister("requests")
			c := v.With("GET", "200")
			if c.Count() != 0 || r.Get("requests") != c {
				t.Error("a removed series is not registered anew")
			}
			r.UnregisterAll()
			if c := v.With("GET", "200"); r.Get("requests") != c {
				t.Error("after UnregisterAll, a series is not registered anew")
			}
		})
	}
}

// TestVecTypes makes one of each type.
func TestVecTypes(t *testing.T) {
	r := NewRegistry()
	NewVec[Counter](r, "counter", "a").With("1").Inc(1)
	NewVec[Gauge](r, "gauge", "a").With("1").Update(1)
	NewVec[GaugeFloat64](r, "gaugefloat64", "a").With("1").Update(1)
	NewVec[Meter](r, "meter", "a").With("1").Mark(1)
	NewVec[Histogram](r, "histogram", "a").With("1").Update(1)
	NewVec[Timer](r, "timer", "a").With("1").Update(1)
	NewVec[Timer](r, "plain").With().Update(1)
	wantListing(t, r, `counter{a="1"}`, `gauge{a="1"}`, `gaugefloat64{a="1"}`, `meter{a="1"}`, `histogram{a="1"}`,
		`timer{a="1"}`, `plain`)
}

func TestVecMisuse(t *testing.T) {
	r := NewRegistry()
	for _, c := range []struct {
		names, values []string
		want          string
	}{
		{[]string{"a", "b"}, []string{"1"}, `1 values for the labels [\"a\" \"b\"]`},
		{[]string{"a", "b"}, []string{"1", "2", "3"}, `3 values for the labels`},
		{[]string{"a"}, nil, `0 values for the labels`},
		{nil, []string{"1"}, `1 values for the labels []`},
		{[]string{"a", "b", "a"}, []string{"1", "2", "3"}, `label names [\"a\" \"b\" \"a\"] are not distinct and not empty`},
		{[]string{"a", ""}, []string{"1", "2"}, `label names [\"a\" \"\"] are not distinct and not empty`},
	} {
		log := captureLog(t)
		v := NewVec[Counter](r, fmt.Sprint(c.names, c.values), c.names...)
		for range 3 {
			v.With(c.values...).Inc(1)
		}
		if got := v.With(c.values...).Count(); got != 3 {
			t.Errorf("%q: counted %d, want 3", c.names, got)
		}
		wantLog(t, log, c.want)
	}
	wantListing(t, r)

	var none *Vec[Counter]
	none.With("1").Inc(1)
	new(Vec[Counter]).With("1").Inc(1)
}

// TestVecConflict has a Vec under a name of another type; when that has gone,
// the Vec is exported.
func TestVecConflict(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry()
	GetOrRegisterGauge("x", r)
	v := NewVec[Counter](r, "x", "a")
	v.With("1").Inc(1)
	v.With("1").Inc(1)
	v.With("2").Inc(1)
	if got := v.With("1").Count(); got != 2 {
		t.Errorf("counted %d, want 2", got)
	}
	wantListing(t, r, "x")
	wantLog(t, log, "is a Gauge, can't be a Counter as well")
	r.Unregister("x")
	v.With("1").Inc(1)
	wantListing(t, r, `x{a="1"}`)

	// The same with UnregisterAll, and with a Vec of no labels.
	other, plain := NewVec[Gauge](r, "x", "a"), NewVec[Counter](r, "y")
	other.With("1").Update(1)
	plain.With().Inc(1)
	r.UnregisterAll()
	other.With("1").Update(1)
	plain.With().Inc(1)
	wantListing(t, r, `x{a="1"}`, `y`)
}

func (v *Vec[M]) entries() (n int) {
	v.index.All(func(*vecEntry) { n++ })
	return n
}

// TestVecForgets shows that a Vec of series that come and go doesn't keep them.
func TestVecForgets(t *testing.T) {
	r := NewRegistry()
	v := NewVec[Counter](r, "x", "customer")
	for i := range 2_000 {
		v.With(fmt.Sprint(i)).Inc(1)
		r.Unregister("x")
	}
	if got := v.entries(); got > 16 {
		t.Errorf("%d entries for series that are gone", got)
	}
	v = NewVec[Counter](r, "x", "customer")
	for range 5 {
		v.With("the same")
		r.Unregister("x")
	}
	if got := v.entries(); got != 1 {
		t.Errorf("%d entries for one series", got)
	}
}

// What has been unregistered takes no memory, whatever still refers to the registry
// and the Vec.
func TestVecMemoryOfWhatIsGone(t *testing.T) {
	const n = 300
	fill := func(v *Vec[Timer]) {
		for i := range n {
			timer := v.With(fmt.Sprint(i))
			for range 1028 {
				timer.Update(1)
			}
		}
	}
	for _, test := range []struct {
		name       string
		left       int
		unregister func(Registry)
	}{
		{"all", 0, func(r Registry) { r.UnregisterAll() }},
		{"by name", 0, func(r Registry) { r.Unregister("x") }},
		{"all but one", 1, func(r Registry) { unregisterFirst(r, n-1) }},
		{"half, after Each", n / 2, func(r Registry) {
			r.Each(func(string, any) {})
			unregisterFirst(r, n/2)
		}},
	} {
		r := NewRegistry()
		v := NewVec[Timer](r, "x", "a")
		before := int64(heapInUse())
		fill(v)
		full := int64(heapInUse()) - before
		test.unregister(r)
		if got, most := int64(heapInUse())-before, full*int64(test.left)/n+n*1024; got > most {
			t.Errorf("%s: %d of %d bytes are kept", test.name, got, full)
		}
		runtime.KeepAlive(v)
		runtime.KeepAlive(r)
	}
}

func unregisterFirst(r Registry, n int) {
	for i := range n {
		UnregisterSeries("x", r, Labels{"a": fmt.Sprint(i)})
	}
}

// TestVecHashCollision has two lists of values with the same hash.
func TestVecHashCollision(t *testing.T) {
	v := NewVec[Counter](NewRegistry(), "x", "a")
	wrong := newSeries(&family{}, nil, kindCounter, NewCounter(), true)
	v.index.Insert(hashValues([]string{"1"}), &vecEntry{values: []string{"2"}, slot: wrong.slot}, nil)
	if v.With("1") == wrong.metric {
		t.Error("values were not compared")
	}
}

// The function of NewVecFunc makes the instrument of each new series, and of one
// that was removed and comes again.
func TestVecFunc(t *testing.T) {
	for kind, r := range map[string]Registry{"standard": NewRegistry(), "wrapper": wrapper{NewRegistry()}} {
		t.Run(kind, func(t *testing.T) {
			v := NewVecFunc(r, "sizes", func(l Labels) Histogram { return NewHistogram(NewUniformSample(7), l) }, "route")
			for range 2 {
				h := v.With("/")
				if _, ok := h.Sample().(*UniformSample); !ok || GetSeries("sizes", r, Labels{"route": "/"}) != h {
					t.Errorf("sample %T, registered %v", h.Sample(), GetSeries("sizes", r, Labels{"route": "/"}))
				}
				r.Unregister("sizes")
			}
		})
	}
}

// A function that can't be trusted costs a line in the log, never a series.
func TestVecFuncThatFails(t *testing.T) {
	for name, make := range map[string]func(Labels) Counter{
		"panics":         func(Labels) Counter { panic("no") },
		"forgets labels": func(Labels) Counter { return NewCounter() },
		"nil":            nil,
	} {
		t.Run(name, func(t *testing.T) {
			log := captureLog(t)
			r := NewRegistry()
			v := NewVecFunc(r, name, make, "route")
			v.With("/").Inc(1)
			v.With("/a").Inc(2)
			if got := GetOrRegisterCounter(name, r, Labels{"route": "/a"}).Count(); got != 2 {
				t.Errorf("counted %d, want 2", got)
			}
			want := 1
			if make == nil {
				want = 0
			}
			if got := log.Lines(); got != want {
				t.Errorf("%d lines in the log, want %d", got, want)
			}
		})
	}
}

// TestVecLabelSet: the labels of a series are those that its values say by a map, in
// whatever order a Vec has its names.
func TestVecLabelSet(t *testing.T) {
	names := []string{"b", "c", "a"}
	v := NewVec[Counter](NewRegistry(), "x", names...)
	for _, values := range [][]string{
		{"1", "2", "3"}, {"", "2", "3"}, {"1", "", ""}, {"", "", ""}, {"3", "3", "\xff"},
	} {
		got, want := v.labelSetOf(values), newLabelSet(v.labelsOf(values))
		if !got.same(want) {
			t.Errorf("%q gives %v, want %v", values, got, want)
		}
	}
	if !slices.Equal(v.labels, []string{"b", "c", "a"}) {
		t.Errorf("the names are %q", v.labels)
	}
	if v := NewVec[Counter](NewRegistry(), "x"); v.labelSetOf(nil) != nil {
		t.Error("no names give labels")
	}
}
