package planning

import (
	"cmp"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

// Config is what plans are made by. It never changes.
type Config struct {
	Namespace, Subsystem string
	ConstLabels          map[string]string
	Sources              []Source
	MaxSeries            int // 0 for no limit

	// Rule returns the rule for a metric of that name; never nil.
	Rule func(name string) *Rule

	// Prefix and Wrapped are what the registerer adds to names and labels.
	Prefix  string
	Wrapped []naming.Label

	hash func(key []byte) uint64 // of the key of a series; a test has many share one
}

// Source is what is particular to the metrics of one source.
type Source struct {
	Labels   map[string]string
	Layout   layout.Layout
	Absolute bool // namespace and subsystem do not come before its names
}

// Rule changes how a metric is shown. The zero Rule changes nothing.
type Rule struct {
	Match  string // as the user wrote it
	Name   string // empty for the metric's own
	Labels map[string]string
	Scale  float64 // 0 for 1
	Help   string
	Unit   string
	Drop   bool

	// Kind is what counters, gauges and meters are shown as; Unknown for what they are.
	Kind reading.Kind
}

// kind returns the kind that a metric is shown as. Distributions and health checks
// can't be anything else.
func (r *Rule) kind(original reading.Kind) reading.Kind {
	switch original {
	case reading.Counter, reading.Gauge, reading.Meter:
		return cmp.Or(r.Kind, original)
	}
	return original
}

func (r *Rule) scale() float64 { return cmp.Or(r.Scale, 1) }
