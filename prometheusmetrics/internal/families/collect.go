package families

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Collect sends every series, as a Prometheus registry wants them. What the
// registry makes of them is its own. What last makes of the last one is sent in its
// place, unless last is nil.
func (e *Exposition) Collect(metrics chan<- prometheus.Metric, last func(prometheus.Metric) prometheus.Metric) {
	shared := &collection{exposition: e, numbers: slices.Clone(e.Numbers)}
	caster, samples := newCaster(e.Labels), make([]sample, e.Series)
	for _, family := range e.Families {
		for _, series := range family.Series {
			next := &samples[0]
			samples = samples[1:]
			next.family, next.series, next.collection = family, series, shared
			next.labels = caster.labels(series.Labels)
			if last != nil && len(samples) == 0 {
				metrics <- last(next)
				return
			}
			metrics <- next
		}
	}
}

// collection is what the samples of one Collect have in common.
type collection struct {
	exposition *Exposition
	numbers    []float64
}

// sample is one series of one exposition.
type sample struct {
	family     *Family
	series     *Series
	labels     []*dto.LabelPair
	collection *collection
	gauge      dto.Gauge // in place, so that a scrape does not allocate each one
}

// Desc returns the family's descriptor.
func (s *sample) Desc() *prometheus.Desc { return s.family.Desc }

// Write fills in the series. The registry calls it once, in its own goroutine.
func (s *sample) Write(out *dto.Metric) error {
	c := s.collection
	if s.family.Type == dto.MetricType_GAUGE {
		s.gauge.Value = &c.numbers[s.series.Slot]
		out.Label, out.Gauge = s.labels, &s.gauge
		return nil
	}
	cast(out, s.family.Type, s.series, c.exposition, c.numbers)
	out.Label = s.labels
	return nil
}
