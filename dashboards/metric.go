package dashboards

import (
	"regexp"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// shape is the way in which a metric is shown.
type shape int

const (
	gaugeShape      shape = iota // a value
	counterShape                 // a rate
	histogramShape               // a heat map and quantiles
	summaryShape                 // quantiles of each instance, and a rate
	quantileShape                // the same as a gauge, without a count
	statisticsShape              // a timer, histogram or meter of LayoutGauges
	totalShape                   // a counter of LayoutGauges
	healthShape                  // a line in the table of health checks
	infoShape                    // labels with a value of 1
	timestampShape               // an age
)

// metric is what a panel or two are about: a family, or those of LayoutGauges that
// one instrument became.
type metric struct {
	*family
	shape shape
	base  string             // the name without what the layout adds
	parts map[string]*family // of statisticsShape, by suffix such as percentile_99_0
}

// statistic is what LayoutGauges adds to the name of a timer, histogram or meter.
var statistic = regexp.MustCompile(`^(.+)_(count|min|max|mean|sum|variance|stddev|median|` +
	`percentile_[0-9_]+|rate_1min|rate_5min|rate_15min|rate_mean)$`)

// metricsOf puts the families of LayoutGauges together that belong together, and
// tells the others apart by their types and names. The result is sorted by base.
func metricsOf(families []*family) []*metric {
	groups := statisticsOf(families)
	var metrics []*metric
	for _, f := range families {
		if match := statistic.FindStringSubmatch(f.name); match != nil && f.kind == dto.MetricType_GAUGE {
			if group := groups[match[1]]; group != nil {
				if f == group.family {
					metrics = append(metrics, group)
				}
				continue
			}
		}
		metrics = append(metrics, metricOf(f))
	}
	slices.SortStableFunc(metrics, func(a, b *metric) int { return strings.Compare(a.base, b.base) })
	return metrics
}

// statisticsOf finds the instruments of LayoutGauges that have several statistics:
// a count, and a mean or a rate.
func statisticsOf(families []*family) map[string]*metric {
	groups := make(map[string]*metric)
	for _, f := range families {
		match := statistic.FindStringSubmatch(f.name)
		if match == nil || f.kind != dto.MetricType_GAUGE {
			continue
		}
		group := groups[match[1]]
		if group == nil {
			group = &metric{shape: statisticsShape, base: match[1], parts: make(map[string]*family)}
			groups[match[1]] = group
		}
		group.parts[match[2]] = f
	}
	for base, group := range groups {
		if group.family = group.parts["count"]; group.family == nil ||
			group.parts["mean"] == nil && group.parts["rate_1min"] == nil {
			delete(groups, base)
		}
	}
	return groups
}

// metricOf tells by type and name how a family by itself is shown.
func metricOf(f *family) *metric {
	m := &metric{family: f, base: f.name}
	switch f.kind {
	case dto.MetricType_COUNTER:
		m.shape = counterShape
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		m.shape = histogramShape
	case dto.MetricType_SUMMARY:
		m.shape = summaryShape
	default:
		m.shape, m.base = shapeOfGauge(f)
	}
	return m
}

func shapeOfGauge(f *family) (shape, string) {
	for suffix, s := range map[string]shape{
		"_healthy": healthShape,
		"_info":    infoShape,
		"_count":   totalShape,
	} {
		if base, found := strings.CutSuffix(f.name, suffix); found && f.kind == dto.MetricType_GAUGE {
			return s, base
		}
	}
	base := strings.TrimSuffix(f.name, "_gauge")
	switch {
	case f.quantiles:
		return quantileShape, base
	case f.unit == "seconds" && timestamp.MatchString(base):
		return timestampShape, base
	}
	return gaugeShape, base
}

// timestamp matches names of gauges that say when something was.
var timestamp = regexp.MustCompile(`_(timestamp|(start|last_gc|last_\w+)_time)(_seconds)?$`)

// partNames lists the statistics that a metric of LayoutGauges has, of those named,
// in their order. A name that ends in an underscore stands for all that begin so.
func (m *metric) partNames(names ...string) []string {
	var found []string
	for _, name := range names {
		if !strings.HasSuffix(name, "_") {
			if m.parts[name] != nil {
				found = append(found, name)
			}
			continue
		}
		var matching []string
		for part := range m.parts {
			if strings.HasPrefix(part, name) {
				matching = append(matching, part)
			}
		}
		slices.Sort(matching)
		found = append(found, matching...)
	}
	return found
}

// find returns the metric of that family name, or nil.
func find(metrics []*metric, name string) *metric {
	for _, m := range metrics {
		if m.name == name {
			return m
		}
	}
	return nil
}
