package metrics

import (
	"fmt"
	"testing"
)

// wantAllocs is the budget of what recording code and flushes do all the time.
func wantAllocs(t *testing.T, what string, want float64, f func()) {
	t.Helper()
	f()
	if got := testing.AllocsPerRun(100, f); got != want {
		t.Errorf("%s: %v allocations, want %v", what, got, want)
	}
}

func TestLookupAllocs(t *testing.T) {
	base := NewRegistry()
	for prefix, r := range map[string]Registry{
		"":     base,
		"a.":   NewPrefixedChildRegistry(base, "a."),
		"a.b.": NewPrefixedChildRegistry(NewPrefixedChildRegistry(base, "a."), "b."),
	} {
		for i, labels := range []Labels{
			nil,
			{"code": "200"},
			{"code": "200", "method": "GET", "route": "/users"},
			{"code": "200", "empty": "", "method": "GET"}, // not the first shape of the family
			{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6", "g": "7"},
		} {
			what := fmt.Sprint(prefix, " ", i)
			wantAllocs(t, what+" counter", 0, func() { GetOrRegisterCounter("counter", r, labels).Inc(1) })
			wantAllocs(t, what+" histogram", 0, func() { GetOrRegisterHistogram("histogram", r, nil, labels) })
			wantAllocs(t, what+" timer", 0, func() { GetOrRegisterTimer("timer", r, labels) })
			captureLog(t)
			wantAllocs(t, what+" of another type", 0, func() { GetOrRegisterGauge("counter", r, labels).Update(1) })
		}
	}
	wantAllocs(t, "no label argument", 0, func() { GetOrRegisterCounter("counter", base) })
	wantAllocs(t, "labels made in the call", 0, func() {
		GetOrRegisterCounter("counter", base, Labels{"code": "200", "method": "POST"})
	})
	counter := GetOrRegisterCounter("counter", base)
	wantAllocs(t, "GetOrRegister", 0, func() { base.GetOrRegister("counter", counter) })
	wantAllocs(t, "Get", 0, func() { base.Get("counter") })
}

func TestVecAllocs(t *testing.T) {
	captureLog(t)
	r := NewPrefixedRegistry("a.")
	v := NewVec[Timer](r, "timer", "code", "method")
	wantAllocs(t, "With", 0, func() { v.With("200", "GET").Update(1) })
	wantAllocs(t, "With an empty value", 0, func() { v.With("200", "").Update(1) })
	wantAllocs(t, "With too few values", 0, func() { v.With("200").Update(1) })
}

func TestEachAllocs(t *testing.T) {
	r := NewPrefixedRegistry("a.")
	for i := range 100 {
		GetOrRegisterCounter("counter", r, Labels{"i": fmt.Sprint(i)})
	}
	count := 0
	f := func(string, any) { count++ }
	wantAllocs(t, "Each", 0, func() { r.Each(f) })
}
