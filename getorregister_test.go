package metrics

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestGetOrRegister(t *testing.T) {
	r := NewRegistry()
	c := NewCounter(Labels{"a": "1"})
	check := NewHealthcheck(nil)
	for _, step := range []struct {
		name string
		give any
		want any // nil: whatever was made
	}{
		{"c", c, c},
		{"c", NewCounter(Labels{"a": "1"}), c},
		{"c", func() Counter { return NewCounter(Labels{"a": "1"}) }, c},
		{"c", func() any { return NewCounter(Labels{"a": "1"}) }, c},
		{"c", nil, c},
		{"h", check, check},
		{"h", func() Healthcheck { return NewHealthcheck(nil) }, check},
		{"h", func() *StandardHealthcheck { return new(StandardHealthcheck) }, check},
	} {
		if got := r.GetOrRegister(step.name, step.give); got != step.want {
			t.Errorf("GetOrRegister(%s, %T) = %v, want %v", step.name, step.give, got, step.want)
		}
	}
	plain := r.GetOrRegister("c", NewCounter).(Counter)
	if plain == c || r.GetOrRegister("c", NewCounter) != any(plain) || GetOrRegisterCounter("c", r) != plain {
		t.Error("NewCounter does not stand for the series without labels")
	}
	wantListing(t, r, `c{a="1"}`, `h`, `c`)
}

// TestGetOrRegisterConstructors passes all of this package's constructors, as
// code for go-metrics does.
func TestGetOrRegisterConstructors(t *testing.T) {
	r := NewRegistry()
	for name, constructor := range map[string]any{
		"counter": NewCounter, "gauge": NewGauge, "gaugefloat64": NewGaugeFloat64, "meter": NewMeter, "timer": NewTimer,
		"histogram": func() Histogram { return NewHistogram(NewUniformSample(10)) },
		"function":  func() Gauge { return NewFunctionalGauge(func() int64 { return 7 }) },
	} {
		if got := r.GetOrRegister(name, constructor); got != r.Get(name) || r.GetOrRegister(name, constructor) != got {
			t.Errorf("%s is not registered", name)
		}
	}
}

func TestGetOrRegisterMisuse(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry()
	var none func() Counter
	for _, c := range []struct {
		name       string
		give, want any
	}{
		{"nil", nil, nil},
		{"int", 3, 3},
		{"func() int", func() int { return 3 }, 3},
		{"nil func", none, Counter{}},
		{"needs arguments", NewHistogram, Histogram{}},
		{"panics", func() Timer { panic("oh") }, Timer{}},
		{"panics with an error", func() (m Meter) { panic(errors.New("oh")) }, Meter{}},
	} {
		for range 3 {
			if got := r.GetOrRegister(c.name, c.give); got != c.want {
				t.Errorf("%s: got %v, want %v", c.name, got, c.want)
			}
		}
	}
	for range 3 { // functions can't be compared
		r.GetOrRegister("two results", func() (Counter, error) { return NewCounter(), nil }).(Counter).Inc(1)
		r.GetOrRegister("no result", func() {}).(func())()
		if h := r.GetOrRegister("nil check", func() Healthcheck { return nil }); h != nil {
			t.Errorf("nil health check became %v", h)
		}
	}
	wantListing(t, r)
	wantLog(t, log, `metric=nil`, `metric=int`, `metric="func() int"`,
		`metric="nil func" error="func() metrics.Counter is no constructor`,
		`is no constructor that can be called without arguments`, `panicked: oh`, `panicked: oh`,
		`metric="two results"`, `metric="no result"`, `metric="nil check"`)
}

// TestTypeConflict asks for a name as another type: the instrument works, is the
// same one each time, isn't exported, and the log has one line per type.
func TestTypeConflict(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry()
	c := GetOrRegisterCounter("x", r, Labels{"a": "1"})
	c.Inc(1)
	for _, labels := range []Labels{nil, {"a": "1"}, {"a": "2"}} {
		for i := range int64(5) {
			g := GetOrRegisterGauge("x", r, labels)
			if g.Value() != i {
				t.Errorf("%v: gauge forgot its value", labels)
			}
			g.Update(i + 1)
		}
	}
	GetOrRegisterTimer("x", r).Update(1)
	if r.GetOrRegister("x", NewTimer).(Timer).Count() != 1 {
		t.Error("GetOrRegister gave another timer")
	}
	if GetOrRegisterCounter("x", r, Labels{"a": "1"}) != c {
		t.Error("the counter was lost")
	}
	wantListing(t, r, `x{a="1"}`)
	wantLog(t, log, `is a Counter, can't be a Gauge as well`, `is a Counter, can't be a Timer as well`)

	// When the counter has gone, the name is free again.
	r.Unregister("x")
	if g := GetOrRegisterGauge("x", r, Labels{"a": "2"}); g.Value() != 0 {
		t.Error("an unexported gauge came back")
	}
	wantListing(t, r, `x{a="2"}`)
}

// TestSnapshotIsNoInstrument asks for the instrument where a snapshot is shown.
func TestSnapshotIsNoInstrument(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry()
	if err := r.Register("x", NewCounter().Snapshot()); err != nil {
		t.Fatal(err)
	}
	GetOrRegisterCounter("x", r).Inc(1)
	if got := GetOrRegisterCounter("x", r).Count(); got != 1 {
		t.Errorf("count %d, want 1", got)
	}
	if GetOrRegisterCounter("x", r, Labels{"a": "1"}).Inc(1); GetSeries("x", r, Labels{"a": "1"}) == nil {
		t.Error("another series of the name can't be registered")
	}
	wantListing(t, r, `x`, `x{a="1"}`)
	wantLog(t, log, `is a CounterSnapshot, can't be a Counter as well`)
}

func TestNewRegisteredTwice(t *testing.T) {
	log := captureLog(t)
	r := NewRegistry()
	first := NewRegisteredCounter("x", r)
	for range 3 {
		second := NewRegisteredCounter("x", r)
		second.Inc(1)
		if second.Count() != 1 || r.Get("x") != first {
			t.Error("the second counter does not work, or replaced the first")
		}
	}
	wantLog(t, log, `duplicate metric: x`)
}

// TestLogHandlerUsesRegistry lets the slog handler record, as a program does
// that counts its log lines: no lock may be held then.
func TestLogHandlerUsesRegistry(t *testing.T) {
	r := NewRegistry()
	log := captureLog(t)
	lines := handlerFunc(func() { GetOrRegisterTimer("lines", r); io.WriteString(log, "level=ERROR\n") })
	setLogHandler(t, lines)
	GetOrRegisterCounter("lines", r).Inc(1)
	GetOrRegisterGauge("lines", r) // logs, and logging asks for a Timer, and logs
	wantLog(t, log, "", "")
}

func TestUseNilMetrics(t *testing.T) {
	log := captureLog(t)
	UseNilMetrics = true
	defer func() { UseNilMetrics = false }()
	r := NewRegistry()
	for _, labels := range []Labels{nil, {"a": "1"}, {"a": "2"}} {
		GetOrRegisterCounter("c", r, labels).Inc(1)
		GetOrRegisterTimer("t", r, labels).Update(1)
		NewVec[Meter](r, "m", "a").With("1").Mark(1)
	}
	NewRegisteredGauge("g", r).Update(1)
	r.GetOrRegister("h", NewHealthcheck(func(Healthcheck) { panic("not to be called") }))
	r.RunHealthchecks()
	if c := r.Get("c"); c != (Counter{}) {
		t.Errorf("counter is %v", c)
	}
	wantListing(t, r, "c", "t", "g", "h")
	wantLog(t, log)
}

// badRegistry is what a user may get wrong.
type badRegistry struct {
	Registry
	answer func() any
}

func (r badRegistry) GetOrRegister(string, any) any { return r.answer() }
func (r badRegistry) Register(string, any) error    { return r.answer().(error) }

func TestBadRegistries(t *testing.T) {
	t.Cleanup(DefaultRegistry.UnregisterAll) // which nil registries mean
	var (
		nilStandard *StandardRegistry
		nilPrefixed *PrefixedRegistry
		nilUser     *badRegistry
	)
	for i, r := range []Registry{
		nilStandard, nilPrefixed, nilUser,
		NewPrefixedChildRegistry(nilStandard, "p"), NewPrefixedChildRegistry(nilPrefixed, "p"),
		NewPrefixedChildRegistry(nilUser, "p"),
		badRegistry{answer: func() any { return nil }},
		badRegistry{answer: func() any { return NewGauge() }},
		badRegistry{answer: func() any { panic("oh") }},
	} {
		captureLog(t)
		name := fmt.Sprint("bad", i)
		c := GetOrRegisterCounter(name, r, Labels{"a": "1"})
		c.Inc(1)
		NewRegisteredTimer(name, r).Update(1)
		NewVec[Meter](r, name, "a").With("1").Mark(1)
		if c.Count() != 1 {
			t.Errorf("%d: counter does not work", i)
		}
	}
	log := captureLog(t)
	for range 3 {
		GetOrRegisterCounter("forgetful", badRegistry{answer: func() any { return nil }})
	}
	wantLog(t, log, `returned a <nil>`)
}
