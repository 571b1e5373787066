package metrics

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/internal/clock"
	"github.com/go-metrics-plus/metrics/internal/rates"
)

func timers() map[string]func() Timer {
	all := map[string]func() Timer{"plain": func() Timer { return NewTimer() }}
	for name, sample := range samples() {
		all["custom "+name] = func() Timer { return NewCustomTimer(NewHistogram(sample()), NewMeter()) }
	}
	return all
}

func TestTimer(t *testing.T) {
	for name, construct := range timers() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				timer := construct()
				for v := range 100 {
					timer.Update(time.Duration(100 - v))
				}
				timer.Stop()
				time.Sleep(5 * time.Second)
				snapshot := timer.WithLabels(Labels{"a": "1"})
				var s Statistics
				timer.ReadStatistics(&s, asked)
				for what, got := range map[string]answers{
					"timer": readAll(timer), "snapshot": readAll(snapshot.Snapshot()), "statistics": readStatistics(&s),
				} {
					if got != of1To100 {
						t.Errorf("%s:\n%+v, want\n%+v", what, got, of1To100)
					}
				}
				twenty := [...]float64{20, 20, 20, 20}
				for what, got := range map[string][4]float64{
					"timer":      {timer.Rate1(), timer.Rate5(), timer.Rate15(), timer.RateMean()},
					"snapshot":   {snapshot.Rate1(), snapshot.Rate5(), snapshot.Rate15(), snapshot.RateMean()},
					"statistics": {s.Rate1, s.Rate5, s.Rate15, s.RateMean},
				} {
					if got != twenty {
						t.Errorf("%s: rates %+v", what, got)
					}
				}
				made := timer.Created()
				timer.Clear()
				if got := readAll(timer); got != (answers{}) || timer.Rate1() != 0 || timer.RateMean() != 0 {
					t.Errorf("cleared: %+v %+v", got, timer.Snapshot())
				}
				if timer.Created() != made.Add(5*time.Second) {
					t.Errorf("cleared, but created %v", timer.Created())
				}
				timer.Update(1)
				time.Sleep(5 * time.Second)
				if timer.Rate5() != 0.2 || timer.RateMean() != 0.2 {
					t.Errorf("cleared, then 1 in 5 seconds: %+v", timer.Snapshot())
				}
			})
		})
	}
}

func TestTimerMeasures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer := NewTimer()
		start := time.Now()
		timer.Time(func() { time.Sleep(3 * time.Second) })
		timer.UpdateSince(start.Add(time.Second))
		timer.UpdateSince(start.Add(time.Minute)) // the clock was set back
		s := timer.Snapshot()
		if s.Count() != 3 || s.Max() != 3e9 || s.Min() != -57e9 || s.Sum() != -52e9 {
			t.Errorf("%+v", readAll(s))
		}
		func() {
			defer func() {
				if recover() != "as it was" {
					t.Error("the panic was swallowed")
				}
			}()
			timer.Time(func() {
				time.Sleep(5 * time.Second)
				panic("as it was")
			})
		}()
		if timer.Count() != 4 || timer.Max() != 5e9 {
			t.Errorf("what panicked was not recorded: %+v", readAll(timer))
		}
	})
}

// Outside of a bubble, times come with a monotonic reading or, when they were
// stored or computed, without.
func TestUpdateSinceAnyTime(t *testing.T) {
	start := time.Now()
	for name, since := range map[string]time.Time{
		"monotonic": start.Add(-time.Hour), "wall": start.Add(-time.Hour).Round(0), "local": start.Add(-time.Hour).Local(),
	} {
		timer := NewTimer()
		timer.UpdateSince(since)
		most := int64(time.Since(start) + time.Hour)
		if got := timer.Max(); got < int64(time.Hour) || got > most+int64(time.Second) {
			t.Errorf("%s: %v, at most %v", name, time.Duration(got), time.Duration(most))
		}
		before := timer.state.rates.Next()
		timer.state.rates.Restart(clock.Now() - int64(rates.TickEvery)) // a tick is due
		if timer.UpdateSince(since); timer.state.rates.Next() == before || timer.Count() != 2 {
			t.Errorf("%s: no tick", name)
		}
	}
}

// The zero time is a mistake, and any other a start.
func TestUpdateSinceNever(t *testing.T) {
	log := captureLog(t)
	timer, custom := NewTimer(), NewCustomTimer(NewHistogram(nil), NewMeter())
	for range 3 {
		timer.UpdateSince(time.Time{})
		custom.UpdateSince(time.Time{}.In(time.Local))
		Timer{}.UpdateSince(time.Time{})
	}
	if timer.Count() != 0 || custom.Count() != 0 || custom.Snapshot().RateMean() != 0 {
		t.Errorf("%d and %d were recorded", timer.Count(), custom.Count())
	}
	wantLog(t, log, "UpdateSince was called with the zero time")
	for _, start := range []time.Time{
		time.Unix(0, 0), time.Now().Add(-100 * 365 * 24 * time.Hour), time.Time{}.Add(1), {},
	} {
		timer.UpdateSince(start)
	}
	if timer.Count() != 3 || timer.Min() < int64(50*365*24*time.Hour) {
		t.Errorf("%d were recorded, the shortest %v", timer.Count(), time.Duration(timer.Min()))
	}
}

func TestCustomTimerShowsWhatItWasGiven(t *testing.T) {
	h, m := NewHistogram(NewUniformSample(10)), NewMeter()
	timer := NewCustomTimer(h, m, Labels{"a": "1"})
	timer.Update(5)
	m.Mark(2)
	h.Update(7)
	if timer.Count() != 2 || timer.Sum() != 12 || m.Count() != 3 || timer.Labels()["a"] != "1" {
		t.Errorf("%+v, meter %d", readAll(timer), m.Count())
	}
	if timer.Sample() != h.Sample() {
		t.Error("another sample")
	}

	var s Statistics
	half := NewCustomTimer(Histogram{}, m)
	half.Update(5)
	half.Time(func() {})
	half.ReadStatistics(&s, asked)
	if half.Count() != 0 || half.Snapshot().Max() != 0 || s.Count != 0 || m.Count() != 5 {
		t.Errorf("without a histogram: %+v", half.Snapshot())
	}
	half.Clear()
	other := NewCustomTimer(h, Meter{})
	other.Update(5)
	other.UpdateSince(time.Now())
	if other.Count() != 4 || other.Rate1() != 0 {
		t.Errorf("without a meter: %+v", other.Snapshot())
	}
}

// The zero values, and what constructors return with UseNilMetrics, take
// everything and show nothing.
func TestNoOps(t *testing.T) {
	UseNilMetrics = true
	made := []any{
		NewCounter(), NewGauge(), NewGaugeFloat64(), NewMeter(), NewHistogram(nil), NewTimer(), NewEWMA1(),
		NewFunctionalGauge(func() int64 { return 1 }), NewFunctionalGaugeFloat64(func() float64 { return 1 }),
		NewCustomTimer(Histogram{}, Meter{}),
	}
	samples := []Sample{NewUniformSample(10), NewExpDecaySample(10, 1)}
	UseNilMetrics = false
	zero := []any{
		Counter{}, Gauge{}, GaugeFloat64{}, Meter{}, Histogram{}, Timer{}, EWMA{}, Gauge{}, GaugeFloat64{}, Timer{},
	}
	for i := range made {
		if made[i] != zero[i] {
			t.Errorf("%T works although metrics are off", made[i])
		}
	}
	for _, s := range samples {
		s.Update(1)
		if s.Count() != 0 || s.Size() != 0 {
			t.Errorf("%T works although metrics are off", s)
		}
		s.Clear()
	}

	var (
		counter Counter
		gauge   Gauge
		float   GaugeFloat64
		meter   Meter
		h       Histogram
		timer   Timer
	)
	counter.Inc(1)
	counter.Dec(1)
	counter.Clear()
	gauge.Update(1)
	float.Update(1)
	meter.Mark(1)
	meter.Stop()
	h.Update(1)
	h.Clear()
	h.Sample().Update(1)
	timer.Update(1)
	timer.UpdateSince(time.Now())
	ran := false
	timer.Time(func() { ran = true })
	timer.Clear()
	timer.Stop()
	if !ran {
		t.Error("Time of a no-op must call all the same")
	}
	if readAll(h) != (answers{}) || readAll(h.Snapshot()) != (answers{}) || h.Snapshot().SumFloat64() != 0 {
		t.Error("the zero Histogram counts")
	}
	if readAll(timer) != (answers{}) || readAll(timer.Snapshot()) != (answers{}) || timer.Rate1() != 0 {
		t.Error("the zero Timer counts")
	}
	if counter.Count() != 0 || gauge.Value() != 0 || float.Value() != 0 || meter.Count() != 0 || meter.Rate15() != 0 {
		t.Error("a zero value counts")
	}
	for _, i := range []interface {
		Labels() Labels
		Created() time.Time
	}{
		counter, gauge, float, meter, h, timer,
		counter.Snapshot(), gauge.Snapshot(), float.Snapshot(), meter.Snapshot(), h.Snapshot(), timer.Snapshot(),
	} {
		if labels := i.Labels(); labels == nil || len(labels) != 0 || !i.Created().IsZero() {
			t.Errorf("%T: labels %v, created %v", i, labels, i.Created())
		}
	}
	if got := timer.WithLabels(Labels{"a": "1"}).Labels()["a"]; got != "1" {
		t.Errorf("label %q", got)
	}
}
