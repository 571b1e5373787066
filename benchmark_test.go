package metrics

import (
	"testing"
	"time"
)

// benchmarkUpdate measures an update from one goroutine, and from all cores at
// the same instrument.
func benchmarkUpdate(b *testing.B, update func()) {
	b.Run("serial", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			update()
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				update()
			}
		})
	})
}

// warm updates as often as an instrument is after some seconds under load: the
// reservoir is full, and admits little.
func warm(update func()) {
	for range 5_000_000 {
		update()
	}
}

func BenchmarkCounterInc(b *testing.B) {
	c := NewCounter()
	benchmarkUpdate(b, func() { c.Inc(1) })
}

func BenchmarkGaugeUpdate(b *testing.B) {
	g := NewGauge()
	benchmarkUpdate(b, func() { g.Update(1) })
}

func BenchmarkMeterMark(b *testing.B) {
	m := NewMeter()
	benchmarkUpdate(b, func() { m.Mark(1) })
}

func BenchmarkHistogramUpdate(b *testing.B) {
	for name, sample := range map[string]Sample{
		"decaying": NewExpDecaySample(1028, 0.015), "uniform": NewUniformSample(1028), "user's": &ringSample{},
	} {
		b.Run(name, func(b *testing.B) {
			h := NewHistogram(sample)
			update := func() { h.Update(1_234_567) }
			if name != "user's" {
				warm(update)
			}
			benchmarkUpdate(b, update)
		})
	}
}

func BenchmarkTimerUpdate(b *testing.B) {
	t := NewTimer()
	update := func() { t.Update(1_234_567) }
	warm(update)
	benchmarkUpdate(b, update)
}

func BenchmarkTimerUpdateSince(b *testing.B) {
	t := NewTimer()
	start := time.Now()
	update := func() { t.UpdateSince(start) }
	warm(update)
	benchmarkUpdate(b, update)
}

// BenchmarkNewTimer fills new timers: the first values cost the most.
func BenchmarkNewTimer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		t := NewTimer()
		for v := range time.Duration(10_000) {
			t.Update(v * 7919 % 10_007)
		}
	}
}

func BenchmarkReadStatistics(b *testing.B) {
	ps := []float64{0.5, 0.75, 0.95, 0.99, 0.999}
	for name, interval := range map[string]int64{"busy": second / 1000, "slow": second} {
		t := NewTimer()
		r := t.state.reservoir
		for i := range int64(20_000) {
			r.record(i*7919%10_007, r.start+i*interval)
		}
		b.Run(name+"/unchanged", func(b *testing.B) {
			var s Statistics
			b.ReportAllocs()
			for b.Loop() {
				t.ReadStatistics(&s, ps)
			}
		})
		b.Run(name+"/changed", func(b *testing.B) {
			var s Statistics
			b.ReportAllocs()
			for b.Loop() {
				r.version++
				t.ReadStatistics(&s, ps)
			}
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	t := NewTimer()
	warm(func() { t.Update(1_234_567) })
	b.ReportAllocs()
	for b.Loop() {
		t.Snapshot()
	}
}
