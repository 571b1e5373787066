package metrics

import (
	"fmt"
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

// BenchmarkColdTimers updates a thousand new timers in turn, until each has so many
// values: the first values cost the most.
func BenchmarkColdTimers(b *testing.B) {
	for _, values := range []int{1000, 3000, 10_000} {
		b.Run(fmt.Sprint(values), func(b *testing.B) {
			b.ReportAllocs()
			updates := 0
			for b.Loop() {
				timers := make([]Timer, 1000)
				for i := range timers {
					timers[i] = NewTimer()
				}
				for v := range time.Duration(values) {
					for _, t := range timers {
						t.Update(v * 7919 % 10_007)
					}
				}
				updates += values * len(timers)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(updates), "ns/update")
		})
	}
}

// BenchmarkAdmission updates full reservoirs once in 10 seconds, so that each value
// is admitted.
func BenchmarkAdmission(b *testing.B) {
	for _, size := range []int{100, 1028, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			r := new(reservoir)
			r.open(size, 0.015)
			t := r.start
			update := func() {
				t += 10 * second
				r.record(t*7919%10_007, t)
			}
			for range 2 * size {
				update()
			}
			b.ReportAllocs()
			for b.Loop() {
				update()
			}
		})
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
		b.Run(name+"/after 150 admissions", func(b *testing.B) {
			var s Statistics
			b.ReportAllocs()
			for i := int64(20_000); b.Loop(); {
				b.StopTimer()
				for range 150 {
					i++
					r.unit++
					r.admit(i*7919%10_007, r.members.tau+1)
				}
				b.StartTimer()
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
