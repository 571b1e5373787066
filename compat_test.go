package metrics

import (
	"errors"
	"testing"
)

func TestNilSample(t *testing.T) {
	var s Sample = NilSample{}
	s.Update(5)
	s.Clear()
	whole := s.Count() + s.Max() + s.Min() + s.Sum() + int64(s.Size()+len(s.Values()))
	parts := s.Mean() + s.Percentile(0.5) + s.StdDev() + s.Variance()
	if ps := s.Percentiles([]float64{0.5, 0.9}); whole != 0 || parts != 0 || len(ps) != 2 || s.Snapshot() != s {
		t.Errorf("not nothing: %d, %f, %v", whole, parts, ps)
	}
	h := NewHistogram(s)
	h.Update(5)
	if h.Max() != 0 {
		t.Error("a histogram over it has values")
	}
}

func TestNilInstruments(t *testing.T) {
	NilCounter{}.Inc(1)
	NilGauge{}.Update(1)
	NilGaugeFloat64{}.Update(1)
	NilMeter{}.Mark(1)
	NilHistogram{}.Update(1)
	NilTimer{}.Update(1)
	NilEWMA{}.Update(1)
	var h Healthcheck = NilHealthcheck{}
	h.Unhealthy(errors.New("down"))
	h.Check()
	h.Healthy()
	if h.Error() != nil {
		t.Error("a NilHealthcheck is unhealthy")
	}
}

// extended is a wrapper that embeds the concrete type, and so has what labels
// and descriptions need.
type extended struct {
	*StandardRegistry
	asked int
}

func (r *extended) GetOrRegister(name string, i any) any {
	r.asked++
	return r.StandardRegistry.GetOrRegister(name, i)
}

func TestExtendedRegistry(t *testing.T) {
	made := 0
	base := NewRegistry(WithSample(func() Sample { made++; return NewUniformSample(3) })).(*StandardRegistry)
	r := &extended{StandardRegistry: base}
	for i, under := range []Registry{r, NewPrefixedChildRegistry(r, "a.")} {
		h := GetOrRegisterHistogram("h", under, nil, Labels{"a": "1"})
		GetOrRegisterHistogram("h", under, nil, Labels{"a": "2"})
		if GetSeries("h", under, Labels{"a": "1"}) != h || r.asked != 2*(i+1) || made != 2*(i+1) {
			t.Errorf("%T: asked %d times, %d samples made", under, r.asked, made)
		}
		if !UnregisterSeries("h", under, Labels{"a": "1"}) {
			t.Errorf("%T: UnregisterSeries", under)
		}
		if err := Describe("h", under, Description{Help: "help"}); err != nil {
			t.Error(err)
		}
	}
	wantListing(t, base, `h{a="2"}`, `a.h{a="2"}`)
	if d, _ := base.DescriptionOf("a.h"); d.Help != "help" {
		t.Errorf("description is %v", d)
	}
}
