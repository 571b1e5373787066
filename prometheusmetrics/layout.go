package prometheusmetrics

import (
	"fmt"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// Layout decides which series a metric becomes.
type Layout uint8

const (
	// LayoutGauges, the default, shows every figure of a metric as a gauge of its
	// own, under the names that go-metrics users have had on their dashboards for
	// years: <name>_count, <name>_percentile_99_0, <name>_rate_1min and so on.
	LayoutGauges Layout = iota

	// LayoutTyped speaks Prometheus: counters <name>_total, gauges <name>, timers
	// as summaries <name>_seconds, or as histograms where real buckets were counted.
	LayoutTyped
)

// String names the layout as the constants do.
func (l Layout) String() string {
	switch l {
	case LayoutGauges:
		return "LayoutGauges"
	case LayoutTyped:
		return "LayoutTyped"
	}
	return fmt.Sprintf("Layout(%d)", uint8(l))
}

// subject is a metric as a layout sees it.
type subject struct {
	name    string // sanitised, with namespace and subsystem
	source  string // as its registry has it, for help texts
	help    string // from its description; empty for none
	unit    string // from its description; empty for none
	kind    kind
	reading *reading // the first one: what a foreign metric can say shows there
}

// template is one series that a metric becomes, before its labels.
type template struct {
	name      string // of the family
	typ       dto.MetricType
	help      string
	unit      string
	labels    []naming.Label // beside the metric's own
	figures   []figure       // one number; for a summary count, sum and the quantiles
	quantiles []float64      // of a summary
}

// layout turns metrics into templates.
type layout interface {
	templates(subject) []template
	// unit is what the metric's own unit is divided by.
	unit(kind) unit
}
