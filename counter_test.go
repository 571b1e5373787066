package metrics

import (
	"maps"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCounter(t *testing.T) {
	c := NewCounter(Labels{"code": "200"}, Labels{"method": "GET", "empty": ""})
	c.Inc(5)
	c.Dec(2)
	c.Inc(-1)
	if got := c.Count(); got != 2 {
		t.Errorf("count %d, want 2", got)
	}
	copied := c
	copied.Inc(40)
	if got := c.Count(); got != 42 {
		t.Errorf("count %d after an update of a copy, want 42", got)
	}
	if want := (Labels{"code": "200", "method": "GET"}); !maps.Equal(c.Labels(), want) {
		t.Errorf("labels %v, want %v", c.Labels(), want)
	}
	snapshot := c.Snapshot()
	c.Clear()
	if got := c.Count(); got != 0 {
		t.Errorf("count %d after Clear", got)
	}
	if got := snapshot.Snapshot().Count(); got != 42 {
		t.Errorf("the snapshot changed to %d", got)
	}
}

// Each type of instrument takes labels, and its snapshots do.
func TestWithLabels(t *testing.T) {
	type labelled interface {
		Labels() Labels
		Created() time.Time
	}
	own, more := Labels{"a": "1", "b": "2"}, Labels{"a": "", "b": "3"}
	counter, gauge, gaugeFloat64, meter := NewCounter(own), NewGauge(own), NewGaugeFloat64(own), NewMeter(own)
	histogram, histogramFloat64, timer := NewHistogram(nil, own), NewHistogramFloat64(own), NewTimer(own)
	for _, test := range [][3]labelled{
		{counter, counter.WithLabels(more), counter.Snapshot().WithLabels(more)},
		{gauge, gauge.WithLabels(more), gauge.Snapshot().WithLabels(more)},
		{gaugeFloat64, gaugeFloat64.WithLabels(more), gaugeFloat64.Snapshot().WithLabels(more)},
		{meter, meter.WithLabels(more), meter.Snapshot().WithLabels(more)},
		{histogram, histogram.WithLabels(more), histogram.Snapshot().WithLabels(more)},
		{histogramFloat64, histogramFloat64.WithLabels(more), histogramFloat64.Snapshot().WithLabels(more)},
		{timer, timer.WithLabels(more), timer.Snapshot().WithLabels(more)},
	} {
		if !maps.Equal(test[0].Labels(), own) {
			t.Errorf("the labels of a %T are %v now", test[0], test[0].Labels())
		}
		for _, with := range test[1:] {
			if !maps.Equal(with.Labels(), Labels{"b": "3"}) || !with.Created().Equal(test[0].Created()) {
				t.Errorf("a %T has labels %v, created %v", with, with.Labels(), with.Created())
			}
		}
	}
}

func TestWithLabelsLeavesTheOriginalAlone(t *testing.T) {
	c := NewCounter(Labels{"a": "1", "b": "2"})
	c.Inc(3)
	labelled := c.WithLabels(Labels{"a": "", "b": "3"}).WithLabels(Labels{"c": "4"})
	if want := (Labels{"b": "3", "c": "4"}); !maps.Equal(labelled.Labels(), want) {
		t.Errorf("labels %v, want %v", labelled.Labels(), want)
	}
	if labelled.Count() != 3 || !labelled.Created().Equal(c.Created()) {
		t.Error("the figures were not taken along")
	}
	if want := (Labels{"a": "1", "b": "2"}); !maps.Equal(c.Labels(), want) {
		t.Errorf("the original has %v now", c.Labels())
	}
	c.Labels()["a"] = "changed"
	if got := c.Labels()["a"]; got != "1" {
		t.Errorf("a caller changed the label to %q", got)
	}
}

// TestCountsAreExactUnderConcurrency updates all instruments from several
// goroutines while others read them.
func TestCountsAreExactUnderConcurrency(t *testing.T) {
	const writers, each = 4, 20_000
	var (
		counter   = NewCounter()
		meter     = NewMeter()
		histogram = NewHistogram(NewUniformSample(100))
		timer     = NewTimer()
		custom    = NewCustomTimer(NewHistogram(&ringSample{}), NewMeter())
		average   = NewEWMA1()
		gauge     = NewGauge()
		float     = NewGaugeFloat64()
	)
	var writing, reading sync.WaitGroup
	stop := make(chan struct{})
	reading.Go(func() {
		var s Statistics
		for {
			select {
			case <-stop:
				return
			default:
			}
			timer.ReadStatistics(&s, []float64{0.5})
			if s.Sum != 7*float64(s.Count) {
				t.Errorf("statistics: count %d, sum %g", s.Count, s.Sum)
			}
			if s := timer.Snapshot(); s.Sum() != 7*s.Count() {
				t.Errorf("snapshot: count %d, sum %d", s.Count(), s.Sum())
			}
			if s := histogram.Snapshot(); s.Sum() != 7*s.Count() || int64(s.Sample().Size()) > s.Count() {
				t.Errorf("snapshot: count %d, sum %d, size %d", s.Count(), s.Sum(), s.Sample().Size())
			}
			meter.Snapshot()
			custom.Snapshot()
			average.Tick()
			gauge.Value()
			float.Value()
		}
	})
	for range writers {
		writing.Go(func() {
			for range each {
				counter.Inc(3)
				counter.Dec(1)
				meter.Mark(2)
				histogram.Update(7)
				timer.Update(7)
				custom.Update(7)
				average.Update(1)
				gauge.Update(7)
				float.Update(7)
			}
		})
	}
	writing.Wait()
	close(stop)
	reading.Wait()

	const n = writers * each
	for name, got := range map[string]int64{
		"counter":         counter.Count() / 2,
		"meter":           meter.Count() / 2,
		"histogram":       histogram.Count(),
		"histogram's sum": histogram.Sum() / 7,
		"timer":           timer.Count(),
		"timer's sum":     timer.Sum() / 7,
		"custom timer":    custom.Count(),
		"its sum":         custom.Sum() / 7,
	} {
		if got != n {
			t.Errorf("%s: %d, want %d", name, got, n)
		}
	}
	if gauge.Value() != 7 || float.Value() != 7 {
		t.Error("gauges lost their value")
	}
}

func TestCounterIncFloat64(t *testing.T) {
	log := captureLog(t)
	c := NewCounter()
	for _, n := range []float64{0.5, 2, 0.25, 0, 3, 0.5, math.NaN(), math.Inf(1), math.Inf(-1)} {
		c.IncFloat64(n)
	}
	c.Inc(1)
	s := c.Snapshot()
	if c.CountFloat64() != 7.25 || c.Count() != 7 || s.CountFloat64() != 7.25 || s.Count() != 7 {
		t.Errorf("count %v and %v, snapshot %v and %v, want 7.25 and 7", c.CountFloat64(), c.Count(), s.CountFloat64(), s.Count())
	}
	if n := strings.Count(log.String(), "infinite or NaN"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, log)
	}
	c.IncFloat64(-8)
	c.IncFloat64(-0.5)
	if c.CountFloat64() != -1.25 || c.Count() != -2 {
		t.Errorf("count %v and %v, want -1.25 rounded down to -2", c.CountFloat64(), c.Count())
	}
	c.IncFloat64(1 << 62)
	c.IncFloat64(1e300)
	if got := c.CountFloat64(); got != 1e300 || c.Count() != math.MaxInt64 || c.Snapshot().Count() != math.MaxInt64 {
		t.Errorf("count %v, %d in whole numbers", got, c.Count())
	}
	if c.IncFloat64(-2e300); c.Count() != math.MinInt64 {
		t.Errorf("count %d of %v", c.Count(), c.CountFloat64())
	}
	if c.Clear(); c.CountFloat64() != 0 || c.Count() != 0 {
		t.Errorf("count %v after Clear", c.CountFloat64())
	}
	Counter{}.IncFloat64(0.5)
}

// Whole numbers are exact and take no memory, up to the ends of int64, at which the count
// stays.
func TestCounterIncFloat64Whole(t *testing.T) {
	c := NewCounter()
	c.IncFloat64(1 << 53)
	c.IncFloat64(1)
	if c.Count() != 1<<53+1 || c.state.rare.Load() != nil {
		t.Errorf("count %d, want %d without more memory", c.Count(), int64(1<<53+1))
	}
	for n, want := range map[float64]int64{0x1p63: math.MaxInt64, -0x1p63: math.MinInt64} {
		c := NewCounter()
		if c.IncFloat64(n); c.Count() != want || c.CountFloat64() != n {
			t.Errorf("%v counts as %d", n, c.Count())
		}
		if c.IncFloat64(n); c.Count() != want || c.CountFloat64() != 2*n {
			t.Errorf("twice %v counts as %d, or %v", n, c.Count(), c.CountFloat64())
		}
	}
}

// Fractions of a power of two add up exactly, whatever the order.
func TestCounterIncFloat64Concurrently(t *testing.T) {
	const writers, each = 4, 5_000
	c := NewCounter()
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				c.IncFloat64(0.25)
				c.IncFloat64(1)
				c.Inc(1)
			}
		})
	}
	group.Wait()
	if got := c.CountFloat64(); got != 2.25*writers*each {
		t.Errorf("count %v, want %v", got, 2.25*writers*each)
	}
}
