package metrics

import "testing"

// A registry of the user's around a prefixed one, and prefixed ones around that,
// find by labels what they register, and list and clear it.
func TestWrapperOfPrefixed(t *testing.T) {
	base := NewRegistry()
	r := wrapper{NewPrefixedChildRegistry(base, "a.")}
	over := NewPrefixedChildRegistry(r, "b.")
	around := NewPrefixedChildRegistry(wrapper{over}, "c.")
	GetOrRegisterCounter("other", base)
	code := func(code string) Labels { return Labels{"code": code} }
	for full, r := range map[string]Registry{"a.x": r, "a.b.x": over, "a.b.c.x": around} {
		ok, failed := GetOrRegisterCounter("x", r, code("200")), GetOrRegisterCounter("x", r, code("500"))
		plain := GetOrRegisterCounter("x", r)
		if GetSeries("x", r, code("200")) != ok || GetSeries("x", r, code("500")) != failed || GetSeries("x", r) != plain {
			t.Errorf("%s: GetSeries does not find what was registered", full)
		}
		if GetSeries("x", r, code("404")) != nil || GetSeries(full, r) != nil {
			t.Errorf("%s: GetSeries finds what is not there", full)
		}
		if GetSeries(full, base, code("200")) != ok {
			t.Errorf("%s: not under the full name", full)
		}
		if UnregisterSeries("x", r, code("404")) || !UnregisterSeries("x", r, code("500")) || !UnregisterSeries("x", r) {
			t.Errorf("%s: UnregisterSeries", full)
		}
		if GetSeries("x", r, code("500")) != nil || GetSeries("x", r, code("200")) != ok {
			t.Errorf("%s: UnregisterSeries removed another one", full)
		}
	}
	want := map[string]bool{`a.x{code="200"}`: true, `a.b.x{code="200"}`: true, `a.b.c.x{code="200"}`: true}
	if got := listing(r); len(got) != 3 || !want[got[0]] || !want[got[1]] || !want[got[2]] {
		t.Errorf("the wrapper lists %q", got)
	}
	wantListing(t, around, `a.b.c.x{code="200"}`)
	if got := around.(*PrefixedRegistry).Prefix(); got != "a.b.c." {
		t.Errorf("Prefix is %q", got)
	}
	if got := len(over.GetAll()); got != 2 {
		t.Errorf("%d series in GetAll, want 2", got)
	}
	ran := 0
	if err := around.Register("up", NewHealthcheck(func(Healthcheck) { ran++ })); err != nil {
		t.Error(err)
	}
	if around.RunHealthchecks(); ran != 1 {
		t.Errorf("the health check ran %d times", ran)
	}
	around.UnregisterAll()
	wantListing(t, around)
	over.UnregisterAll()
	wantListing(t, base, "other", `a.x{code="200"}`)
}

// What a wrapper does about registering and walking is respected.
func TestWrapperIsRespected(t *testing.T) {
	base := NewRegistry()
	r := &counting{Registry: base}
	GetOrRegisterCounter("x", r, Labels{"a": "1"})
	if !UnregisterSeries("x", r, Labels{"a": "1"}) || r.unregistered != 1 {
		t.Error("Unregister was not asked for the only series of a name")
	}
	r.hide = true
	GetOrRegisterCounter("x", r)
	wantListing(t, NewPrefixedChildRegistry(r, ""))
}

// counting is a wrapper that overrides methods.
type counting struct {
	Registry
	unregistered int
	hide         bool
}

func (r *counting) Unregister(name string) { r.unregistered++; r.Registry.Unregister(name) }

func (r *counting) Each(f func(string, any)) {
	if !r.hide {
		r.Registry.Each(f)
	}
}

// A wrapper's histograms get the sample of the registry inside.
func TestWrapperWithSample(t *testing.T) {
	r := wrapper{NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) }))}
	if _, ok := GetOrRegisterTimer("t", r).Sample().(*BucketSample); !ok {
		t.Error("the timer has another sample")
	}
	if _, ok := GetOrRegisterTimer("t", NewPrefixedChildRegistry(r, "p.")).Sample().(*BucketSample); !ok {
		t.Error("the timer under a prefix has another sample")
	}
}

// Nil pointers to registries mean DefaultRegistry, as nil does, and those of
// users' types cost nobody anything but a line in the log.
func TestNilRegistries(t *testing.T) {
	saved := DefaultRegistry
	defer func() { DefaultRegistry = saved }()
	DefaultRegistry = NewRegistry()
	log := captureLog(t)
	for _, r := range []Registry{nil, (*StandardRegistry)(nil), (*PrefixedRegistry)(nil)} {
		labels := Labels{"a": "1"}
		c := GetOrRegisterCounter("x", r, labels)
		if GetSeries("x", r, labels) != c || NewVec[Counter](r, "x", "a").With("1") != c || GetSeries("x", nil, labels) != c {
			t.Errorf("%T is not DefaultRegistry", r)
		}
		if GetSeries("y", r) != nil || UnregisterSeries("y", r) || !UnregisterSeries("x", r, labels) {
			t.Errorf("%T: series are mixed up", r)
		}
		NewRegisteredTimer("t", NewPrefixedChildRegistry(r, "p."))
		if Get("p.t") == nil || Describe("x", r, Description{}) != nil ||
			WriteOnce(r, discard{}) != nil || WriteJSONOnce(r, discard{}) != nil {
			t.Errorf("%T is not DefaultRegistry everywhere", r)
		}
		Unregister("p.t")
	}
	wantLog(t, log)
	var r *counting
	GetOrRegisterCounter("x", r).Inc(1)
	NewRegisteredCounter("x", r).Inc(1)
	if GetSeries("x", r) != nil || UnregisterSeries("x", r) {
		t.Error("a nil pointer holds a series")
	}
	if GetSeries("x", (*StandardRegistry)(nil)) != nil || (*StandardRegistry)(nil).GetSeries("x", nil) != nil {
		t.Error("found what is not there")
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
