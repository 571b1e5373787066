package prometheusmetrics

import (
	"fmt"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// collector is what a driver registers. It describes itself by a placeholder,
// since the families come and go, and a collector without any descriptor could
// not be unregistered.
type collector struct {
	driver      *Driver
	name        string // of the placeholder; no other driver of the process has it
	placeholder *prometheus.Desc
}

var collectors atomic.Uint64

func newCollector(d *Driver) *collector {
	name := fmt.Sprintf("prometheusmetrics_driver_%d", collectors.Add(1))
	help := "Placeholder for the series of a driver, never collected."
	return &collector{driver: d, name: name, placeholder: prometheus.NewDesc(name, help, nil, nil)}
}

// Describe sends the placeholder.
func (c *collector) Describe(descs chan<- *prometheus.Desc) { descs <- c.placeholder }

// Collect sends the series of one flush.
func (c *collector) Collect(metrics chan<- prometheus.Metric) {
	e := c.driver.scraped()
	samples := make([]sample, e.series)
	for _, family := range e.families {
		for _, s := range family.series {
			next := &samples[0]
			samples = samples[1:]
			next.family, next.series, next.exposition = family, s, e
			metrics <- next
		}
	}
}

// scraped returns what a scrape is to show: the last flush, or a new one where
// the sources are read at each scrape.
func (d *Driver) scraped() *exposition {
	if d.config.FlushInterval == 0 {
		d.flush(lookAway)
	}
	if e := d.current.Load(); e != nil {
		return e
	}
	return &exposition{}
}

// sample is one series of one exposition, as the Prometheus registry wants it.
type sample struct {
	family     *family
	series     *series
	exposition *exposition
	gauge      dto.Gauge // its place, so that a scrape does not allocate each one
}

// Desc returns the family's descriptor.
func (s *sample) Desc() *prometheus.Desc { return s.family.desc }

// Write shows the series; what it points to never changes.
func (s *sample) Write(out *dto.Metric) error {
	if s.family.typ == dto.MetricType_GAUGE {
		s.gauge.Value = &s.exposition.numbers[s.series.slot]
		out.Label, out.Gauge = s.series.labels, &s.gauge
		return nil
	}
	s.series.write(out, s.family.typ, s.exposition.numbers, s.exposition.parts)
	return nil
}

// write fills a metric that points into numbers and parts.
func (s *series) write(out *dto.Metric, typ dto.MetricType, numbers []float64, parts []part) {
	out.Label = s.labels
	switch typ {
	case dto.MetricType_GAUGE:
		out.Gauge = &dto.Gauge{Value: &numbers[s.slot]}
	case dto.MetricType_COUNTER:
		out.Counter = &dto.Counter{Value: &numbers[s.slot]}
	case dto.MetricType_SUMMARY:
		out.Summary = &dto.Summary{SampleCount: new(uint64), SampleSum: &numbers[s.slot+1]}
		out.Summary.Quantile = make([]*dto.Quantile, len(s.quantiles))
		for i := range s.quantiles {
			out.Summary.Quantile[i] = &dto.Quantile{Quantile: proto.Float64(s.quantiles[i]), Value: new(float64)}
		}
	}
	s.refresh(out, typ, numbers, parts)
}

// refresh brings up to date what does not point into numbers.
func (s *series) refresh(out *dto.Metric, typ dto.MetricType, numbers []float64, parts []part) {
	switch {
	case typ == dto.MetricType_HISTOGRAM:
		out.Histogram = parts[s.part].histogram
	case out.Counter != nil:
		out.Counter.CreatedTimestamp = parts[s.part].created
		out.Counter.Exemplar = parts[s.part].exemplar
	case out.Summary != nil:
		count := numbers[s.slot]
		*out.Summary.SampleCount = uint64(max(count, 0))
		out.Summary.CreatedTimestamp = parts[s.part].created
		for i, quantile := range out.Summary.Quantile {
			*quantile.Value = numbers[s.slot+2+i]
		}
	}
}
