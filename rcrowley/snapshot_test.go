package rcrowley_test

import (
	"testing"
	"testing/synctest"
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// snapshotOf takes a metric's snapshot.
func snapshotOf(metric any) any {
	switch m := metric.(type) {
	case gometrics.Counter:
		return m.Snapshot()
	case gometrics.Gauge:
		return m.Snapshot()
	case gometrics.GaugeFloat64:
		return m.Snapshot()
	case gometrics.Histogram:
		return m.Snapshot()
	case gometrics.Meter:
		return m.Snapshot()
	case gometrics.Timer:
		return m.Snapshot()
	}
	return nil
}

func TestSnapshotsDoNotChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := newPair()
		for _, k := range kinds {
			m := r.GetOrRegister(k.name, k.constructor)
			k.update(m, 5)
			k.update(m, 9)
			s := snapshotOf(m)
			if s == nil {
				continue // a health check
			}
			if !k.is(s) || !same(k.values(s), k.values(m)) {
				t.Errorf("snapshot is %s, want %s", describe(t, s), describe(t, m))
			}
			before := k.values(s)
			k.update(m, 100)
			k.update(s, 100) // must not panic either
			if c, ok := s.(interface{ Clear() }); ok {
				c.Clear()
			}
			if !same(k.values(s), before) || snapshotOf(s) != s && k.name != "Histogram" && k.name != "Timer" {
				t.Errorf("snapshot changed to %s, was %v", describe(t, s), before)
			}
		}
	})
}

func TestMutators(t *testing.T) {
	r, _ := newPair()
	c := gometrics.GetOrRegisterCounter("c", r)
	c.Inc(5)
	c.Dec(7)
	if c.Count() != -2 {
		t.Errorf("got %d, want -2", c.Count())
	}
	snapshot := c.Snapshot()
	snapshot.Dec(1)
	c.Clear()
	if c.Count() != 0 || snapshot.Count() != -2 {
		t.Errorf("got %d and %d, want 0 and -2", c.Count(), snapshot.Count())
	}

	h := getHistogram("h", r)
	h.Update(3)
	sample := h.Sample().Snapshot()
	h.Sample().Update(4)
	if h.Count() != 2 || sample.Count() != 1 || h.Snapshot().Sample().Count() != 2 {
		t.Errorf("got %d, %d, %d", h.Count(), sample.Count(), h.Snapshot().Sample().Count())
	}
	if values := h.Sample().Values(); len(values) != 2 {
		t.Errorf("got %v", values)
	}
	h.Clear()
	if h.Count() != 0 || h.Snapshot().Count() != 0 {
		t.Errorf("got %d after Clear", h.Count())
	}

	timer := gometrics.GetOrRegisterTimer("t", r)
	called := 0
	timer.Time(func() { called++ })
	timer.UpdateSince(time.Now())
	ts := timer.Snapshot()
	ts.Time(func() { called++ })
	ts.UpdateSince(time.Now())
	ts.Stop()
	timer.Stop()
	if called != 2 || timer.Count() != 2 || ts.Count() != 2 {
		t.Errorf("called %d times, counted %d and %d", called, timer.Count(), ts.Count())
	}
}

// Snapshots can be registered with our registry, and reporters see them; but
// recording code is not given one.
func TestRegisteredSnapshots(t *testing.T) {
	r, base := newPair()
	c := metrics.NewCounter()
	c.Inc(5)
	for name, s := range map[string]any{
		"Counter": c.Snapshot(), "Gauge": metrics.NewGauge().Snapshot(), "GaugeFloat64": metrics.NewGaugeFloat64().Snapshot(),
		"Meter": metrics.NewMeter().Snapshot(), "Histogram": metrics.NewHistogram(nil).Snapshot(), "Timer": metrics.NewTimer().Snapshot(),
	} {
		if err := base.Register(name, s); err != nil {
			t.Fatal(err)
		}
		got := r.Get(name)
		if is := kindOf(t, got); is == nil || is.name != name || instrument(got) == nil {
			t.Errorf("%s: got %T", name, got)
		}
		if err := r.Register("copy of "+name, got); err != nil {
			t.Error(err)
		}
	}
	live := gometrics.GetOrRegisterCounter("Counter", r)
	live.Inc(1)
	if live.Count() != 1 || r.Get("Counter").(gometrics.Counter).Count() != 5 {
		t.Errorf("got %d and %v", live.Count(), describe(t, r.Get("Counter")))
	}
}

// The rates are those of rcrowley's averages, which are ticked here by hand.
func TestRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := newPair()
		meter := gometrics.GetOrRegisterMeter("meter", r)
		timer := gometrics.GetOrRegisterTimer("timer", r)
		one, five, fifteen := gometrics.NewEWMA1(), gometrics.NewEWMA5(), gometrics.NewEWMA15()
		for tick := range int64(200) {
			for range tick % 7 {
				meter.Mark(1)
				timer.Update(1)
				one.Update(1)
				five.Update(1)
				fifteen.Update(1)
			}
			time.Sleep(5 * time.Second)
			one.Tick()
			five.Tick()
			fifteen.Tick()
			want := []float64{one.Rate(), five.Rate(), fifteen.Rate()}
			m, s := meter.Snapshot(), timer.Snapshot()
			if !same([]float64{m.Rate1(), m.Rate5(), m.Rate15()}, want) ||
				!same([]float64{s.Rate1(), s.Rate5(), s.Rate15()}, want) ||
				!same([]float64{meter.Rate1(), meter.Rate5(), meter.Rate15()}, want) {
				t.Fatalf("tick %d: got %v %v %v, want %v", tick, m.Rate1(), m.Rate5(), m.Rate15(), want)
			}
		}
		if got, want := meter.RateMean(), float64(meter.Count())/1000; !same([]float64{got}, []float64{want}) {
			t.Errorf("mean rate: got %v, want %v", got, want)
		}
	})
}
