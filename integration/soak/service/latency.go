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
	name        string
	do          func(value int64)
	first, next metrics.Sample // in nanoseconds: after a pause, and right after another
}

// inRow is how many updates follow the first.
const inRow = 32

func newLatency(ours metrics.Registry) *latency {
	l := &latency{peers: prometheus.NewRegistry()}
	classic := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "peer_classic"})
	native := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "peer_native", NativeHistogramBucketFactor: 1.1})
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "peer_counter"})
	l.peers.MustRegister(classic, native, counter)
	l.fill()
	l.add("client_golang counter", func(int64) { counter.Inc() })
	l.add("client_golang classic histogram", func(v int64) { classic.Observe(float64(v)) })
	l.add("client_golang native histogram", func(v int64) { native.Observe(float64(v)) })

	c := metrics.GetOrRegisterCounter("latency.counter", ours)
	reservoir := metrics.GetOrRegisterHistogram("latency.reservoir", ours, metrics.NewExpDecaySample(1028, 0.015))
	bucketed := metrics.GetOrRegisterHistogram("latency.bucketed", ours, metrics.NewBucketSample(0.05))
	l.add("counter", func(int64) { c.Inc(1) })
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
	l.updates = append(l.updates, update{name, do, metrics.NewBucketSample(0.02), metrics.NewBucketSample(0.02)})
}

// control serves the peers' metrics: a scrape that fails here too, or takes long, is
// the machine's fault.
func (l *latency) control() http.Handler {
	return promhttp.HandlerFor(l.peers, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// run times updates of each about every two milliseconds until the context ends.
func (l *latency) run(ctx context.Context) {
	for i := 0; ctx.Err() == nil; i++ {
		for k := range l.updates {
			u := &l.updates[(i+k)%len(l.updates)] // each is the first as often as the others
			value := int64(i % 5000)
			u.first.Update(u.time(value))
			for n := range int64(inRow) {
				u.next.Update(u.time(value + n))
			}
		}
		wait(ctx, 2*time.Millisecond)
	}
}

func (u *update) time(value int64) (nanoseconds int64) {
	begin := time.Now()
	u.do(value)
	return int64(time.Since(begin))
}

// Latency is the 99th percentile of one kind of update, in nanoseconds.
type Latency struct{ First, Next float64 }

func (l *latency) result() map[string]Latency {
	result := map[string]Latency{}
	for _, u := range l.updates {
		result[u.name] = Latency{u.first.Snapshot().Percentile(0.99), u.next.Snapshot().Percentile(0.99)}
	}
	return result
}
