// Package layout decides which series a metric becomes. It knows the kinds and values
// of metrics, and the types of families, but neither what is exposed already nor
// which labels a series will have beside those of its layout.
package layout

import (
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

// Layout turns metrics into series. It never changes.
type Layout interface {
	// Templates lists the series of a metric; none for a kind that is unknown.
	Templates(Subject) []Template
	// Unit is what values of the kind are shown in, before a rule scales them.
	Unit(reading.Kind) unit.Unit
}

// Subject is a metric as a layout sees it. Equal subjects become the same.
type Subject struct {
	Name   string // sanitised, with namespace and subsystem
	Source string // as its registry has it, for help texts
	Help   string // from its description; empty for none
	Unit   string // from its description; empty for none
	Kind   reading.Kind

	Buckets     bool // whether it has buckets
	LifetimeSum bool // whether its sum is the total of all that was recorded
}

// Template is one series that a metric becomes, before its labels.
type Template struct {
	Name       string // of the family
	Type       dto.MetricType
	Help       string
	Unit       string
	Labels     []naming.Label // beside the metric's own
	Statistics []Statistic    // one; for a summary count, sum and the quantiles
	Quantiles  []float64      // of a summary
}
