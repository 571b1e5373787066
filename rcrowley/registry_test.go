package rcrowley_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/rcrowley"
)

type namedConstructor func() gometrics.Meter

// What a constructor would return says what to make, and it is never called.
func TestConstructorsAreNotCalled(t *testing.T) {
	var neverSet func() gometrics.Timer
	for _, test := range []struct {
		constructor any
		want        any // our instrument
	}{
		{func() gometrics.Counter { panic("called") }, metrics.Counter{}},
		{func() gometrics.Gauge { panic("called") }, metrics.Gauge{}},
		{func() gometrics.GaugeFloat64 { panic("called") }, metrics.GaugeFloat64{}},
		{func() gometrics.Histogram { panic("called") }, metrics.Histogram{}},
		{func() gometrics.Meter { panic("called") }, metrics.Meter{}},
		{func() gometrics.Timer { panic("called") }, metrics.Timer{}},
		{namedConstructor(func() gometrics.Meter { panic("called") }), metrics.Meter{}},
		{func(...string) gometrics.Counter { panic("called") }, metrics.Counter{}},
		{func() (gometrics.Histogram, error) { panic("called") }, metrics.Histogram{}},
		{neverSet, metrics.Timer{}},
	} {
		t.Run(fmt.Sprintf("%T", test.constructor), func(t *testing.T) {
			r, base := newPair()
			got := r.GetOrRegister("x", test.constructor)
			if made := instrument(got); reflect.TypeOf(made) != reflect.TypeOf(test.want) || made != base.Get("x") {
				t.Fatalf("got %T, and the registry has %T, want %T", made, base.Get("x"), test.want)
			}
			if r.GetOrRegister("x", test.constructor) != got || r.Get("x") != got {
				t.Error("asking again gives another metric")
			}
			k := kindOf(t, got)
			k.update(got, 3)
			if values := k.values(got); values[0] == 0 {
				t.Errorf("an update is not seen: %v", values)
			}
		})
	}
}

// A type of its own is what the caller expects back, and a health check can't
// be made without its function.
func TestOtherFunctionsAreCalled(t *testing.T) {
	for name, constructor := range map[string]any{
		"own type":    func() *gometrics.StandardCounter { return new(gometrics.StandardCounter) },
		"any":         func() any { return gometrics.NewCounter() },
		"healthcheck": newHealthcheck,
		"variadic":    func(...int) any { return gometrics.NewGauge() },
	} {
		r, _ := newPair()
		got := r.GetOrRegister(name, constructor)
		if kindOf(t, got) == nil || r.Get(name) != got || r.GetOrRegister(name, constructor) != got {
			t.Errorf("%s: got %v, and then %v", name, got, r.Get(name))
		}
	}
	r, _ := newPair()
	for _, impossible := range []any{func(int) any { return nil }, func() {}, (func() any)(nil), func() any { return nil }} {
		r.GetOrRegister("impossible", impossible)
		if got := r.Get("impossible"); got != nil {
			t.Errorf("%T: registered %v", impossible, got)
		}
	}
}

func TestNilMeansDefaultRegistry(t *testing.T) {
	name := t.Name()
	defer metrics.Unregister(name)
	gometrics.GetOrRegisterCounter(name, rcrowley.NewRegistry(nil)).Inc(2)
	if got := metrics.GetOrRegisterCounter(name, nil).Count(); got != 2 {
		t.Errorf("got %d, want 2", got)
	}
}

func TestTwoOverOne(t *testing.T) {
	one, base := newPair()
	two := rcrowley.NewRegistry(base)
	for _, k := range kinds {
		if k.name == "Healthcheck" {
			continue
		}
		first := one.GetOrRegister(k.name, k.constructor)
		if second := two.GetOrRegister(k.name, k.constructor); first != second {
			t.Errorf("%s: got two", k.name)
		}
		two.Unregister(k.name)
		if one.Get(k.name) != nil || one.GetOrRegister(k.name, k.constructor) == first {
			t.Errorf("%s: still there after the other has unregistered it", k.name)
		}
	}
	check := newHealthcheck()
	if err := one.Register("check", check); err != nil || two.Get("check") != check {
		t.Errorf("got %v, and %v", err, two.Get("check"))
	}
}

// Who records through the adapter gets true sums and the sample of the registry.
func TestValuesAreOurs(t *testing.T) {
	r, base := newPair(metrics.WithSample(func() metrics.Sample { return metrics.NewUniformSample(10) }))
	timer := gometrics.GetOrRegisterTimer("timer", r)
	size := getHistogram("size", r)
	for range 100_000 {
		timer.Update(time.Millisecond)
		size.Update(1)
	}
	if got := timer.Sum(); got != int64(100*time.Second) {
		t.Errorf("sum of the timer: got %v", time.Duration(got))
	}
	if got := size.Snapshot().Sum(); got != 100_000 {
		t.Errorf("sum of the histogram: got %d", got)
	}
	if got := size.Sample().Size(); got != 10 {
		t.Errorf("the sample has %d values, want the registry's 10", got)
	}
	if got := metrics.GetOrRegisterTimer("timer", base).Count(); got != 100_000 {
		t.Errorf("our timer has a count of %d", got)
	}
}

// Histograms and timers that a library asks for have buckets if the registry says
// so, whatever sample the library would have chosen.
func TestBuckets(t *testing.T) {
	r, _ := newPair(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) }))
	timer, size := gometrics.GetOrRegisterTimer("timer", r), getHistogram("size", r)
	for i := range int64(10_000) {
		timer.Update(time.Duration(i))
		size.Update(i)
	}
	if sample := instrument(size).(metrics.Histogram).Sample(); reflect.TypeOf(sample) != reflect.TypeOf(metrics.NewBucketSample(0.05)) {
		t.Errorf("the histogram has a %T", sample)
	}
	for what, s := range map[string]interface {
		Count() int64
		Sum() int64
		Percentile(float64) float64
	}{"timer": timer, "snapshot of timer": timer.Snapshot(), "histogram": size, "snapshot of histogram": size.Snapshot()} {
		if s.Count() != 10_000 || s.Sum() != 10_000*9_999/2 {
			t.Errorf("%s: got a count of %d and a sum of %d", what, s.Count(), s.Sum())
		}
		if p := s.Percentile(0.9); p < 9_000*0.95 || p > 9_000*1.05 {
			t.Errorf("%s: got %v at 0.9", what, p)
		}
	}
}

// What a library made itself is given to reporters and back to it as it is.
func TestInstancesAreKept(t *testing.T) {
	r, base := newPair()
	value := int64(7)
	instances := map[string]any{
		"counter":    gometrics.NewRegisteredCounter("counter", r),
		"gauge":      gometrics.NewRegisteredGauge("gauge", r),
		"float":      gometrics.GetOrRegisterGaugeFloat64("float", r),
		"functional": gometrics.NewRegisteredFunctionalGauge("functional", r, func() int64 { return value }),
		"histogram":  gometrics.NewRegisteredHistogram("histogram", r, gometrics.NewUniformSample(3)),
		"meter":      gometrics.NewRegisteredMeter("meter", r),
		"timer":      gometrics.NewRegisteredTimer("timer", r),
	}
	for name, want := range instances {
		if got := r.Get(name); got != want || instrument(got) != nil {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
		if base.Get(name) != nil {
			t.Errorf("%s: is in our registry", name)
		}
		if err := r.Register(name, gometrics.NewGauge()); err != gometrics.DuplicateMetric(name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for name, got := range each(r) {
		if got[0] != instances[name] {
			t.Errorf("Each %s: got %v, want %v", name, got, instances[name])
		}
	}
	if got := r.GetAll()["functional"]["value"]; got != value {
		t.Errorf("functional gauge: got %v, want %v", got, value)
	}
	if gometrics.GetOrRegisterCounter("counter", r) != instances["counter"] {
		t.Error("GetOrRegisterCounter gives another")
	}

	meter := instances["meter"].(gometrics.Meter)
	r.Unregister("meter")
	meter.Mark(1)
	if meter.Count() != 0 || r.Get("meter") != nil {
		t.Error("Unregister didn't stop a meter of rcrowley's")
	}
	r.UnregisterAll()
	instances["timer"].(gometrics.Timer).Update(1)
	if len(each(r)) != 0 {
		t.Errorf("UnregisterAll left %v", each(r))
	}
}

// An instrument of ours, or what stands for one, goes where it belongs.
func TestRegisterOurs(t *testing.T) {
	r, base := newPair()
	c := metrics.NewCounter()
	if err := r.Register("ours", c); err != nil || base.Get("ours") != c {
		t.Errorf("got %v, %v", err, base.Get("ours"))
	}
	got := r.Get("ours")
	if err := r.Register("again", got); err != nil || base.Get("again") != c || r.Get("again") != got {
		t.Errorf("under another name: got %v, %v", err, base.Get("again"))
	}
	if got := r.GetOrRegister("third", metrics.NewMeter()); kindOf(t, got).name != "Meter" || r.Get("third") != got {
		t.Errorf("got %T", got)
	}
	if err := r.Register("ours", metrics.NewMeter()); err != gometrics.DuplicateMetric("ours") {
		t.Errorf("got %v", err)
	}
}

// rcrowley's world has no labels: a name means the series without.
func TestLabelledSeries(t *testing.T) {
	r, base := newPair()
	for _, code := range []string{"200", "500"} {
		metrics.GetOrRegisterCounter("requests", base, metrics.Labels{"code": code}).Inc(1)
	}
	if r.Get("requests") != nil {
		t.Error("Get gives one of several series")
	}
	gometrics.GetOrRegisterCounter("requests", r).Inc(7)
	if got := len(each(r)["requests"]); got != 3 {
		t.Errorf("Each gives %d series, want 3", got)
	}
	all := r.GetAll()
	for key, want := range map[string]int64{"requests": 7, `requests{code="200"}`: 1, `requests{code="500"}`: 1} {
		if got := all[key]["count"]; got != want {
			t.Errorf("%s: got %v, want %d", key, got, want)
		}
	}
	r.Unregister("requests")
	if got := len(each(r)["requests"]); got != 2 {
		t.Errorf("Unregister left %d series, want the 2 with labels", got)
	}
	if err := r.Register("requests", newHealthcheck()); err != gometrics.DuplicateMetric("requests") {
		t.Errorf("another type under the name: got %v", err)
	}
	r.UnregisterAll()
	if got := len(each(r)); got != 0 {
		t.Errorf("UnregisterAll left %d", got)
	}
}

// prefixed is a prefixed registry as a user might write one.
type prefixed struct{ metrics.Registry }

func (prefixed) Prefix() string { return "kafka." }

func TestPrefix(t *testing.T) {
	base := metrics.NewRegistry()
	child := metrics.NewPrefixedChildRegistry(base, "kafka.")
	t.Run("ours", func(t *testing.T) { testPrefix(t, base, child) })
	t.Run("user's", func(t *testing.T) { testPrefix(t, base, prefixed{child}) })
}

func testPrefix(t *testing.T, base, child metrics.Registry) {
	metrics.GetOrRegisterCounter("mine", base)
	r := rcrowley.NewRegistry(child)
	c := gometrics.GetOrRegisterCounter("c", r)
	g := gometrics.NewRegisteredGauge("g", r)
	if got := namesOf(r); !slices.Equal(got, []string{"kafka.c", "kafka.g"}) {
		t.Errorf("got %q", got)
	}
	if r.Get("c") != c || r.Get("g") != g || r.GetAll()["kafka.g"] == nil {
		t.Errorf("got %v, %v, %v", r.Get("c"), r.Get("g"), r.GetAll())
	}
	if err := r.Register("g", g); err != gometrics.DuplicateMetric("kafka.g") {
		t.Errorf("got %v", err)
	}
	r.Unregister("c")
	if len(each(r)) != 1 {
		t.Errorf("Unregister left %v", each(r))
	}
	r.UnregisterAll()
	if len(each(r)) != 0 || base.Get("mine") == nil {
		t.Error("UnregisterAll removed too little or too much")
	}
}

// stubborn is a registry of the user's that takes nothing.
type stubborn struct{ metrics.Registry }

func (stubborn) Register(string, any) error    { return errors.ErrUnsupported }
func (stubborn) GetOrRegister(string, any) any { return nil }

func TestRegistryOfTheUsers(t *testing.T) {
	r := rcrowley.NewRegistry(stubborn{metrics.NewRegistry()})
	for _, k := range kinds {
		got := r.GetOrRegister(k.name, k.constructor)
		if is := kindOf(t, got); is == nil || is.name != k.name {
			t.Fatalf("%s: got %T", k.name, got)
		}
		k.update(got, 1)
	}
	if err := r.Register("check", newHealthcheck()); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	if err := r.Register("gauge", gometrics.NewGauge()); err != nil {
		t.Errorf("got %v", err)
	}
	r.Unregister("gauge")
	if got := each(r); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestUseNilMetrics(t *testing.T) {
	gometrics.UseNilMetrics = true
	defer func() { gometrics.UseNilMetrics = false }()
	r, base := newPair()
	for _, k := range kinds {
		got := r.GetOrRegister(k.name, k.constructor)
		before := k.values(got)
		k.update(got, 5)
		if !k.is(got) || !same(k.values(got), before) {
			t.Errorf("%s: %T is no no-op", k.name, got)
		}
	}
	metrics.GetOrRegisterCounter("ours", base)
	gometrics.GetOrRegisterMeter("ours", r).Mark(1)
}

func TestDescription(t *testing.T) {
	r, base := newPair()
	want := metrics.Description{Help: "Bytes sent.", Unit: "bytes"}
	if err := metrics.Describe("sent", base, want); err != nil {
		t.Fatal(err)
	}
	if got, ok := r.(*rcrowley.Registry).DescriptionOf("sent"); got != want || !ok {
		t.Errorf("got %v, %v", got, ok)
	}
	if _, ok := rcrowley.NewRegistry(stubborn{base}).(*rcrowley.Registry).DescriptionOf("sent"); ok {
		t.Error("a registry without descriptions has one")
	}
}
