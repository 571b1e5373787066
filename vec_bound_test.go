package metrics

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
)

// boundedRegistries are those whose series a Vec counts by slots and by asking.
func boundedRegistries() map[string]Registry {
	return map[string]Registry{
		"standard": NewRegistry(), "prefixed": NewPrefixedRegistry("p."), "wrapper": wrapper{NewRegistry()},
	}
}

func TestMaxChildren(t *testing.T) {
	for kind, r := range boundedRegistries() {
		t.Run(kind, func(t *testing.T) {
			log := captureLog(t)
			v := NewVec[Counter](r, "x", "customer", "plan").MaxChildren(3)
			for round := range 3 {
				for i := range 10 {
					v.With(strconv.Itoa(i), "basic").Inc(1)
				}
				other := v.With("9", "basic")
				if got, want := other.Count(), int64(7*(round+1)); got != want {
					t.Errorf("round %d: the shared series counted %d, want %d", round, got, want)
				}
				if GetSeries("x", r, Labels{"customer": "other", "plan": "other"}) != other {
					t.Errorf("round %d: the shared series is not that of other", round)
				}
				if got := v.With("0", "basic").Count(); got != int64(round+1) {
					t.Errorf("round %d: a series from before the limit counted %d", round, got)
				}
			}
			if got := len(listing(r)); got != 4 {
				t.Errorf("%d series, want 4", got)
			}
			if got := log.Lines(); got != 1 {
				t.Errorf("%d lines in the log, want 1:\n%s", got, log)
			}
			wantLog(t, log, `metric x: more than 3 series of the labels [\"customer\" \"plan\"]; others share one`)
		})
	}
}

// What is removed makes room, whether all goes or single series.
func TestMaxChildrenAfterRemoval(t *testing.T) {
	for kind, r := range boundedRegistries() {
		t.Run(kind, func(t *testing.T) {
			captureLog(t)
			const limit = 4
			v := NewVec[Counter](r, "x", "customer").MaxChildren(limit)
			fill := func(from int) {
				for i := range 2 * limit {
					v.With(strconv.Itoa(from + i)).Inc(1)
				}
			}
			fill(0)
			r.Unregister("x")
			fill(100)
			for _, name := range []string{"100", "103", "other"} {
				if GetSeries("x", r, Labels{"customer": name}) == nil {
					t.Errorf("after all were removed, there is no series of %q", name)
				}
			}
			UnregisterSeries("x", r, Labels{"customer": "101"})
			UnregisterSeries("x", r, Labels{"customer": "102"})
			for i := range limit + 2 {
				v.With(strconv.Itoa(200 + i)).Inc(1)
			}
			names := 0
			for i := range limit + 2 {
				if GetSeries("x", r, Labels{"customer": strconv.Itoa(200 + i)}) != nil {
					names++
				}
			}
			if names != 2 {
				t.Errorf("%d new series where two were removed", names)
			}
			if got := len(listing(r)); got != limit+1 {
				t.Errorf("%d series, want %d", got, limit+1)
			}
		})
	}
}

// A series whose values are those of the shared one is the shared one.
func TestMaxChildrenNamedOther(t *testing.T) {
	captureLog(t)
	r := NewRegistry()
	v := NewVec[Counter](r, "x", "a").MaxChildren(1)
	v.With("other").Inc(1)
	v.With("1").Inc(10)
	v.With("2").Inc(100)
	if got := v.With("other").Count(); got != 101 {
		t.Errorf("counted %d, want 101", got)
	}
	wantListing(t, r, `x{a="other"}`, `x{a="1"}`)
	plain := NewVec[Counter](r, "y").MaxChildren(1)
	plain.With().Inc(1)
	if got := GetOrRegisterCounter("y", r).Count(); got != 1 {
		t.Errorf("without labels: counted %d, want 1", got)
	}
}

// The limit can be changed and taken away.
func TestMaxChildrenChanges(t *testing.T) {
	captureLog(t)
	r := NewRegistry()
	v := NewVec[Counter](r, "x", "a")
	for i := range 5 {
		v.With(strconv.Itoa(i))
	}
	v.MaxChildren(2).With("5")
	if got := len(listing(r)); got != 6 {
		t.Errorf("%d series, want the five from before the limit and the shared one", got)
	}
	v.MaxChildren(6).With("6")
	v.MaxChildren(0)
	for i := range 5 {
		v.With(strconv.Itoa(10 + i))
	}
	if got := len(listing(r)); got != 12 {
		t.Errorf("%d series, want 12", got)
	}
	var none *Vec[Counter]
	none.MaxChildren(1).With("1").Inc(1)
	new(Vec[Counter]).MaxChildren(1).With("1").Inc(1)
}

func TestMaxChildrenConcurrentSafe(t *testing.T) {
	captureLog(t)
	const limit, workers, calls = 8, 8, 2_000
	r := NewRegistry()
	v := NewVec[Counter](r, "x", "a").MaxChildren(limit)
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for i := range calls {
				v.With(strconv.Itoa((i*7 + worker) % 50)).Inc(1)
			}
		})
	}
	all.Wait()
	var total int64
	r.Each(func(_ string, metric any) { total += metric.(Counter).Count() })
	if total != workers*calls {
		t.Errorf("counted %d, want %d", total, workers*calls)
	}
	if got := len(listing(r)); got != limit+1 {
		t.Errorf("%d series, want %d", got, limit+1)
	}
}

func TestMaxChildrenAllocations(t *testing.T) {
	captureLog(t)
	v := NewVec[Counter](NewRegistry(), "x", "a", "b").MaxChildren(10)
	values := make([]string, 100)
	for i := range values {
		values[i] = fmt.Sprint("value ", i)
		v.With(values[i], "b")
	}
	i := 0
	if got := testing.AllocsPerRun(1000, func() {
		v.With(values[i%len(values)], "b").Inc(1)
		i++
	}); got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
}

func BenchmarkVecBeyondMaxChildren(b *testing.B) {
	v := NewVec[Counter](NewRegistry(), "x", "a", "b").MaxChildren(2000)
	values := make([]string, 10_000)
	for i := range values {
		values[i] = fmt.Sprint("value ", i)
		v.With(values[i], "b")
	}
	i := 0
	for b.Loop() {
		v.With(values[i%len(values)], "b").Inc(1)
		i++
	}
}
