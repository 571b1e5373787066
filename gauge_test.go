package metrics

import (
	"math"
	"sync"
	"testing"
)

func TestGauge(t *testing.T) {
	g := NewGauge(Labels{"a": "1"})
	if g.Value() != 0 {
		t.Errorf("a new gauge reads %d", g.Value())
	}
	g.Update(47)
	snapshot := g.WithLabels(Labels{"b": "2"})
	g.Update(-3)
	if g.Value() != -3 || snapshot.Value() != 47 || snapshot.Snapshot().Labels()["b"] != "2" {
		t.Errorf("gauge %d, snapshot %d %v", g.Value(), snapshot.Value(), snapshot.Labels())
	}
}

func TestGaugeFloat64(t *testing.T) {
	g := NewGaugeFloat64()
	for _, v := range []float64{0, 47.5, -0.25, math.MaxFloat64, math.Inf(-1)} {
		g.Update(v)
		if got := g.Snapshot().Value(); got != v || g.Value() != v {
			t.Errorf("%v became %v", v, got)
		}
	}
	g.Update(math.NaN())
	if got := g.Value(); !math.IsNaN(got) {
		t.Errorf("NaN became %v", got)
	}
}

func TestFunctionalGauge(t *testing.T) {
	n := int64(0)
	g := NewFunctionalGauge(func() int64 { n++; return n })
	g.Update(100)
	if got := g.Value(); got != 1 {
		t.Errorf("first reading %d", got)
	}
	s := g.Snapshot()
	for range 2 {
		if got := s.Value(); got != 2 {
			t.Errorf("the snapshot isn't fixed at the second reading, but %d", got)
		}
	}
	f := NewFunctionalGaugeFloat64(func() float64 { return 0.5 })
	f.Update(100)
	if f.Value() != 0.5 {
		t.Errorf("float reads %v", f.Value())
	}

	plain := NewFunctionalGauge(nil)
	plain.Update(5)
	plainFloat := NewFunctionalGaugeFloat64(nil)
	plainFloat.Update(5)
	if plain.Value() != 5 || plainFloat.Value() != 5 {
		t.Error("without a function it should be a plain gauge")
	}
}

// Steps from many goroutines add up exactly, up and down.
func TestGaugeSteps(t *testing.T) {
	const goroutines, each = 8, 1000
	whole, fraction := NewGauge(), NewGaugeFloat64()
	whole.Update(5)
	fraction.Update(0.5)
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range each {
				whole.Inc(3)
				whole.Dec(2)
				fraction.Inc(0.75)
				fraction.Dec(0.5)
			}
		})
	}
	all.Wait()
	if got := whole.Value(); got != 5+goroutines*each {
		t.Errorf("gauge %d, want %d", got, 5+goroutines*each)
	}
	if got := fraction.Value(); got != 0.5+goroutines*each*0.25 {
		t.Errorf("float gauge %v, want %v", got, 0.5+goroutines*each*0.25)
	}
}

func TestGaugeStepsThatDoNothing(t *testing.T) {
	whole := NewFunctionalGauge(func() int64 { return 7 })
	whole.Inc(1)
	fraction := NewFunctionalGaugeFloat64(func() float64 { return 7 })
	fraction.Dec(1)
	if whole.Value() != 7 || fraction.Value() != 7 {
		t.Errorf("functional gauges read %d and %v, want 7", whole.Value(), fraction.Value())
	}
	var none Gauge
	var noneFloat GaugeFloat64
	none.Inc(1)
	none.Dec(2)
	noneFloat.Inc(1)
	if none.Value() != 0 || noneFloat.Value() != 0 {
		t.Error("a no-op has a value")
	}
}

func TestGaugeStepAllocs(t *testing.T) {
	whole, fraction := NewGauge(), NewGaugeFloat64()
	wantAllocs(t, "Gauge.Inc", 0, func() { whole.Inc(1) })
	wantAllocs(t, "GaugeFloat64.Inc", 0, func() { fraction.Inc(0.5) })
}
