package prometheusmetrics

import (
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// gaugeLayout is LayoutGauges.
type gaugeLayout struct {
	durationUnit time.Duration
	percentiles  []gaugeFigure
}

// gaugeFigure is a figure with the suffix and the words it has in this layout.
type gaugeFigure struct {
	figure figure
	suffix string
	words  string
	unit   bool // whether it is in the metric's unit
}

var (
	gaugeCount        = []gaugeFigure{{figureCount, "_count", "count since the start", false}}
	gaugeDistribution = []gaugeFigure{
		{figureCount, "_count", "count since the start", false},
		{figureMin, "_min", "minimum of the recent sample", true},
		{figureMax, "_max", "maximum of the recent sample", true},
		{figureMean, "_mean", "mean of the recent sample", true},
		{figureSum, "_sum", "sum of all values since the start", true},
		{figureVariance, "_variance", "variance of the recent sample", true},
		{figureStdDev, "_stddev", "standard deviation of the recent sample", true},
	}
	gaugeRates = []gaugeFigure{
		{figureRate1, "_rate_1min", "events per second, 1 minute moving average", false},
		{figureRate5, "_rate_5min", "events per second, 5 minutes moving average", false},
		{figureRate15, "_rate_15min", "events per second, 15 minutes moving average", false},
		{figureRateMean, "_rate_mean", "events per second since the start", false},
	}
)

func newGaugeLayout(durationUnit time.Duration, ps []float64) *gaugeLayout {
	l := &gaugeLayout{durationUnit: durationUnit}
	for i, p := range ps {
		l.percentiles = append(l.percentiles, gaugeFigure{
			figure: figurePercentile + figure(i),
			suffix: percentileSuffix(p),
			words:  strconv.FormatFloat(p, 'f', -1, 64) + " quantile of the recent sample",
			unit:   true,
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

func (l *gaugeLayout) templates(s subject) []template {
	switch s.kind {
	case kindCounter:
		return l.gauges(s, []gaugeFigure{{figureTotal, "_count", "current count", false}})
	case kindGauge:
		return l.gauges(s, []gaugeFigure{{figureValue, "_gauge", "current value", true}})
	case kindInfo:
		return l.gauges(s, []gaugeFigure{{figureTotal, "_info", "always 1, with its pairs as labels", false}})
	case kindHealthcheck:
		return l.gauges(s, []gaugeFigure{{figureTotal, "_healthy", "1 if healthy, 0 if not", false}})
	case kindMeter:
		return l.gauges(s, gaugeCount, gaugeRates)
	case kindWindow: // whose snapshots don't tell variance and deviation
		return l.gauges(s, gaugeDistribution[:5], l.percentiles)
	case kindHistogram:
		return l.gauges(s, gaugeDistribution, l.percentiles)
	case kindTimer:
		return l.gauges(s, gaugeDistribution, l.percentiles, gaugeRates)
	}
	return nil
}

func (l *gaugeLayout) gauges(s subject, groups ...[]gaugeFigure) []template {
	var templates []template
	for _, group := range groups {
		for _, f := range group {
			templates = append(templates, template{
				name:    s.name + f.suffix,
				typ:     dto.MetricType_GAUGE,
				help:    l.help(s, f),
				figures: []figure{f.figure},
			})
		}
	}
	return templates
}

// help says what the figure is, and of what: "Time to first byte: mean of the
// recent sample, in seconds".
func (l *gaugeLayout) help(s subject, f gaugeFigure) string {
	subject := strings.TrimSuffix(s.help, ".")
	if subject == "" {
		subject = naming.Text(s.source)
	}
	help := subject + ": " + f.words
	if f.figure == figureSum && !s.reading.lifetimeSum {
		help = subject + ": sum of the recent sample"
	}
	switch {
	case !f.unit:
		return help
	case s.kind.isTimer():
		help += ", in " + durationWord(l.durationUnit)
	case s.unit != "":
		help += ", in " + s.unit
	default:
		return help
	}
	if f.figure == figureVariance {
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

func (l *gaugeLayout) unit(k kind) unit {
	if k.isTimer() {
		return unit{divisor: float64(l.durationUnit), factor: 1}
	}
	return unit{divisor: 1, factor: 1}
}
