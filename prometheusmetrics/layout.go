package prometheusmetrics

import "fmt"

// Layout decides which series a metric becomes.
type Layout uint8

const (
	// LayoutGauges, the default, shows every statistic of a metric as a gauge of its
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
