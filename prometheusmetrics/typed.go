package prometheusmetrics

import (
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// typedLayout is LayoutTyped.
type typedLayout struct{ percentiles []float64 }

func (l *typedLayout) unit(k kind) unit {
	if k.isTimer() {
		return unit{divisor: float64(time.Second), factor: 1}
	}
	return unit{divisor: 1, factor: 1}
}

func (l *typedLayout) templates(s subject) []template {
	name := strings.ReplaceAll(s.name, ":", "_")
	help := strings.TrimSpace(s.help)
	if help == "" {
		help = naming.Text(s.source)
	}
	base := template{help: help, unit: naming.LabelName(s.unit), figures: []figure{figureTotal}}
	if s.kind.isTimer() {
		base.unit = "seconds"
	}
	switch s.kind {
	case kindCounter:
		return []template{base.as(dto.MetricType_COUNTER, counterName(name, base.unit))}
	case kindMeter:
		base.figures = []figure{figureCount}
		return []template{base.as(dto.MetricType_COUNTER, counterName(name, base.unit))}
	case kindGauge:
		base.figures = []figure{figureValue}
		return []template{base.as(dto.MetricType_GAUGE, withUnit(name, base.unit))}
	case kindInfo:
		base.unit = ""
		return []template{base.as(dto.MetricType_GAUGE, withSuffix(name, "_info"))}
	case kindHealthcheck:
		base.unit = ""
		return []template{base.as(dto.MetricType_GAUGE, withSuffix(name, "_healthy"))}
	}
	return l.distribution(s, base, name)
}

// distribution is a histogram where buckets were counted, and a summary where the sum is that of all that was recorded. A
// reservoir of another library has no such sum, and a summary needs one.
func (l *typedLayout) distribution(s subject, base template, name string) []template {
	if s.reading.buckets != nil {
		base.figures = nil // all of it is in its parts
		return []template{base.as(dto.MetricType_HISTOGRAM, withUnit(name, base.unit))}
	}
	if s.reading.lifetimeSum {
		base.figures = []figure{figureCount, figureSum}
		base.quantiles = l.percentiles
		for i := range l.percentiles {
			base.figures = append(base.figures, figurePercentile+figure(i))
		}
		return []template{base.as(dto.MetricType_SUMMARY, withUnit(name, base.unit))}
	}
	var templates []template
	for i, p := range l.percentiles {
		quantile := base.as(dto.MetricType_GAUGE, withUnit(name, base.unit))
		quantile.labels = []naming.Label{{Name: "quantile", Value: strconv.FormatFloat(p, 'g', -1, 64)}}
		quantile.figures = []figure{figurePercentile + figure(i)}
		templates = append(templates, quantile)
	}
	observations := base.as(dto.MetricType_COUNTER, name+"_observations_total")
	observations.unit, observations.figures = "", []figure{figureCount}
	return append(templates, observations)
}

func (t template) as(typ dto.MetricType, name string) template {
	t.typ, t.name = typ, name
	return t
}

// counterName ends in the unit, if there is one, and _total.
func counterName(name, unit string) string {
	return withUnit(strings.TrimSuffix(name, "_total"), unit) + "_total"
}

// withUnit has the name end in the unit, as OpenMetrics demands: an encoder
// would add it there, and the name would depend on who scrapes.
func withUnit(name, unit string) string {
	if unit == "" {
		return name
	}
	return withSuffix(name, "_"+unit)
}

// withSuffix adds a suffix that the name does not have yet.
func withSuffix(name, suffix string) string { return strings.TrimSuffix(name, suffix) + suffix }
