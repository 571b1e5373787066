package layout

import (
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

// typed is the layout that speaks Prometheus.
type typed struct{ percentiles []float64 }

// Typed returns the layout that speaks Prometheus: counters, gauges, histograms and
// summaries, in seconds.
func Typed(ps []float64) Layout { return &typed{ps} }

// Unit is seconds for timers.
func (l *typed) Unit(k reading.Kind) unit.Unit {
	if k.IsTimer() {
		return unit.Unit{Divisor: float64(time.Second), Factor: 1}
	}
	return unit.One
}

// Templates lists the families that a Prometheus user would make.
func (l *typed) Templates(s Subject) []Template {
	name := strings.ReplaceAll(s.Name, ":", "_")
	help := strings.TrimSpace(s.Help)
	if help == "" {
		help = naming.Text(s.Source)
	}
	base := Template{Help: help, Unit: naming.LabelName(s.Unit), Statistics: []Statistic{Total}}
	if s.Kind.IsTimer() {
		base.Unit = "seconds"
	}
	switch s.Kind {
	case reading.Counter:
		return []Template{base.as(dto.MetricType_COUNTER, counterName(name, base.Unit))}
	case reading.Meter:
		base.Statistics = []Statistic{Count}
		return []Template{base.as(dto.MetricType_COUNTER, counterName(name, base.Unit))}
	case reading.Gauge:
		base.Statistics = []Statistic{Value}
		return []Template{base.as(dto.MetricType_GAUGE, withUnit(name, base.Unit))}
	case reading.Info:
		base.Unit = ""
		return []Template{base.as(dto.MetricType_GAUGE, withSuffix(name, "_info"))}
	case reading.Healthcheck:
		base.Unit = ""
		return []Template{base.as(dto.MetricType_GAUGE, withSuffix(name, "_healthy"))}
	}
	return l.distribution(s, base, name)
}

// distribution is a histogram where buckets were counted, and a summary where the
// sum is that of all that was recorded. A reservoir of another library has no such
// sum, and a summary needs one.
func (l *typed) distribution(s Subject, base Template, name string) []Template {
	if s.Buckets {
		base.Statistics = nil // all of it is in its parts
		return []Template{base.as(dto.MetricType_HISTOGRAM, withUnit(name, base.Unit))}
	}
	if s.LifetimeSum {
		base.Statistics = []Statistic{Count, Sum}
		base.Quantiles = l.percentiles
		for i := range l.percentiles {
			base.Statistics = append(base.Statistics, Percentile+Statistic(i))
		}
		return []Template{base.as(dto.MetricType_SUMMARY, withUnit(name, base.Unit))}
	}
	var templates []Template
	for i, p := range l.percentiles {
		quantile := base.as(dto.MetricType_GAUGE, withUnit(name, base.Unit))
		quantile.Labels = []naming.Label{{Name: "quantile", Value: strconv.FormatFloat(p, 'g', -1, 64)}}
		quantile.Statistics = []Statistic{Percentile + Statistic(i)}
		templates = append(templates, quantile)
	}
	observations := base.as(dto.MetricType_COUNTER, name+"_observations_total")
	observations.Unit, observations.Statistics = "", []Statistic{Count}
	return append(templates, observations)
}

func (t Template) as(typ dto.MetricType, name string) Template {
	t.Type, t.Name = typ, name
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
