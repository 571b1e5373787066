// Package rcrowley is source as it was written for github.com/rcrowley/go-metrics.
// Only the import path was changed. It must go on compiling and working.
package rcrowley

import (
	"errors"
	"fmt"
	"io"
	"log"
	"sort"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics"
)

var (
	ordersTotal = metrics.NewRegisteredCounter("orders.total", nil)
	stockLevel  = metrics.NewRegisteredFunctionalGauge("stock.level", metrics.DefaultRegistry, func() int64 { return 42 })
)

// Shop keeps its instruments in fields of the interface types of old.
type Shop struct {
	registry  metrics.Registry
	orders    metrics.Counter
	open      metrics.Gauge
	load      metrics.GaugeFloat64
	visits    metrics.Meter
	sizes     metrics.Histogram
	latency   metrics.Timer
	db        metrics.Healthcheck
	dbRunning bool
}

// NewShop registers in each of the ways there are.
func NewShop(r metrics.Registry) *Shop {
	s := &Shop{registry: r, dbRunning: true}
	s.orders = metrics.NewCounter()
	if err := r.Register("orders", s.orders); err != nil {
		log.Fatal(err)
	}
	s.open = metrics.GetOrRegisterGauge("open", r)
	s.load = r.GetOrRegister("load", metrics.NewGaugeFloat64).(metrics.GaugeFloat64)
	s.visits = metrics.NewRegisteredMeter("visits", r)
	s.sizes = metrics.NewHistogram(metrics.NewExpDecaySample(1028, 0.015))
	r.Register("sizes", s.sizes)
	s.latency = metrics.NewTimer()
	r.Register("latency", s.latency)
	s.db = metrics.NewHealthcheck(func(h metrics.Healthcheck) {
		if s.dbRunning {
			h.Healthy()
		} else {
			h.Unhealthy(errors.New("db is down"))
		}
	})
	r.Register("db", s.db)
	return s
}

// Order is recorded by everything.
func (s *Shop) Order(items int64, took time.Duration) {
	ordersTotal.Inc(1)
	s.orders.Inc(1)
	s.open.Update(s.open.Value() + 1)
	s.load.Update(0.5)
	s.visits.Mark(1)
	s.sizes.Update(items)
	s.latency.Update(took)
	s.latency.Time(func() {})
	s.latency.UpdateSince(time.Now())
}

// Report writes all metrics, as rcrowley's own writer does.
func Report(r metrics.Registry, w io.Writer) {
	var lines []string
	r.Each(func(name string, i interface{}) {
		switch metric := i.(type) {
		case metrics.Counter:
			lines = append(lines, fmt.Sprintf("counter %s %d", name, metric.Count()))
		case metrics.Gauge:
			lines = append(lines, fmt.Sprintf("gauge %s %d", name, metric.Value()))
		case metrics.GaugeFloat64:
			lines = append(lines, fmt.Sprintf("gauge %s %f", name, metric.Value()))
		case metrics.Healthcheck:
			metric.Check()
			lines = append(lines, fmt.Sprintf("healthcheck %s %v", name, metric.Error()))
		case metrics.Histogram:
			h := metric.Snapshot()
			ps := h.Percentiles([]float64{0.5, 0.75, 0.95, 0.99, 0.999})
			lines = append(lines, fmt.Sprintf("histogram %s %d %d %d %.1f %.1f",
				name, h.Count(), h.Min(), h.Max(), h.Mean(), ps[0]))
		case metrics.Meter:
			m := metric.Snapshot()
			lines = append(lines, fmt.Sprintf("meter %s %d %t", name, m.Count(), m.Rate1() >= 0 && m.RateMean() >= 0))
		case metrics.Timer:
			t := metric.Snapshot()
			lines = append(lines, fmt.Sprintf("timer %s %d %t", name, t.Count(), t.Percentile(0.99) > 0 && t.StdDev() > 0))
		}
	})
	sort.Strings(lines)
	fmt.Fprintln(w, strings.Join(lines, "\n"))
}

// Component records under a prefix, or nothing at all.
type Component struct{ calls metrics.Counter }

// NewComponent takes a nil registry for not wanting metrics.
func NewComponent(name string, parent metrics.Registry) *Component {
	c := &Component{calls: metrics.NilCounter{}}
	if parent != nil {
		c.calls = metrics.GetOrRegisterCounter("calls", metrics.NewPrefixedChildRegistry(parent, name+"."))
	}
	return c
}

// Call counts.
func (c *Component) Call() { c.calls.Inc(1) }

// CleaningRegistry forgets what it registered, as Sarama's does.
type CleaningRegistry struct {
	metrics.Registry
	registered map[string]struct{}
}

// NewCleaningRegistry wraps a registry.
func NewCleaningRegistry(parent metrics.Registry) *CleaningRegistry {
	return &CleaningRegistry{Registry: parent, registered: map[string]struct{}{}}
}

// GetOrRegister remembers the name.
func (r *CleaningRegistry) GetOrRegister(name string, metric interface{}) interface{} {
	r.registered[name] = struct{}{}
	return r.Registry.GetOrRegister(name, metric)
}

// UnregisterAll removes what went through this registry.
func (r *CleaningRegistry) UnregisterAll() {
	for name := range r.registered {
		r.Registry.Unregister(name)
	}
}

// LastSample is a user's own sample: it keeps one value.
type LastSample struct {
	count, sum, last int64
}

var _ metrics.Sample = (*LastSample)(nil)

func (s *LastSample) Clear()                     { *s = LastSample{} }
func (s *LastSample) Count() int64               { return s.count }
func (s *LastSample) Max() int64                 { return s.last }
func (s *LastSample) Mean() float64              { return float64(s.last) }
func (s *LastSample) Min() int64                 { return s.last }
func (s *LastSample) Percentile(float64) float64 { return float64(s.last) }
func (s *LastSample) Percentiles(ps []float64) []float64 {
	return metrics.SamplePercentiles(s.Values(), ps)
}
func (s *LastSample) Size() int                { return 1 }
func (s *LastSample) Snapshot() metrics.Sample { return metrics.NewSampleSnapshot(s.count, s.Values()) }
func (s *LastSample) StdDev() float64          { return 0 }
func (s *LastSample) Sum() int64               { return s.sum }
func (s *LastSample) Update(v int64)           { s.count++; s.sum += v; s.last = v }
func (s *LastSample) Values() []int64          { return []int64{s.last} }
func (s *LastSample) Variance() float64        { return 0 }
