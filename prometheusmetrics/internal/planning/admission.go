package planning

import (
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// admission is the series that a metric has.
type admission struct {
	origin     *families.Origin
	relabelled uint64 // the metric's number when they were made of its labels
	unit       unit.Unit
	statistics []layout.Statistic // of all its series, one after the other
	entries    []*entry
	total      *entry // which must not go down; nil for none

	slot int // of the first statistic; from the commit on

	// What the exemplar was made from, and what the histogram was filled from.
	exemplarFrom    *metrics.Exemplar
	exemplar        *families.Exemplar
	version, filled uint64
}

// entry is one series of a family.
type entry struct {
	member    *member
	admission *admission
	family    string // its name
	key       string // family and labels, as the registry has them
	labels    []naming.Label
	typ       dto.MetricType
	help      string
	unit      string
	quantiles []float64
	offset    int // of its statistics among the metric's
	series    *families.Series
}

// claimKey is the key of the claim to the series.
func (e *entry) claimKey() sharing.Key { return sharing.Key{Series: e.key, Type: e.typ} }

func (e *entry) origin() *families.Origin { return e.admission.origin }

// place gives an admitted metric's series their places.
func (s *State) place(a *admission) {
	a.slot = s.numbers.take(len(a.statistics))
	var labels []naming.Label
	var rendered *wire.Labels                         // shared by the entries, which nearly always have the same
	series := make([]families.Series, len(a.entries)) // which come and go together
	for i, e := range a.entries {
		if !slices.Equal(labels, e.labels) {
			labels, rendered = e.labels, families.Render(e.labels)
		}
		e.series = &series[i]
		*e.series = families.Series{
			Labels: e.labels, Rendered: rendered, Slot: a.slot + e.offset, Quantiles: e.quantiles, Origin: a.origin,
		}
		switch e.typ {
		case dto.MetricType_COUNTER, dto.MetricType_SUMMARY:
			e.series.Part = s.parts.take(1)
		case dto.MetricType_HISTOGRAM:
			e.series.Part = s.histograms.take(1)
		}
	}
	a.filled = 0
}

// release takes the places back.
func (s *State) release(a *admission) {
	s.numbers.give(a.slot, len(a.statistics))
	for _, e := range a.entries {
		switch e.typ {
		case dto.MetricType_COUNTER, dto.MetricType_SUMMARY:
			s.parts.give(e.series.Part, 1)
		case dto.MetricType_HISTOGRAM:
			s.histograms.give(e.series.Part, 1)
		}
	}
}
