package metrics

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"
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

func TestUpdatesDoNotAllocate(t *testing.T) {
	var (
		counter  = NewCounter()
		gauge    = NewGauge()
		float    = NewGaugeFloat64()
		meter    = NewMeter()
		decaying = NewHistogram(NewExpDecaySample(100, 0.015))
		uniform  = NewHistogram(NewUniformSample(100))
		timer    = NewTimer()
		custom   = NewCustomTimer(decaying, meter)
		average  = NewEWMA1()
		start    = time.Now()
		nothing  = func() {}
	)
	for range 5000 { // until all are full
		decaying.Update(1)
		uniform.Update(1)
		timer.Update(1)
	}
	for name, update := range map[string]func(){
		"Counter.Inc":         func() { counter.Inc(1) },
		"Counter.IncFloat64":  func() { counter.IncFloat64(0.5) },
		"Counter.Dec":         func() { counter.Dec(1) },
		"Gauge.Update":        func() { gauge.Update(1) },
		"GaugeFloat64.Update": func() { float.Update(1) },
		"Meter.Mark":          func() { meter.Mark(1) },
		"Histogram.Update":    func() { decaying.Update(1) },
		"negative":            func() { decaying.Update(-1) },
		"uniform":             func() { uniform.Update(1) },
		"Timer.Update":        func() { timer.Update(1) },
		"Timer.UpdateSince":   func() { timer.UpdateSince(start) },
		"Timer.Time":          func() { timer.Time(nothing) },
		"custom timer":        func() { custom.Update(1) },
		"EWMA.Update":         func() { average.Update(1) },
		"EWMA.Tick":           func() { average.Tick() },
		"Meter.Snapshot":      func() { meter.Snapshot() },
	} {
		if got := testing.AllocsPerRun(1000, update); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

func TestReadingAgainDoesNotAllocate(t *testing.T) {
	if underRace {
		t.Skip("the race detector empties pools at random")
	}
	timer, h := NewTimer(), NewHistogram(NewUniformSample(500))
	var s, of Statistics
	ps := []float64{0.5, 0.75, 0.95, 0.99, 0.999}
	read := func() {
		timer.Update(1)
		h.Update(1)
		timer.ReadStatistics(&s, ps)
		h.ReadStatistics(&of, ps)
		_ = h.Mean() + h.Percentile(0.5)
	}
	for range 2000 {
		read()
	}
	if got := testing.AllocsPerRun(1000, read); got != 0 {
		t.Errorf("%v allocations", got)
	}

	bucketed := NewHistogram(NewBucketSample(0.05))
	for v := range int64(10_000) {
		bucketed.Update(v * v)
	}
	var buckets BucketSnapshot
	sum := 0.0
	if got := testing.AllocsPerRun(1000, func() {
		bucketed.Update(1234)
		bucketed.ReadBuckets(&buckets)
		bucketed.ReadStatistics(&s, ps)
		for index, count := range buckets.Positive() {
			sum += float64(index) * float64(count)
		}
		for bound, count := range buckets.Classic() {
			sum += bound * float64(count)
		}
	}); got != 0 {
		t.Errorf("reading buckets: %v allocations", got)
	}
}

// held returns the bytes of heap that each of what construct makes holds: the lowest
// of three measurements, since what else the process holds changes too.
func held[T any](n int, construct func() T) float64 {
	lowest := math.Inf(1)
	for range 3 {
		all := make([]T, n)
		before := heapInUse()
		for i := range all {
			all[i] = construct()
		}
		after := heapInUse()
		runtime.KeepAlive(all)
		lowest = min(lowest, math.Round((float64(after)-float64(before))/float64(n)))
	}
	return lowest
}

func TestMemory(t *testing.T) {
	skipUnderRace(t)
	fill := func() Timer {
		timer := NewTimer()
		for v := range time.Duration(10_000) {
			timer.Update(v * 7919 % 10_007)
		}
		return timer
	}
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprint("timer", i)
	}
	var registries []Registry
	made := 0
	registered := func() Timer {
		if made%len(names) == 0 {
			registries = append(registries, NewRegistry())
		}
		made++
		return GetOrRegisterTimer(names[made%len(names)], registries[len(registries)-1])
	}
	for _, test := range []struct {
		name   string
		budget float64
		got    float64
	}{
		{"counter", 32, held(10_000, func() Counter { return NewCounter() })},
		{"gauge", 32, held(10_000, func() Gauge { return NewGauge() })},
		{"meter", 160, held(10_000, func() Meter { return NewMeter() })},
		{"timer, never updated, in a registry", 600, held(10_000, registered)},
		{"timer, reservoir full", 19 << 10, held(100, fill)},
	} {
		t.Logf("%s: %.0f B", test.name, test.got)
		if test.got > test.budget {
			t.Errorf("%s: %.0f B, at most %.0f", test.name, test.got, test.budget)
		}
	}
	runtime.KeepAlive(registries)
}

// TestFirstUpdateMakesNoTables has buckets that nobody has used before, which take
// thousands of allocations to prepare.
func TestFirstUpdateMakesNoTables(t *testing.T) {
	skipUnderRace(t)
	const runs = 10
	bound := 0.123
	sample := func() Sample {
		bound += 0.001
		return NewBucketSample(0.05, -bound, bound)
	}
	for name, construct := range map[string]func() func(int64){
		"histogram": func() func(int64) { return NewHistogram(sample()).Update },
		"timer": func() func(int64) {
			timer := GetOrRegisterTimer("t", NewRegistry(WithSample(sample)))
			return func(v int64) { timer.Update(time.Duration(v)) }
		},
		"custom timer": func() func(int64) {
			timer := NewCustomTimer(NewHistogram(sample()), NewMeter())
			return func(v int64) { timer.Update(time.Duration(v)) }
		},
	} {
		for _, v := range []int64{1_234_567, -1_234_567} {
			var updates []func(int64)
			for range runs + 1 {
				updates = append(updates, construct())
			}
			i := 0
			// Those of the buckets themselves.
			if got := testing.AllocsPerRun(runs, func() { updates[i](v); i++ }); got > 5 {
				t.Errorf("%s, first value %d: %v allocations", name, v, got)
			}
		}
	}
}
