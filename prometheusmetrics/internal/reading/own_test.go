package reading

import (
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// TestSecondReading: every kind of ours shows at the second reading what came since
// the first.
func TestSecondReading(t *testing.T) {
	c, g, f := metrics.NewCounter(), metrics.NewGauge(), metrics.NewGaugeFloat64()
	meter, h, timer := metrics.NewMeter(), metrics.NewHistogram(nil), metrics.NewTimer()
	buckets := metrics.NewHistogram(metrics.NewBucketSample(0.05))
	fractions := metrics.NewHistogramFloat64()
	update := func() {
		c.Inc(1)
		g.Inc(2)
		f.Inc(0.5)
		meter.Mark(1)
		h.Update(3)
		timer.Update(4)
		buckets.Update(5)
		fractions.Update(0.25)
	}
	for _, typed := range []bool{false, true} {
		for _, test := range []struct {
			metric any
			value  func(*Values) float64
			by     float64 // how much one update adds
		}{
			{c, func(v *Values) float64 { return v.Value }, 1},
			{g, func(v *Values) float64 { return v.Value }, 2},
			{f, func(v *Values) float64 { return v.Value }, 0.5},
			{meter, func(v *Values) float64 { return float64(v.Stats.Count) }, 1},
			{h, func(v *Values) float64 { return v.Stats.Sum }, 3},
			{timer, func(v *Values) float64 { return v.Stats.Sum }, 4},
			{buckets, func(v *Values) float64 { return v.Buckets.SumFloat64() }, 5},
			{fractions, func(v *Values) float64 { return v.Buckets.SumFloat64() }, 0.25},
		} {
			v := NewValues()
			want := Wanted{Buckets: typed, Percentiles: []float64{0.5}, Window: 1e9}
			read := func() (float64, uint64) {
				if err := v.read(test.metric, shape{}, want); err != nil {
					t.Error(err)
				}
				return test.value(v), v.Version
			}
			before, version := read()
			update()
			after, later := read()
			if after-before != test.by {
				t.Errorf("%T went from %v to %v, want %v more", test.metric, before, after, test.by)
			}
			if v.Buckets != nil && version == later {
				t.Errorf("%T has changed and is version %d as before", test.metric, version)
			}
			if _, again := read(); again != later {
				t.Errorf("%T has not changed and is version %d after %d", test.metric, again, later)
			}
		}
	}
}

// TestCounterFractions: what was added with a fraction is read with it.
func TestCounterFractions(t *testing.T) {
	c := metrics.NewCounter()
	c.IncFloat64(0.25)
	c.Inc(3)
	v := NewValues()
	if v.readOwn(c, Wanted{}); v.Value != 3.25 {
		t.Errorf("value %v, want 3.25", v.Value)
	}
}

// TestCounterExemplar: it is another pointer when, and only when, it is another one.
func TestCounterExemplar(t *testing.T) {
	c := metrics.NewCounter()
	v := NewValues()
	v.readOwn(c, Wanted{})
	if v.Exemplar != nil {
		t.Errorf("there is an exemplar: %v", v.Exemplar)
	}
	var last *metrics.Exemplar
	for i := range 3 {
		c.IncWithExemplar(int64(i+1), metrics.Labels{"trace_id": "x"})
		v.readOwn(c, Wanted{})
		if v.Exemplar == nil || v.Exemplar == last || v.Exemplar.Value != float64(i+1) {
			t.Errorf("exemplar %d is %v", i, v.Exemplar)
		}
		last = v.Exemplar
		v.readOwn(c, Wanted{})
		if v.Exemplar != last {
			t.Error("the same exemplar is another one")
		}
	}
	c.Clear()
	if v.readOwn(c, Wanted{}); v.Exemplar != nil {
		t.Errorf("after Clear there is %v", v.Exemplar)
	}
}

// TestPercentilesOfAnotherList: as many others are not answered with what was asked
// before.
func TestPercentilesOfAnotherList(t *testing.T) {
	h := metrics.NewHistogram(nil)
	for i := range int64(100) {
		h.Update(i)
	}
	v := NewValues()
	v.readOwn(h, Wanted{Percentiles: []float64{0.1}})
	low := v.Stats.Percentiles[0]
	v.readOwn(h, Wanted{Percentiles: []float64{0.9}})
	if v.Stats.Percentiles[0] <= low {
		t.Errorf("the 0.9 quantile is %v, the 0.1 quantile %v", v.Stats.Percentiles[0], low)
	}
}

// TestCounterFractionsThroughOthers: a snapshot of a counter that is registered in its
// place, and a type that embeds one, have its fractions, too.
func TestCounterFractionsThroughOthers(t *testing.T) {
	c := metrics.NewCounter()
	c.IncFloat64(0.75)
	for name, m := range byName(readerOf(given{
		{"snapshot", c.WithLabels(metrics.Labels{"a": "b"})}, {"embedded", struct{ metrics.Counter }{c}},
	}).Read(limit())) {
		if m.Kind != Counter || m.Values.Value != 0.75 {
			t.Errorf("%s is a %v of %v", name, m.Kind, m.Values.Value)
		}
	}
}
