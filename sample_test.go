package metrics

import (
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestSamples(t *testing.T) {
	for name, s := range map[string]Sample{
		"decaying": NewExpDecaySample(200, 0.015), "uniform": NewUniformSample(200), "zero": &UniformSample{},
	} {
		t.Run(name, func(t *testing.T) {
			for v := range int64(100) {
				s.Update(100 - v)
			}
			snapshot := s.Snapshot()
			if got, want := readAll(s), readAll(snapshot); got != want || got != of1To100 {
				t.Errorf("sample\n%+v, snapshot\n%+v, want\n%+v", got, want, of1To100)
			}
			values := s.Values()
			if s.Size() != 100 || len(values) != 100 || !slices.IsSorted(values) || !slices.Equal(snapshot.Values(), values) {
				t.Errorf("size %d, values %v", s.Size(), values)
			}
			values[0] = 99
			snapshot.Values()[0] = 99
			s.Clear()
			snapshot.Clear()
			snapshot.Update(1)
			if got := readAll(s); got != (answers{}) || s.Size() != 0 || len(s.Values()) != 0 {
				t.Errorf("cleared: %+v", got)
			}
			if got := readAll(snapshot.Snapshot()); got != of1To100 || snapshot.Size() != 100 {
				t.Errorf("the snapshot changed: %+v", got)
			}
		})
	}
}

func TestSampleSnapshot(t *testing.T) {
	values := []int64{3, 1, 2}
	s := NewSampleSnapshot(1000, values)
	values[0] = 77
	if s.Count() != 1000 || s.Sum() != 6 || s.Mean() != 2 || s.Max() != 3 || s.Size() != 3 {
		t.Errorf("%+v", readAll(s))
	}
	large := NewSampleSnapshot(3, []int64{math.MaxInt64, math.MaxInt64, 2})
	if large.Sum() != math.MaxInt64 || large.SumFloat64() != 0x1p64 {
		t.Errorf("sum %d, %g", large.Sum(), large.SumFloat64())
	}
	if empty := new(SampleSnapshot); readAll(empty) != (answers{}) {
		t.Errorf("empty: %+v", readAll(empty))
	}
}

// A snapshot of a slow instrument keeps the weights, and time doesn't change it.
func TestSnapshotsKeepWeights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHistogram(nil)
		for v := range int64(10) {
			h.Update(v)
			time.Sleep(20 * time.Second)
		}
		s := h.Snapshot()
		before := readAll(s)
		if got := readAll(h); got != before || got.mean <= 4.5 || got.median <= 5 {
			t.Errorf("histogram %+v, snapshot %+v", got, before)
		}
		time.Sleep(time.Hour)
		if got := readAll(h); got != before {
			t.Errorf("an hour later %+v, want %+v", got, before)
		}
		h.Update(1000)
		if got := readAll(s); got != before {
			t.Errorf("the snapshot changed from %+v to %+v", before, got)
		}
	})
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
}

// held returns the bytes of heap that each of what construct makes holds.
func held[T any](n int, construct func() T) float64 {
	all := make([]T, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range all {
		all[i] = construct()
	}
	runtime.GC()
	runtime.GC() // pools let go at the second
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(all)
	return (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(n)
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
	for _, test := range []struct {
		name   string
		budget float64
		got    float64
	}{
		{"counter", 32, held(10_000, func() Counter { return NewCounter() })},
		{"gauge", 32, held(10_000, func() Gauge { return NewGauge() })},
		{"meter", 160, held(10_000, func() Meter { return NewMeter() })},
		{"timer, never updated", 600, held(10_000, func() Timer { return NewTimer() })},
		{"timer, reservoir full", 19 << 10, held(100, fill)},
	} {
		t.Logf("%s: %.0f B", test.name, test.got)
		if test.got > test.budget {
			t.Errorf("%s: %.0f B, at most %.0f", test.name, test.got, test.budget)
		}
	}
}
