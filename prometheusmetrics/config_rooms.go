package prometheusmetrics

import (
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/planning"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

// What the rooms of a flush need to know of a configuration that is complete.

// isTyped reports whether a source is shown in LayoutTyped.
func (c *Config) isTyped(s LabelledSource) bool { return c.Layout == LayoutTyped || s.Absolute }

// readingSources are the sources, and how their metrics are read.
func (c *Config) readingSources() []reading.Source {
	sources := make([]reading.Source, 0, len(c.Sources))
	for _, s := range c.Sources {
		wanted := reading.Wanted{Percentiles: c.Percentiles, Buckets: c.isTyped(s), Window: c.Window}
		if !s.Absolute && !(c.self != nil && isSame(s.Source, c.self)) {
			wanted.IdleAfter = c.IdleAfter
		}
		sources = append(sources, reading.Source{Source: s.Source, Wanted: wanted})
	}
	return sources
}

// drop reports of a name whether a rule drops its metrics; nil if none does.
func (c *Config) drop() func(name string) bool {
	for _, rule := range c.rules {
		if rule.Drop {
			return func(name string) bool { return ruleFor(c.rules, name).Drop }
		}
	}
	return nil
}

// planning is what plans are made by.
func (c *Config) planning(w probing.Wrapping) planning.Config {
	gauges, typed := layout.Gauges(c.DurationUnit, c.Percentiles), layout.Typed(c.Percentiles)
	p := planning.Config{
		Namespace: c.Namespace, Subsystem: c.Subsystem, ConstLabels: c.ConstLabels, MaxSeries: c.MaxSeries,
		Prefix: w.Prefix, Wrapped: w.Labels,
		Rule: func(name string) *planning.Rule { return ruleFor(c.rules, name).planned() },
	}
	for _, s := range c.Sources {
		source := planning.Source{Labels: s.Labels, Layout: gauges, Absolute: s.Absolute}
		if c.isTyped(s) {
			source.Layout = typed
		}
		p.Sources = append(p.Sources, source)
	}
	return p
}
