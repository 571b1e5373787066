package rcrowley_test

import (
	"testing"
	"time"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/rcrowley"
)

// registries are what each benchmark compares. The original is asked as Sarama
// asks it: for histograms of the same size and decay as ours.
var registries = []struct {
	name string
	make func() gometrics.Registry
}{
	{"adapter", func() gometrics.Registry { return rcrowley.NewRegistry(metrics.NewRegistry()) }},
	{"original", gometrics.NewRegistry},
}

func newHistogram() gometrics.Histogram {
	return gometrics.NewHistogram(gometrics.NewExpDecaySample(1028, 0.015))
}

func getHistogram(name string, r gometrics.Registry) gometrics.Histogram {
	return r.GetOrRegister(name, newHistogram).(gometrics.Histogram)
}

// benchmark measures what use makes of a new registry, on one goroutine and on
// all cores.
func benchmark(b *testing.B, use func(gometrics.Registry) func(i int64)) {
	for _, registry := range registries {
		b.Run(registry.name, func(b *testing.B) {
			r := registry.make()
			defer r.UnregisterAll() // takes rcrowley's meters out of its arbiter
			record := use(r)
			for i := range int64(10_000) { // reservoirs fill
				record(i)
			}
			b.Run("one", func(b *testing.B) {
				b.ReportAllocs()
				var i int64
				for b.Loop() {
					i++
					record(i & 0xfffff)
				}
			})
			b.Run("all", func(b *testing.B) {
				b.RunParallel(func(pb *testing.PB) {
					var i int64
					for pb.Next() {
						i++
						record(i & 0xfffff)
					}
				})
			})
		})
	}
}

func BenchmarkCounterInc(b *testing.B) {
	benchmark(b, func(r gometrics.Registry) func(int64) {
		return gometrics.GetOrRegisterCounter("counter", r).Inc
	})
}

func BenchmarkMeterMark(b *testing.B) {
	benchmark(b, func(r gometrics.Registry) func(int64) {
		m := gometrics.GetOrRegisterMeter("meter", r)
		return func(int64) { m.Mark(1) }
	})
}

// Sarama marks meters with the sizes of messages.
func BenchmarkMeterMarkBytes(b *testing.B) {
	benchmark(b, func(r gometrics.Registry) func(int64) {
		return gometrics.GetOrRegisterMeter("meter", r).Mark
	})
}

func BenchmarkHistogramUpdate(b *testing.B) {
	benchmark(b, func(r gometrics.Registry) func(int64) {
		return getHistogram("histogram", r).Update
	})
}

func BenchmarkTimerUpdate(b *testing.B) {
	benchmark(b, func(r gometrics.Registry) func(int64) {
		t := gometrics.GetOrRegisterTimer("timer", r)
		return func(i int64) { t.Update(time.Duration(i)) }
	})
}

func BenchmarkGetOrRegister(b *testing.B) {
	benchmark(b, func(r gometrics.Registry) func(int64) {
		return func(int64) { gometrics.GetOrRegisterMeter("meter", r) }
	})
}

// An instance of a library's own makes lookups of others take a lock.
func BenchmarkGetOrRegisterBesideInstance(b *testing.B) {
	benchmark(b, func(r gometrics.Registry) func(int64) {
		gometrics.NewRegisteredGauge("instance", r)
		return func(int64) { gometrics.GetOrRegisterMeter("meter", r) }
	})
}
