package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics"
)

// latency times single updates of our instruments and of client_golang's, in turn
// and in one goroutine, while everything else goes on. What it finds it counts in
// samples that nobody scrapes.
type latency struct {
	peers   *prometheus.Registry
	updates []update
}

// update is a single update to be timed.
type update struct {
	name  string
	do    func(value int64)
	times metrics.Sample // in nanoseconds
}

func newLatency(prom *prometheus.Registry) *latency {
	l := &latency{peers: prometheus.NewRegistry()}
	classic := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "peer_classic"})
	native := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "peer_native", NativeHistogramBucketFactor: 1.1})
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "peer_counter"})
	l.peers.MustRegister(classic, native, counter)
	l.fill()

	reservoir := metrics.NewHistogram(metrics.NewExpDecaySample(1028, 0.015))
	bucketed := metrics.NewHistogram(metrics.NewBucketSample(0.05))
	ours := metrics.NewCounter()
	l.add("client_golang counter", func(int64) { counter.Inc() })
	l.add("client_golang classic histogram", func(v int64) { classic.Observe(float64(v)) })
	l.add("client_golang native histogram", func(v int64) { native.Observe(float64(v)) })
	l.add("counter", func(int64) { ours.Inc(1) })
	l.add("reservoir histogram", reservoir.Update)
	l.add("bucketed histogram", bucketed.Update)
	return l
}

// fill gives the peers' registry as many series as a driver of ours has.
func (l *latency) fill() {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "peer_gauge"}, []string{"number"})
	l.peers.MustRegister(v)
	for i := range 500 {
		v.WithLabelValues(fmt.Sprint(i)).Set(float64(i))
	}
}

func (l *latency) add(name string, do func(int64)) {
	l.updates = append(l.updates, update{name, do, metrics.NewBucketSample(0.02)})
}

// control serves the peers' metrics: a scrape that fails here too, or takes long, is
// the machine's fault.
func (l *latency) control() http.Handler {
	return promhttp.HandlerFor(l.peers, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// run times one update of each about every millisecond until the context ends.
func (l *latency) run(ctx context.Context) {
	for i := 0; ctx.Err() == nil; i++ {
		for k := range l.updates {
			u := &l.updates[(i+k)%len(l.updates)] // each is the first as often as the others
			begin := time.Now()
			u.do(int64(i % 5000))
			u.times.Update(int64(time.Since(begin)))
		}
		wait(ctx, time.Millisecond)
	}
}

// result is the 99th percentile of each, in nanoseconds.
func (l *latency) result() map[string]float64 {
	result := map[string]float64{}
	for _, u := range l.updates {
		result[u.name] = u.times.Snapshot().Percentile(0.99)
	}
	return result
}
