package reading

import "github.com/go-metrics-plus/metrics"

// Kind is what a metric is, whatever library its type comes from.
type Kind uint8

// The kinds of metrics.
const (
	Unknown Kind = iota
	Counter
	Gauge
	Meter
	Histogram
	Timer
	ResettingTimer // whose snapshot is what came since the last one, as go-ethereum's
	Healthcheck
	Info // a gauge whose value is a set of pairs, as go-ethereum's GaugeInfo
)

var kindNames = [...]string{
	"unknown", "counter", "gauge", "meter", "histogram", "timer", "resetting timer", "healthcheck", "info",
}

// String names the kind as people do.
func (k Kind) String() string { return kindNames[k] }

// IsTimer reports whether the metric's values are durations in nanoseconds.
func (k Kind) IsTimer() bool { return k == Timer || k == ResettingTimer }

// IsDistribution reports whether the metric has quantiles.
func (k Kind) IsDistribution() bool { return k == Histogram || k.IsTimer() }

// ownKind tells the kind of our own instruments, which need no reflection.
func ownKind(metric any) Kind {
	switch metric.(type) {
	case metrics.Counter:
		return Counter
	case metrics.Gauge, metrics.GaugeFloat64:
		return Gauge
	case metrics.Meter:
		return Meter
	case metrics.Histogram, metrics.HistogramFloat64:
		return Histogram
	case metrics.Timer:
		return Timer
	}
	return Unknown
}
