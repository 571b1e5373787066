package dashboards

import (
	"fmt"
	"slices"
	"strconv"
)

// The first row answers whether something is broken, since when, and where.

// Keys of the panels that alerts link to.
const (
	targetsKey   = "targets"
	healthKey    = "health checks"
	burnKey      = "burn rate of "
	latencyKey   = "latency of "
	leftOutKey   = "left out by "
	seriesKey    = "series of "
	lastFlushKey = "last flush of "
)

const statHeight = 4

// essentials returns the panels of the first row.
func (m *model) essentials() []*panel {
	panels := m.stats()
	panels = append(panels, m.sinceWhen()...)
	for _, r := range m.requests {
		panels = append(panels, m.where(r)...)
		panels = append(panels, m.requestPanels(r)...)
	}
	panels = append(panels, m.saturation()...)
	for _, d := range m.drivers {
		panels = append(panels, m.driverPanels(d)...)
	}
	return panels
}

// stats are the large numbers on top.
func (m *model) stats() []*panel {
	failing := []threshold{{1, "red"}}
	panels := []*panel{
		{key: "alerts", title: "Alerts firing", thresholds: failing,
			description: "Alerts of these jobs that fire. They need alerts.yml in Prometheus.",
			queries:     []query{{expr: `sum(ALERTS{alertstate="firing",job=~"$job"}) or vector(0)`}}},
		{key: "targets down", title: "Targets down", thresholds: failing,
			description: "Instances that Prometheus can't scrape.",
			queries:     []query{{expr: `count(up{job=~"$job",instance=~"$instance"} == 0) or vector(0)`}}},
	}
	if names := m.healthNames(); len(names) > 0 {
		panels = append(panels, &panel{key: "health checks failing", title: "Health checks failing", thresholds: failing,
			description: "Health checks that report an error, over all instances.",
			queries:     []query{{expr: "count(" + m.scope.named(names) + " == 0) or vector(0)"}}})
	}
	for _, r := range m.requests {
		panels = append(panels, m.requestStats(r)...)
	}
	for i, p := range panels {
		p.view, p.height = number, statHeight
		p.width = statWidth(i, len(panels))
	}
	return panels
}

// statWidth spreads n numbers over lines of up to six, each of which fills the width.
func statWidth(i, n int) int {
	const most = 6
	inLine := min(most, n)
	if rest := n % most; rest != 0 && i >= n-rest {
		inLine = rest
	}
	width := wholeWidth / inLine
	if (i%most)%inLine == inLine-1 {
		width = wholeWidth - width*(inLine-1)
	}
	return width
}

// requestStats come from recorded series, since they are asked for at each refresh by
// everybody who has the dashboard open.
func (m *model) requestStats(r *requests) []*panel {
	panels := []*panel{{
		key: "rate of " + r.name(), title: r.title + " per second", unit: rateUnit("requests"),
		description: "Served per second, by job. It needs recording.yml in Prometheus.",
		queries:     []query{{expr: recorded(r, "job", "rate5m") + `{job=~"$job"}`, legend: "{{job}}"}},
	}}
	if r.status != "" {
		budget := 1 - m.config.Objective
		panels = append(panels, &panel{
			key: "error ratio of " + r.name(), title: r.title + " failed", unit: valueUnit("ratio"),
			thresholds: []threshold{{budget, "orange"}, {min(1, round(burns[0].factor*budget)), "red"}},
			description: "Share that failed for the server's fault, over five minutes, by job. " +
				"It needs recording.yml in Prometheus.",
			queries: []query{{expr: recorded(r, "job", "error_ratio_rate5m") + `{job=~"$job"}`, legend: "{{job}}"}},
		})
	}
	if r.hasBuckets() {
		panels = append(panels, &panel{
			key: "p99 of " + r.name(), title: r.title + " p99", unit: valueUnit(r.duration.unit),
			thresholds:  []threshold{{m.bound(r), "orange"}},
			description: "99 % were faster, over five minutes, by job. It needs recording.yml in Prometheus.",
			queries:     []query{{expr: recorded(r, "job", "p99_rate5m") + `{job=~"$job"}`, legend: "{{job}}"}},
		})
	}
	return panels
}

// sinceWhen shows targets and health checks over time, and the checks as they are.
func (m *model) sinceWhen() []*panel {
	up := []state{{"1", "up", "green"}, {"0", "down", "red"}}
	panels := []*panel{{
		key: targetsKey, title: "Since when: targets", view: timeline, width: wholeWidth, height: 5, states: up,
		description: "Whether Prometheus could scrape each instance.",
		queries:     []query{{expr: `up{job=~"$job",instance=~"$instance"}`, legend: "{{instance}}"}},
	}}
	names := m.healthNames()
	if len(names) == 0 {
		return panels
	}
	healthy := []state{{"1", "healthy", "green"}, {"0", "failing", "red"}}
	panels[0].width = wholeWidth / 3
	checks := m.scope.named(names)
	labels := m.healthLabels()
	return append(panels, &panel{
		key: "health over time", title: "Since when: health checks", view: timeline,
		width: wholeWidth / 3, height: 5, states: healthy,
		description: "What each health check reported.",
		queries:     []query{{expr: checks, legend: legendOf(append([]string{"__name__"}, withInstance(labels)...))}},
	}, &panel{
		key: healthKey, title: "Health checks", view: rows, width: wholeWidth / 3, height: 5, states: healthy,
		description: "What each health check reports now.",
		queries:     []query{{expr: checks}},
		columns:     m.healthColumns(labels),
	})
}

func (m *model) healthColumns(labels []string) []column {
	columns := []column{{field: "__name__", title: "Check"}, {field: "instance", title: "Instance"}}
	for _, label := range labels {
		columns = append(columns, column{field: label, title: label})
	}
	return append(columns, column{field: "Value", title: "State"})
}

func (m *model) healthNames() (names []string) {
	for _, metric := range m.metrics {
		if metric.shape == healthShape {
			names = append(names, metric.name)
		}
	}
	return names
}

// healthLabels are the labels that any of the checks has.
func (m *model) healthLabels() (labels []string) {
	for _, metric := range m.metrics {
		if metric.shape == healthShape {
			labels = append(labels, metric.labels...)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// bound is the objective for the latency in the unit of the metric.
func (m *model) bound(r *requests) float64 {
	return round(m.config.LatencyThreshold.Seconds() * inSeconds(r.duration.unit))
}

// round takes away the digits that come of computing with binary fractions.
func round(value float64) float64 {
	rounded, _ := strconv.ParseFloat(fmt.Sprintf("%.12g", value), 64)
	return rounded
}
