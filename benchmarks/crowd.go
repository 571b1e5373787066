package benchmarks

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// A crowd is very many children of two vectors, as labels with many values bring them:
// counters with three labels, which are half of the series, and timers with two.
type crowd struct{ counters, timers int }

// A timer is a histogram with these bounds in seconds, and native buckets beside. In the
// text formats it is ten series: seven buckets, that of infinity, count and sum. In
// protobuf it is one.
var crowdBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1}

const (
	seriesPerTimer = 10
	methodLabel    = "method"
)

// crowdOf is the crowd of so many series.
func crowdOf(series int) crowd { return crowd{series / 2, series / 2 / seriesPerTimer} }

// series is how many there are in the text formats.
func (c crowd) series() int { return c.counters + seriesPerTimer*c.timers }

var (
	crowdMethods = [...]string{"GET", "PUT", "POST", "DELETE", "HEAD"}
	crowdCodes   = [...]string{"200", "400", "404", "500"}
)

// counterValues are the label values of a counter: route, method and code.
func counterValues(i int) []string {
	return []string{"/route/" + strconv.Itoa(i/20), crowdMethods[i/4%5], crowdCodes[i%4]}
}

// timerValues are those of a timer: route and method.
func timerValues(i int) []string { return []string{"/route/" + strconv.Itoa(i/5), crowdMethods[i%5]} }

// children are a crowd in a library.
type children struct {
	crowd
	counter func(i int) // looks the counter up, which registers it
	timer   func(i int)

	count  func(i int) // into what was looked up
	record func(i int, v Value)

	flush   func() // nil where scrapes read for themselves
	handler http.Handler

	values []Value
}

// register looks all of them up for the first time.
func (c *children) register() {
	for i := range c.counters {
		c.counter(i)
	}
	for i := range c.timers {
		c.timer(i)
	}
}

// update gives one in so many of them a new value.
func (c *children) update(step int) {
	for i := 0; i < c.counters; i += step {
		c.count(i)
	}
	for i := 0; i < c.timers; i += step {
		c.record(i, c.values[i%len(c.values)])
	}
}

// refresh brings a new value of each to where scrapes see it.
func (c *children) refresh() {
	c.update(1)
	if c.flush != nil {
		c.flush()
	}
}

func ourCrowd(c crowd) *children {
	r := metrics.NewRegistry()
	requests := metrics.NewVec[metrics.Counter](r, "requests", routeLabel, methodLabel, codeLabel)
	latencies := metrics.NewVecFunc(r, "latency", func(l metrics.Labels) metrics.Timer {
		h := metrics.NewHistogram(metrics.NewBucketSample(0.05, crowdBounds...))
		return metrics.NewCustomTimer(h, metrics.NewMeter(), l)
	}, routeLabel, methodLabel)
	counters, timers := make([]metrics.Counter, c.counters), make([]metrics.Timer, c.timers)
	d, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
		Registry: r, Layout: prometheusmetrics.LayoutTyped, FlushInterval: time.Hour, Detached: true,
		CallTimeout: 5 * time.Minute,
	}, nil)
	must(err)
	return &children{
		crowd: c, values: logNormalValues(1),
		counter: func(i int) { counters[i] = requests.With(counterValues(i)...) },
		timer:   func(i int) { timers[i] = latencies.With(timerValues(i)...) },
		count:   func(i int) { counters[i].Inc(1) },
		record:  func(i int, v Value) { timers[i].Update(time.Duration(v.Nanoseconds)) },
		flush:   func() { must(d.Once()) },
		handler: d.Handler(),
	}
}

func promCrowd(c crowd) *children {
	registry := prometheus.NewRegistry()
	requests := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "requests_total", Help: "requests"}, []string{routeLabel, methodLabel, codeLabel})
	latencies := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "latency_seconds", Help: "latency", Buckets: crowdBounds,
		NativeHistogramBucketFactor: 1.05, NativeHistogramMaxBucketNumber: 160,
	}, []string{routeLabel, methodLabel})
	registry.MustRegister(requests, latencies)
	counters, timers := make([]prometheus.Counter, c.counters), make([]prometheus.Observer, c.timers)
	return &children{
		crowd: c, values: logNormalValues(1),
		counter: func(i int) { counters[i] = requests.WithLabelValues(counterValues(i)...) },
		timer:   func(i int) { timers[i] = latencies.WithLabelValues(timerValues(i)...) },
		count:   func(i int) { counters[i].Inc() },
		record:  func(i int, v Value) { timers[i].Observe(v.Seconds) },
		handler: promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}),
	}
}
