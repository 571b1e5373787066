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
	var ahead int
	for i, family := range e.Families {
		if i%Block == 0 {
			ahead += touchFamilies(e.Families[i:min(i+Block, len(e.Families))])
		}
		for j, series := range family.Series {
			if j%Block == 0 {
				ahead += touchSeries(family.Series, j)
			}
			next := &samples[0]
			samples = samples[1:]
			next.set(family, series, shared)
			next.labels = caster.series(series.Labels)
			if last != nil && len(samples) == 0 {
				metrics <- last(next)
				return
			}
			metrics <- next
		}
	}
	shared.ahead = ahead
}

// collection is what the samples of one Collect have in common.
type collection struct {
	exposition *Exposition
	numbers    []float64
	ahead      int // what was read ahead, which would not be done for nobody
}

// sample is one series of one exposition. It holds what the registry asks for, so that
// the goroutine that asks, which is the slowest, need not fetch it from all over the
// memory.
type sample struct {
	desc       *prometheus.Desc
	labels     []*dto.LabelPair
	gauge      dto.Gauge // in place, so that a scrape does not allocate each one
	series     *Series   // nil of a gauge, which is complete
	family     *Family
	collection *collection
}

func (s *sample) set(family *Family, series *Series, c *collection) {
	s.desc = family.Desc
	if family.Type == dto.MetricType_GAUGE {
		s.gauge.Value = &c.numbers[series.Slot]
		return
	}
	s.series, s.family, s.collection = series, family, c
}

// Desc returns the family's descriptor.
func (s *sample) Desc() *prometheus.Desc { return s.desc }

// Write fills in the series. The registry calls it once, in its own goroutine.
func (s *sample) Write(out *dto.Metric) error {
	if s.series == nil {
		out.Label, out.Gauge = s.labels, &s.gauge
		return nil
	}
	cast(out, s.family, s.series, s.collection.exposition, s.collection.numbers)
	out.Label = s.labels
	return nil
}
