package metrics

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// listing is what Each gives, as name{labels} in its order.
func listing(r Registry) (keys []string) {
	r.Each(func(name string, metric any) { keys = append(keys, name+labelsOf(metric).String()) })
	return keys
}

func wantListing(t *testing.T, r Registry, want ...string) {
	t.Helper()
	if got := listing(r); !slices.Equal(got, want) {
		t.Errorf("registry has %q, want %q", got, want)
	}
}

func TestSeriesIdentity(t *testing.T) {
	r := NewRegistry()
	ask := func(labels ...Labels) Counter { return GetOrRegisterCounter("requests", r, labels...) }
	ask().Inc(1)
	ask(nil).Inc(1)
	ask(Labels{}).Inc(1)
	ask(Labels{"code": ""}).Inc(1)
	ask(nil, nil).Inc(1)
	ask(Labels{"code": "200", "method": "GET"}).Inc(10)
	ask(Labels{"method": "GET", "code": "200", "route": ""}).Inc(10)
	ask(Labels{"method": "GET"}, Labels{"code": "200"}).Inc(10)
	ask(Labels{"method": "GET", "code": "500"}, Labels{"code": "200"}).Inc(10)
	ask(Labels{"code": "500"}).Inc(100)
	for _, c := range []struct {
		labels Labels
		want   int64
	}{
		{nil, 5},
		{Labels{"code": "200", "method": "GET"}, 40},
		{Labels{"code": "500"}, 100},
		{Labels{"code": "404"}, 0},
	} {
		if got := ask(c.labels).Count(); got != c.want {
			t.Errorf("%v: %d, want %d", c.labels, got, c.want)
		}
	}
	wantListing(t, r, `requests`, `requests{code="200",method="GET"}`, `requests{code="500"}`, `requests{code="404"}`)
}

func TestLabelsAreCopied(t *testing.T) {
	r := NewRegistry()
	labels := Labels{"code": "200"}
	c := GetOrRegisterCounter("requests", r, labels)
	labels["code"] = "500"
	c.Labels()["code"] = "404"
	if got := c.Labels()["code"]; got != "200" {
		t.Errorf("label became %s", got)
	}
	if GetOrRegisterCounter("requests", r, Labels{"code": "200"}) != c {
		t.Error("series can't be found any more")
	}
}

func TestGet(t *testing.T) {
	r := NewRegistry()
	if got := r.Get("x"); got != nil {
		t.Errorf("empty registry gave %v", got)
	}
	a := GetOrRegisterCounter("x", r, Labels{"n": "1"})
	if got := r.Get("x"); got != a {
		t.Error("the only series is not found")
	}
	GetOrRegisterCounter("x", r, Labels{"n": "2"})
	if got := r.Get("x"); got != nil {
		t.Errorf("one of two was given: %v", got)
	}
	plain := GetOrRegisterCounter("x", r)
	if got := r.Get("x"); got != plain {
		t.Error("the series without labels is not found")
	}
	if got := GetSeries("x", r, Labels{"n": "1"}); got != a {
		t.Error("GetSeries did not find n=1")
	}
	if got := GetSeries("x", r); got != plain {
		t.Error("GetSeries did not find the one without labels")
	}
	for _, labels := range []Labels{{"n": "3"}, {"n": "1", "m": "1"}} {
		if got := GetSeries("x", r, labels); got != nil {
			t.Errorf("GetSeries(%v) = %v", labels, got)
		}
	}
	if got := GetSeries("y", r, Labels{"n": "1"}); got != nil {
		t.Errorf("GetSeries of another name = %v", got)
	}
}

func TestRegister(t *testing.T) {
	for _, metric := range []any{
		NewCounter(), NewGauge(), NewGaugeFloat64(), NewMeter(), NewHistogram(nil), NewTimer(),
		NewFunctionalGauge(func() int64 { return 1 }), NewHealthcheck(nil), NilHealthcheck{},
		Counter{}, NewCounter().Snapshot(), NewTimer().Snapshot(), NewGauge(Labels{"a": "1"}),
	} {
		r := NewRegistry()
		if err := r.Register("x", metric); err != nil {
			t.Errorf("Register(%T) = %v", metric, err)
		}
		if got := r.Get("x"); !reflect.DeepEqual(got, metric) {
			t.Errorf("Register(%T), then Get gave a %T", metric, got)
		}
		err := r.Register("x", metric)
		want := DuplicateMetric("x" + labelsOf(metric).String())
		if err != want {
			t.Errorf("second Register(%T) = %v, want %v", metric, err, want)
		}
	}
}

func TestUnregister(t *testing.T) {
	r := NewRegistry()
	for _, code := range []string{"", "200", "404", "500"} {
		GetOrRegisterCounter("a", r, Labels{"code": code}).Inc(1)
		GetOrRegisterTimer("b", r, Labels{"code": code})
	}
	if !UnregisterSeries("a", r, Labels{"code": "404"}) {
		t.Error("UnregisterSeries removed nothing")
	}
	if UnregisterSeries("a", r, Labels{"code": "404"}) || UnregisterSeries("c", r) {
		t.Error("UnregisterSeries removed what is not there")
	}
	r.Unregister("b")
	r.Unregister("c")
	wantListing(t, r, `a`, `a{code="200"}`, `a{code="500"}`)
	if !UnregisterSeries("a", r) || GetSeries("a", r) != nil {
		t.Error("UnregisterSeries did not remove the one without labels")
	}
	if c := GetOrRegisterCounter("a", r, Labels{"code": "404"}); c.Count() != 0 {
		t.Error("a series came back with its count")
	}
	wantListing(t, r, `a{code="200"}`, `a{code="500"}`, `a{code="404"}`)
	r.UnregisterAll()
	wantListing(t, r)
	if r.Get("a") != nil || GetSeries("a", r, Labels{"code": "200"}) != nil {
		t.Error("series are found after UnregisterAll")
	}
	// The type of a name is forgotten with its last series.
	if err := r.Register("a", NewGauge()); err != nil {
		t.Error(err)
	}
}

// TestEachOrder shows that the order is that of registration, whatever leaves
// in between.
func TestEachOrder(t *testing.T) {
	r := NewRegistry()
	var want []string
	for i := range 100 {
		name := fmt.Sprint("m", (i*37)%100)
		GetOrRegisterCounter(name, r)
		want = append(want, name)
		if i%3 == 2 {
			gone := want[i/2]
			r.Unregister(gone)
			want = slices.DeleteFunc(want, func(s string) bool { return s == gone })
			GetOrRegisterCounter(gone, r)
			want = append(want, gone)
		}
		wantListing(t, r, want...)
	}
}

// stoppableCheck counts how often it was stopped.
type stoppableCheck struct {
	Healthcheck
	stopped int
}

func (c *stoppableCheck) Stop() { c.stopped++ }

// UnregisterAll stops what can be stopped, and an Each that is under way sees the rest go.
func TestUnregisterAllStops(t *testing.T) {
	r := NewRegistry()
	check := &stoppableCheck{Healthcheck: NewHealthcheck(nil)}
	if err := r.Register("check", check); err != nil {
		t.Fatal(err)
	}
	GetOrRegisterCounter("a", r)
	GetOrRegisterCounter("b", r)
	var seen []string
	r.Each(func(name string, _ any) {
		seen = append(seen, name)
		r.UnregisterAll()
	})
	if check.stopped != 1 || !slices.Equal(seen, []string{"check"}) {
		t.Errorf("stopped %d times, saw %q", check.stopped, seen)
	}
}

// TestEachForgets: what was removed since the last Each takes no room.
func TestEachForgets(t *testing.T) {
	r := NewRegistry().(*StandardRegistry)
	for i := range 100 {
		GetOrRegisterCounter(fmt.Sprint(i), r)
	}
	for left := 99; left > 0; left-- {
		r.all()
		r.Unregister(fmt.Sprint(left))
		if slots := len(r.all()); slots != left {
			t.Fatalf("%d slots for %d counters", slots, left)
		}
	}
}

// TestEachWhileChanging uses the registry from the function that Each calls.
func TestEachWhileChanging(t *testing.T) {
	r := NewRegistry()
	for i := range 10 {
		GetOrRegisterCounter(fmt.Sprint(i), r)
	}
	var seen []string
	r.Each(func(name string, _ any) {
		seen = append(seen, name)
		r.Unregister("7")
		GetOrRegisterCounter("new "+name, r)
	})
	if want := []string{"0", "1", "2", "3", "4", "5", "6", "8", "9"}; !slices.Equal(seen, want) {
		t.Errorf("saw %q, want %q", seen, want)
	}
	if got := len(listing(r)); got != 18 {
		t.Errorf("%d series, want 18", got)
	}
}

func TestWithSample(t *testing.T) {
	made := 0
	r := NewRegistry(Option{}, WithSample(func() Sample { made++; return NewUniformSample(10) }))
	inner := NewPrefixedChildRegistry(NewPrefixedChildRegistry(r, "a."), "b.")
	GetOrRegisterTimer("timer", r)
	h := GetOrRegisterHistogram("histogram", inner, nil)
	NewRegisteredTimer("registered", r)
	NewVec[Histogram](inner, "vec", "code").With("200")
	if made != 4 {
		t.Errorf("the factory was called %d times, want 4", made)
	}
	for range 100 {
		h.Update(1)
	}
	if got := h.Snapshot().Sample().Size(); got != 10 {
		t.Errorf("%d values kept, want the 10 of the factory", got)
	}
	for _, factory := range []func() Sample{nil, func() Sample { return nil }, func() Sample { panic("no") }} {
		r := NewRegistry(WithSample(factory))
		timer := GetOrRegisterTimer("timer", r)
		timer.Update(1)
		if timer.Count() != 1 {
			t.Error("timer does not work")
		}
	}
}
