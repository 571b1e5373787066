// Package plain is source as it was written for the generation of go-metrics
// that has SinkOnce, but no labels. Only the import path was changed. It must go
// on compiling and working.
package plain

import (
	"time"

	"github.com/go-metrics-plus/metrics"
)

// Worker records in DefaultRegistry.
type Worker struct {
	Jobs    metrics.Counter
	Queue   metrics.Gauge
	Latency metrics.Timer
	Sizes   metrics.Histogram
	Rate    metrics.Meter
}

// NewWorker makes its instruments.
func NewWorker() *Worker {
	return &Worker{
		Jobs:    metrics.GetOrRegisterCounter("plain.jobs", nil),
		Queue:   metrics.GetOrRegisterGauge("plain.queue", nil),
		Latency: metrics.GetOrRegisterTimer("plain.latency", nil),
		Sizes:   metrics.GetOrRegisterHistogram("plain.sizes", nil, nil),
		Rate:    metrics.GetOrRegisterMeter("plain.rate", nil),
	}
}

// Do does a job.
func (w *Worker) Do(size int64) {
	start := time.Now()
	defer w.Latency.UpdateSince(start)
	w.Queue.Update(w.Queue.Value() + 1)
	w.Jobs.Inc(1)
	w.Sizes.Update(size)
	w.Rate.Mark(1)
}

// Finish leaves the length of the last job behind, which nobody updates again.
func Finish(r metrics.Registry, length int64) {
	last := metrics.NewGauge()
	last.Update(length)
	r.SinkOnce("plain.last", last)
}

// Sink is a reporter of this generation.
type Sink struct {
	Counts map[string]int64
	Values map[string]any
}

// Collect uses both ways to read.
func (s *Sink) Collect(r metrics.Registry) {
	s.Counts, s.Values = map[string]int64{}, map[string]any{}
	r.Each(func(name string, i any) {
		if m, ok := i.(interface{ Count() int64 }); ok {
			s.Counts[name] = m.Count()
		}
	})
	for name, values := range r.GetAll() {
		for key, value := range values {
			s.Values[name+"."+key] = value
		}
	}
}
