package dashboards

import "strings"

// The panels of LayoutGauges, whose users know these names: rates and percentiles were
// computed by the program, as go-metrics does it.

// statisticsPanels show a timer, histogram or meter: its percentiles, if it has any,
// and how often it was updated.
func (s scope) statisticsPanels(m *metric, title string) []*panel {
	var panels []*panel
	values := m.partNames("median", "percentile_", "max", "mean")
	if len(values) > 0 {
		p := &panel{
			key: m.base + " percentiles", title: title + " (percentiles of instances)",
			width: 12, height: panelHeight, description: describe(m.help, notAddable),
		}
		for _, part := range values {
			p.unit = valueUnit(m.parts[part].unit)
			p.queries = append(p.queries, s.statisticQuery(m, part))
		}
		panels = append(panels, p)
	}
	p := &panel{
		key: m.base + " rates", title: title + " (rate)", unit: rateUnit(""), width: 12, height: panelHeight, zeroBased: true,
		description: describe(m.help, "Events per second of each instance"),
	}
	for _, part := range m.partNames("rate_1min", "rate_5min", "rate_15min") {
		p.queries = append(p.queries, s.statisticQuery(m, part))
	}
	if len(p.queries) == 0 {
		p.queries = []query{{
			expr:   sumRate(withInstance(m.labels), s.series(m.name, m.labels), rateWindow),
			legend: legendOf(withInstance(m.labels)),
		}}
	}
	return append(panels, p)
}

func (s scope) statisticQuery(m *metric, part string) query {
	f := m.parts[part]
	return query{expr: s.series(f.name, f.labels), legend: partTitle(part) + " " + legendOf(withInstance(f.labels))}
}

// partTitle makes p99.9 of percentile_99_9, and 5min of rate_5min.
func partTitle(part string) string {
	if digits, found := strings.CutPrefix(part, "percentile_"); found {
		return "p" + strings.TrimSuffix(strings.Replace(digits, "_", ".", 1), ".0")
	}
	return strings.TrimPrefix(part, "rate_")
}

// totalPanel shows a counter. Those of go-metrics may go down, which a rate takes for
// a restart, so the count is beside it.
func (s scope) totalPanel(m *metric, title string) *panel {
	labels := legendOf(m.labels)
	return &panel{
		key: m.name, title: title + " (rate and count)", unit: valueUnit(m.unit), width: 8, height: panelHeight,
		description: describe(m.help, "On the left the increase per second, on the right the count, both over the "+
			"chosen instances. Of a counter that also goes down only the count means something"),
		queries: []query{
			{expr: sumRate(m.labels, s.series(m.name, m.labels), rateWindow), legend: strings.TrimSpace("per second " + labels)},
			{
				expr:   sumBy(m.labels) + "(" + s.series(m.name, m.labels) + ")",
				legend: strings.TrimSpace("count " + labels), right: true,
			},
		},
	}
}
