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

// gauges is the original's layout.
type gauges struct {
	durationUnit time.Duration
	percentiles  []gaugeStatistic
}

// gaugeStatistic is a statistic with the suffix and the words that it has here.
type gaugeStatistic struct {
	statistic Statistic
	suffix    string
	words     string
	unit      bool // whether it is in the metric's unit
}

var (
	gaugeCount        = []gaugeStatistic{{Count, "_count", "count since the start", false}}
	gaugeDistribution = []gaugeStatistic{
		{Count, "_count", "count since the start", false},
		{Min, "_min", "minimum of the recent sample", true},
		{Max, "_max", "maximum of the recent sample", true},
		{Mean, "_mean", "mean of the recent sample", true},
		{Sum, "_sum", "sum of all values since the start", true},
		{Variance, "_variance", "variance of the recent sample", true},
		{StdDev, "_stddev", "standard deviation of the recent sample", true},
	}
	gaugeRates = []gaugeStatistic{
		{Rate1, "_rate_1min", "events per second, 1 minute moving average", false},
		{Rate5, "_rate_5min", "events per second, 5 minutes moving average", false},
		{Rate15, "_rate_15min", "events per second, 15 minutes moving average", false},
		{RateMean, "_rate_mean", "events per second since the start", false},
	}
)

// Gauges returns the layout in which every statistic of a metric is a gauge of its
// own. Durations are shown in the unit.
func Gauges(durationUnit time.Duration, ps []float64) Layout {
	l := &gauges{durationUnit: durationUnit}
	for i, p := range ps {
		l.percentiles = append(l.percentiles, gaugeStatistic{
			statistic: Percentile + Statistic(i),
			suffix:    percentileSuffix(p),
			words:     strconv.FormatFloat(p, 'f', -1, 64) + " quantile of the recent sample",
			unit:      true,
		})
	}
	return l
}

// percentileSuffix names the percentile p by p·100, with at least one decimal
// from 99 up: _percentile_75, _percentile_99_0, _percentile_99_9. The median
// has its own name. The point is moved in the text, since 0.07·100 is not 7.
func percentileSuffix(p float64) string {
	if p == 0.5 {
		return "_median"
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(p, 'f', -1, 64), ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	hundreds := strings.TrimLeft(whole+fraction[:2], "0")
	if hundreds == "" {
		hundreds = "0"
	}
	decimals := fraction[2:]
	if decimals == "" && p >= 0.99 {
		decimals = "0"
	}
	if decimals != "" {
		decimals = "_" + decimals
	}
	return "_percentile_" + hundreds + decimals
}

// Templates lists a gauge for each statistic.
func (l *gauges) Templates(s Subject) []Template {
	switch s.Kind {
	case reading.Counter:
		return l.each(s, []gaugeStatistic{{Total, "_count", "current count", false}})
	case reading.Gauge:
		return l.each(s, []gaugeStatistic{{Value, "_gauge", "current value", true}})
	case reading.Info:
		return l.each(s, []gaugeStatistic{{Total, "_info", "always 1, with its pairs as labels", false}})
	case reading.Healthcheck:
		return l.each(s, []gaugeStatistic{{Total, "_healthy", "1 if healthy, 0 if not", false}})
	case reading.Meter:
		return l.each(s, gaugeCount, gaugeRates)
	case reading.ResettingTimer: // whose snapshots don't tell variance and deviation
		return l.each(s, gaugeDistribution[:5], l.percentiles)
	case reading.Histogram:
		return l.each(s, gaugeDistribution, l.percentiles)
	case reading.Timer:
		return l.each(s, gaugeDistribution, l.percentiles, gaugeRates)
	}
	return nil
}

func (l *gauges) each(s Subject, groups ...[]gaugeStatistic) []Template {
	var templates []Template
	for _, group := range groups {
		for _, f := range group {
			templates = append(templates, Template{
				Name:       s.Name + f.suffix,
				Type:       dto.MetricType_GAUGE,
				Help:       l.help(s, f),
				Statistics: []Statistic{f.statistic},
			})
		}
	}
	return templates
}

// help says what the statistic is, and of what: "Time to first byte: mean of the
// recent sample, in seconds".
func (l *gauges) help(s Subject, f gaugeStatistic) string {
	subject := strings.TrimSuffix(s.Help, ".")
	if subject == "" {
		subject = naming.Text(s.Source)
	}
	help := subject + ": " + f.words
	if f.statistic == Sum && !s.LifetimeSum {
		help = subject + ": sum of the recent sample"
	}
	switch {
	case !f.unit:
		return help
	case s.Kind.IsTimer():
		help += ", in " + durationWord(l.durationUnit)
	case s.Unit != "":
		help += ", in " + s.Unit
	default:
		return help
	}
	if f.statistic == Variance {
		help += " squared"
	}
	return help
}

func durationWord(unit time.Duration) string {
	switch unit {
	case time.Nanosecond:
		return "nanoseconds"
	case time.Microsecond:
		return "microseconds"
	case time.Millisecond:
		return "milliseconds"
	case time.Second:
		return "seconds"
	case time.Minute:
		return "minutes"
	case time.Hour:
		return "hours"
	}
	return "units of " + unit.String()
}

// Unit is the configured one for timers.
func (l *gauges) Unit(k reading.Kind) unit.Unit {
	if k.IsTimer() {
		return unit.Unit{Divisor: float64(l.durationUnit), Factor: 1}
	}
	return unit.One
}
