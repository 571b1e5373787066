package live

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// thousand are the instruments of the comparison in benchmarks: 1,000 of each
// kind, 35,000 series in LayoutGauges.
type thousand struct {
	driver *prometheusmetrics.Driver
	update func()
}

func newThousand(b *testing.B) thousand {
	b.Helper()
	r := metrics.NewRegistry()
	var updates []func()
	for i := range 1000 {
		counter := metrics.GetOrRegisterCounter(fmt.Sprint("counter", i), r)
		gauge := metrics.GetOrRegisterGauge(fmt.Sprint("gauge", i), r)
		meter := metrics.GetOrRegisterMeter(fmt.Sprint("meter", i), r)
		histogram := metrics.GetOrRegisterHistogram(fmt.Sprint("histogram", i), r, nil)
		timer := metrics.GetOrRegisterTimer(fmt.Sprint("timer", i), r)
		n := int64(i)
		updates = append(updates, func() {
			n++
			counter.Inc(n)
			gauge.Update(n)
			meter.Mark(n)
			histogram.Update(n * 7919 % 1009)
			timer.Update(time.Duration(n * 7919 % 1009))
		})
	}
	d, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{Registry: r, FlushInterval: time.Hour, Detached: true}, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	return thousand{d, func() {
		for _, update := range updates {
			update()
		}
		d.Once()
	}}
}

// BenchmarkViewer is what one interval costs while somebody looks at 35,000
// series: gathering, finding what has changed, writing and compressing it. More
// viewers cost the sending only.
func BenchmarkViewer(b *testing.B) {
	for _, name := range []string{"all changed", "nothing flushed"} {
		b.Run(name, func(b *testing.B) {
			metrics := newThousand(b)
			f := newFeed(Config{}.complete(), newSources(metrics.driver), "session")
			metrics.update()
			f.commit(gatherAll(f.sources))
			bytes := 0
			for b.Loop() {
				if name == "all changed" {
					b.StopTimer()
					metrics.update()
					b.StartTimer()
				}
				batches := gatherAll(f.sources)
				f.commit(batches)
				release(batches)
				bytes = len(compress(f.answer(f.seq - 1).plain))
			}
			b.ReportMetric(float64(bytes), "B/answer")
			b.ReportMetric(float64(f.tracker.series), "series")
		})
	}
}

// BenchmarkOpening is what the first answer to a viewer costs, which tells of
// everything.
func BenchmarkOpening(b *testing.B) {
	metrics := newThousand(b)
	metrics.update()
	f := newFeed(Config{}.complete(), newSources(metrics.driver), "session")
	bytes := 0
	for b.Loop() {
		f.drop()
		f.commit(gatherAll(f.sources))
		bytes = len(compress(f.answer(0).plain))
	}
	b.ReportMetric(float64(bytes), "B/answer")
}

// BenchmarkMemory reports what a page holds while somebody looks at 35,000 series,
// and once nobody has for a while.
func BenchmarkMemory(b *testing.B) {
	metrics := newThousand(b)
	for range 5 {
		metrics.update() // so that what the instruments keep does not grow any more
	}
	release(gatherAll(newSources(metrics.driver))) // the driver keeps what it lends, after any scrape
	for b.Loop() {
		before := heap()
		f := newFeed(Config{}.complete(), newSources(metrics.driver), "session")
		for range 3 {
			metrics.update()
			batches := gatherAll(f.sources)
			f.commit(batches)
			release(batches)
			compress(f.answer(f.seq - 1).plain)
		}
		b.ReportMetric(float64(heap()-before), "B/looking")
		f.drop()
		b.ReportMetric(float64(heap()-before), "B/closed")
		runtime.KeepAlive(f)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
