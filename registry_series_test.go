package metrics

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
)

// TestRegistrationConcurrent has many goroutines register and count the same
// series: each must exist once, and no count be lost.
func TestRegistrationConcurrent(t *testing.T) {
	const goroutines, names, codes, rounds = 8, 20, 5, 20
	r := NewRegistry()
	prefixed := NewPrefixedChildRegistry(r, "name")
	vec := NewVec[Meter](r, "vec", "code")
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for i := range rounds * names * codes {
				name, labels := i%names, Labels{"code": fmt.Sprint(i / names % codes)}
				if g%2 == 0 {
					GetOrRegisterCounter(fmt.Sprint("name", name), r, labels).Inc(1)
				} else {
					GetOrRegisterCounter(fmt.Sprint(name), prefixed, labels).Inc(1)
				}
				vec.With(labels["code"]).Mark(1)
			}
		})
	}
	all.Wait()
	counters := 0
	r.Each(func(name string, metric any) {
		switch m := metric.(type) {
		case Counter:
			counters++
			if m.Count() != goroutines*rounds {
				t.Errorf("%s%v counted %d, want %d", name, m.Labels(), m.Count(), goroutines*rounds)
			}
		case Meter:
			if m.Count() != goroutines*rounds*names {
				t.Errorf("%s%v counted %d, want %d", name, m.Labels(), m.Count(), goroutines*rounds*names)
			}
		}
	})
	if counters != names*codes {
		t.Errorf("%d counters, want %d", counters, names*codes)
	}
}

// TestRegisterOnceConcurrent counts who gets through: of many that register or
// unregister one series, successes of the two kinds take turns.
func TestRegisterOnceConcurrent(t *testing.T) {
	r := NewRegistry()
	var registered, unregistered atomic.Int64
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			labels := Labels{"a": "1"}
			for i := range 2000 {
				switch {
				case (g+i)%2 == 1:
					if UnregisterSeries("x", r, labels) {
						unregistered.Add(1)
					}
				case r.Register("x", NewCounter(labels)) == nil:
					registered.Add(1)
				}
			}
		})
	}
	all.Wait()
	left := registered.Load() - unregistered.Load()
	if got := len(listing(r)); left != int64(got) || got > 1 {
		t.Errorf("%d registered, %d unregistered, %d there", registered.Load(), unregistered.Load(), got)
	}
}

// TestChurnConcurrent reads in every way while series come and go; what stays
// must be seen by each reader.
func TestChurnConcurrent(t *testing.T) {
	captureLog(t)
	r := NewRegistry()
	stays := GetOrRegisterCounter("stays", r, Labels{"a": "1"})
	vec := NewVec[Counter](r, "vec", "a")
	var writers, readers sync.WaitGroup
	for g := range 4 {
		writers.Go(func() {
			for i := range 500 {
				labels := Labels{"a": fmt.Sprint(i % 10)}
				GetOrRegisterTimer(fmt.Sprint("t", i%7), r, labels).Update(1)
				vec.With(labels["a"]).Inc(1)
				GetOrRegisterGauge("stays", r, labels).Update(1) // the wrong type
				r.Unregister(fmt.Sprint("t", (i+g)%7))
				UnregisterSeries("vec", r, labels)
				if i%100 == 0 {
					_ = Describe("stays", r, Description{Help: "help"})
				}
			}
		})
	}
	done := make(chan struct{})
	for _, read := range []func() bool{
		func() (found bool) { r.Each(func(_ string, m any) { found = found || m == stays }); return found },
		func() bool { return GetOrRegisterCounter("stays", r, Labels{"a": "1"}) == stays },
		func() bool { return r.Get("stays") == stays && GetSeries("stays", r, Labels{"a": "1"}) == stays },
		func() bool { return len(r.GetAll()) > 0 && WriteJSONOnce(r, io.Discard) == nil },
	} {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if !read() {
					t.Error("a reader missed what was there all the time")
					return
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	for i := range 7 {
		r.Unregister(fmt.Sprint("t", i))
	}
	r.Unregister("vec")
	wantListing(t, r, `stays{a="1"}`)
}

// TestManySeries registers and removes a hundred thousand series of one name;
// anything quadratic would not come to an end.
func TestManySeries(t *testing.T) {
	n := 100_000
	if underRace {
		n = 10_000
	}
	r := NewRegistry().(*StandardRegistry)
	v := NewVec[Counter](r, "x", "i")
	for i := range n {
		v.With(fmt.Sprint(i)).Inc(int64(i))
	}
	for i := range n {
		if got := GetOrRegisterCounter("x", r, Labels{"i": fmt.Sprint(i)}).Count(); got != int64(i) {
			t.Fatalf("series %d counted %d", i, got)
		}
	}
	if got := len(r.all()); got != n {
		t.Errorf("%d series, want %d", got, n)
	}
	for i := range n - 1 {
		if !UnregisterSeries("x", r, Labels{"i": fmt.Sprint(i)}) {
			t.Fatalf("series %d was not there", i)
		}
	}
	indexed := 0
	r.index.All(func(*series) { indexed++ })
	if len(r.order) > 10 || indexed != 1 {
		t.Errorf("%d in order and %d in the index are kept for one series", len(r.order), indexed)
	}
	wantListing(t, r, fmt.Sprintf(`x{i="%d"}`, n-1))
}
