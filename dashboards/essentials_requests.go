package dashboards

import "fmt"

// where shows each route, and beside it how fast the budgets burn, as far as there is
// something to show.
func (m *model) where(r *requests) (panels []*panel) {
	for _, p := range []*panel{m.routeTable(r), m.burnPanel(r)} {
		if p != nil {
			panels = append(panels, p)
		}
	}
	for _, p := range panels {
		p.width, p.height = wholeWidth/len(panels), panelHeight
	}
	return panels
}

// routeTable shows each route with its rate, failures and latency, from recorded
// series.
func (m *model) routeTable(r *requests) *panel {
	if r.route == "" {
		return nil
	}
	level, chosen := "job_"+r.route, `{job=~"$job"}`
	p := &panel{
		key: "routes of " + r.name(), title: "Where: " + r.title + " by " + r.route, view: rows,
		description: "Over five minutes. It needs recording.yml in Prometheus.",
		columns:     []column{{field: r.route, title: r.route}, {field: "job", title: "Job"}},
	}
	add := func(series, title, unit string) {
		p.queries = append(p.queries, query{expr: recorded(r, level, series) + chosen})
		p.columns = append(p.columns, column{"Value #" + refID(len(p.queries)-1), title, unit})
	}
	add("rate5m", "Requests", rateUnit("requests"))
	if r.status != "" {
		add("error_ratio_rate5m", "Failed", valueUnit("ratio"))
	}
	if r.hasBuckets() && r.duration == r.counted {
		add("p99_rate5m", "p99", valueUnit(r.duration.unit))
	}
	return p
}

// burnPanel shows how fast the error budgets are used up: at 1 they last for exactly
// the period of the objective.
func (m *model) burnPanel(r *requests) *panel {
	p := &panel{
		key: burnKey + r.name(), title: "Budget burn rate of " + r.title, zeroBased: true,
		thresholds: []threshold{{1, "orange"}, {burns[0].factor, "red"}},
		description: fmt.Sprintf("How many times as fast as they may the budgets of failed and slow requests are used up. "+
			"Objectives: %s without failure, %s within %v. It needs recording.yml in Prometheus.",
			percent(m.config.Objective), percent(m.config.LatencyObjective), m.config.LatencyThreshold),
	}
	add := func(ratio, window, title string, objective float64) {
		p.queries = append(p.queries, query{
			expr: fmt.Sprintf(`%s{job=~"$job"} / %v`,
				recorded(r, "job", ratio+"_rate"+window), round(1-objective)),
			legend: title + " " + window + " {{job}}",
		})
	}
	for _, window := range []string{"5m", "1h", "6h"} {
		if r.status != "" {
			add("error_ratio", window, "failed", m.config.Objective)
		}
		if r.hasBuckets() {
			add("slow_ratio", window, "slow", m.config.LatencyObjective)
		}
	}
	if len(p.queries) == 0 {
		return nil
	}
	return p
}

// requestPanels are requests, errors and durations by route.
func (m *model) requestPanels(r *requests) []*panel {
	by := r.byRoute()
	legend := legendOf(by)
	if legend == "" {
		legend = "all instances"
	}
	panels := []*panel{{
		key: "requests of " + r.name(), title: r.title, unit: rateUnit("requests"), zeroBased: true,
		description: describe(r.counted.help, "Served per second, over the chosen instances"),
		queries:     []query{{expr: r.rate(m.scope, by, rateWindow), legend: legend}},
	}}
	if r.status != "" {
		panels = append(panels, &panel{
			key: "errors of " + r.name(), title: "Errors of " + r.title, unit: valueUnit("ratio"), zeroBased: true,
			description: fmt.Sprintf("Share whose %s matches %s.", r.status, r.failed),
			queries:     []query{{expr: r.errorRatio(m.scope, by, rateWindow), legend: legend}},
		})
	}
	if r.duration != nil {
		panels = append(panels, m.latencyPanel(r))
	}
	for i, p := range panels {
		p.height, p.width = panelHeight, wholeWidth/len(panels)
		if i == 0 {
			p.width = wholeWidth - p.width*(len(panels)-1)
		}
	}
	return panels
}

// latencyPanel shows p99 over instances where there are buckets, and otherwise what
// the slowest instance reports.
func (m *model) latencyPanel(r *requests) *panel {
	d, by := r.duration, r.durationRoute()
	p := &panel{key: latencyKey + r.name(), title: "Latency of " + r.title, unit: valueUnit(d.unit), zeroBased: true}
	slowest := "The slowest instance: quantiles computed in the instances can't be added up"
	switch d.shape {
	case histogramShape:
		p.description = describe(d.help, "99 % were faster, over the chosen instances")
		p.queries = []query{{expr: m.scope.quantile(d, 0.99, by, rateWindow), legend: "p99 " + legendOf(by), exemplar: true}}
	case summaryShape:
		by = append(by, "quantile")
		p.description = describe(d.help, slowest)
		p.queries = []query{{
			expr:   "max by (" + commas(by) + ") (" + m.scope.series(d.name, d.labels, `quantile!=""`) + ")",
			legend: legendOf(by),
		}}
	default:
		p.description = describe(d.help, slowest)
		for _, part := range d.partNames("median", "percentile_") {
			f := d.parts[part]
			p.unit = valueUnit(f.unit)
			p.queries = append(p.queries, query{
				expr:   maxBy(by) + "(" + m.scope.series(f.name, f.labels) + ")",
				legend: partTitle(part) + " " + legendOf(by),
			})
		}
	}
	return p
}
