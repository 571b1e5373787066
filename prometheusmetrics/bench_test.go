package prometheusmetrics

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics"
)

// population is a registry with n each of counters, gauges, meters, timers and
// histograms with full reservoirs: 35 gauges for each n.
type population struct {
	registry   metrics.Registry
	counters   []metrics.Counter
	gauges     []metrics.Gauge
	meters     []metrics.Meter
	timers     []metrics.Timer
	histograms []metrics.Histogram
}

func newPopulation(n int) *population {
	p := &population{registry: metrics.NewRegistry()}
	for i := range n {
		p.counters = append(p.counters, metrics.GetOrRegisterCounter(fmt.Sprintf("counter.%d", i), p.registry))
		p.gauges = append(p.gauges, metrics.GetOrRegisterGauge(fmt.Sprintf("gauge.%d", i), p.registry))
		p.meters = append(p.meters, metrics.GetOrRegisterMeter(fmt.Sprintf("meter.%d", i), p.registry))
		p.timers = append(p.timers, metrics.GetOrRegisterTimer(fmt.Sprintf("timer.%d", i), p.registry))
		p.histograms = append(p.histograms, metrics.GetOrRegisterHistogram(fmt.Sprintf("histogram.%d", i), p.registry, nil))
	}
	for range 1100 {
		p.update()
	}
	return p
}

func (p *population) update() {
	for i := range p.counters {
		p.counters[i].Inc(1)
		p.gauges[i].Update(int64(i))
		p.meters[i].Mark(1)
		p.timers[i].Update(time.Duration(rand.Int64N(int64(time.Second))))
		p.histograms[i].Update(rand.Int64N(1000))
	}
}

func populated(b testing.TB, config Config, n int) (*Driver, *population, *prometheus.Registry) {
	p := newPopulation(n)
	config.Registry = p.registry
	d, _, registry, _ := newTestDriver(b, config)
	once(b, d)
	return d, p, registry
}

var layouts = []Layout{LayoutGauges, LayoutTyped}

func BenchmarkFlushUpdated(b *testing.B) {
	for _, layout := range layouts {
		b.Run(layout.String(), func(b *testing.B) {
			d, p, _ := populated(b, Config{Layout: layout}, 1000)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				p.update()
				b.StartTimer()
				once(b, d)
			}
		})
	}
}

func BenchmarkFlushIdle(b *testing.B) {
	for _, layout := range layouts {
		b.Run(layout.String(), func(b *testing.B) {
			d, _, _ := populated(b, Config{Layout: layout}, 1000)
			b.ReportAllocs()
			for b.Loop() {
				once(b, d)
			}
		})
	}
}

func BenchmarkGatherRegistry(b *testing.B) {
	_, _, registry := populated(b, Config{}, 1000)
	b.ReportAllocs()
	for b.Loop() {
		encode(b, registry)
	}
}

func BenchmarkGatherTransactional(b *testing.B) {
	d, p, _ := populated(b, Config{}, 1000)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		p.update()
		once(b, d)
		b.StartTimer()
		_, done, _ := d.Transactional().Gather()
		done()
	}
}

func encode(b *testing.B, gatherer prometheus.Gatherer) {
	families, err := gatherer.Gather()
	if err != nil {
		b.Fatal(err)
	}
	for _, family := range families {
		expfmt.MetricFamilyToText(io.Discard, family)
	}
}
