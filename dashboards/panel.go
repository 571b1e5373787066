package dashboards

import (
	"fmt"
	"strings"
)

// rateWindow is the range over which panels compute rates: Grafana makes it four
// scrapes long at least.
const rateWindow = "$__rate_interval"

// view is the kind of a panel.
type view int

const (
	lines    view = iota // curves over time
	number               // one large value
	heat                 // a heat map
	rows                 // a table
	timeline             // states over time
)

// panel is a panel of the dashboard, before it has a place.
type panel struct {
	key         string // identifies it among all; its id comes from this alone
	title       string
	description string
	view        view
	unit        string
	queries     []query
	width       int // of 24
	height      int

	thresholds []threshold // beside green from the start
	states     []state     // texts in place of values
	columns    []column    // of a table, in their order
	zeroBased  bool        // the axis begins at 0
	id         uint32
}

// query is what a panel asks.
type query struct {
	expr     string
	legend   string
	exemplar bool
	right    bool // on an axis of its own, on the right
}

type threshold struct {
	from  float64
	color string
}

// state is a value that stands for something.
type state struct {
	value, text, color string
}

// column is a field of a table, under the name that it gets.
type column struct {
	field, title, unit string
}

const (
	panelHeight = 8
	wholeWidth  = 24
)

// legendOf tells series apart by their labels.
func legendOf(labels []string) string {
	var fields []string
	for _, label := range labels {
		fields = append(fields, "{{"+label+"}}")
	}
	return strings.Join(fields, " ")
}

// notAddable is told where quantiles were computed in the program.
const notAddable = "These quantiles were computed in each instance. They can't be added up or averaged, " +
	"so every instance has lines of its own."

// describe puts sentences together.
func describe(sentences ...string) string {
	var text []string
	for _, sentence := range sentences {
		if sentence = strings.TrimSpace(sentence); sentence == "" {
			continue
		}
		if !strings.HasSuffix(sentence, ".") {
			sentence += "."
		}
		text = append(text, sentence)
	}
	return strings.Join(text, " ")
}

// panelsOf returns the panels for a metric.
func (s scope) panelsOf(m *metric, title string) []*panel {
	switch m.shape {
	case counterShape:
		return []*panel{s.ratePanel(m, title)}
	case histogramShape:
		return []*panel{s.heatPanel(m, title), s.quantilesPanel(m, title)}
	case summaryShape:
		return []*panel{s.summaryPanel(m, title), s.countPanel(m, title)}
	case quantileShape:
		return []*panel{s.summaryPanel(m, title)}
	case statisticsShape:
		return s.statisticsPanels(m, title)
	case totalShape:
		return []*panel{s.totalPanel(m, title)}
	case healthShape:
		return nil // it is in the table of health checks
	case infoShape:
		return []*panel{s.infoPanel(m, title)}
	case timestampShape:
		return []*panel{s.agePanel(m, title)}
	}
	return []*panel{s.valuePanel(m, title)}
}

func (s scope) ratePanel(m *metric, title string) *panel {
	legend := legendOf(m.labels)
	if legend == "" {
		legend = "all instances"
	}
	return &panel{
		key: m.name, title: title + " (rate)", unit: rateUnit(m.unit), width: 8, height: panelHeight, zeroBased: true,
		description: describe(m.help, "Increase per second, over the chosen instances"),
		queries:     []query{{expr: sumRate(m.labels, s.series(m.name, m.labels), rateWindow), legend: legend}},
	}
}

func (s scope) valuePanel(m *metric, title string) *panel {
	return &panel{
		key: m.name, title: title, unit: valueUnit(m.unit), width: 8, height: panelHeight,
		description: describe(m.help, "Value of each instance"),
		queries:     []query{{expr: s.series(m.name, m.labels), legend: legendOf(withInstance(m.labels))}},
	}
}

func withInstance(labels []string) []string {
	return append(append([]string{}, labels...), "instance")
}

func (s scope) agePanel(m *metric, title string) *panel {
	return &panel{
		key: m.name, title: title + " (time since)", unit: valueUnit("seconds"), width: 8, height: panelHeight,
		description: describe(m.help, "Time that has passed since"),
		queries:     []query{{expr: "time() - " + s.series(m.name, m.labels), legend: legendOf(withInstance(m.labels))}},
	}
}

func (s scope) infoPanel(m *metric, title string) *panel {
	p := &panel{
		key: m.name, title: title, view: rows, width: wholeWidth, height: 5,
		description: describe(m.help),
		queries:     []query{{expr: s.series(m.name, m.labels)}},
		columns:     []column{{field: "instance", title: "Instance"}},
	}
	for _, label := range m.labels {
		p.columns = append(p.columns, column{field: label, title: label})
	}
	return p
}

func (s scope) heatPanel(m *metric, title string) *panel {
	return &panel{
		key: m.name + " heat map", title: title, view: heat, unit: valueUnit(m.unit), width: 12, height: panelHeight,
		description: describe(m.help, "How many observations each second had which value"),
		queries:     []query{{expr: s.heatMap(m, rateWindow), legend: "{{le}}", exemplar: true}},
	}
}

func (s scope) quantilesPanel(m *metric, title string) *panel {
	p := &panel{
		key: m.name, title: title + " (quantiles)", unit: valueUnit(m.unit), width: 12, height: panelHeight,
		description: describe(m.help, "Quantiles over all labels and the chosen instances"),
	}
	for _, q := range []float64{0.5, 0.9, 0.99} {
		p.queries = append(p.queries, query{
			expr: s.quantile(m, q, nil, rateWindow), legend: fmt.Sprintf("p%g", q*100), exemplar: true,
		})
	}
	return p
}

func (s scope) summaryPanel(m *metric, title string) *panel {
	return &panel{
		key: m.name, title: title + " (quantiles of instances)", unit: valueUnit(m.unit), width: 12, height: panelHeight,
		description: describe(m.help, notAddable),
		queries: []query{{
			expr:   s.series(m.name, m.labels, `quantile!=""`),
			legend: legendOf(append(withInstance(m.labels), "quantile")),
		}},
	}
}

func (s scope) countPanel(m *metric, title string) *panel {
	legend := legendOf(m.labels)
	if legend == "" {
		legend = "all instances"
	}
	return &panel{
		key: m.name + " count", title: title + " (observations)", unit: rateUnit(""), width: 12, height: panelHeight,
		description: describe(m.help, "Observations per second, over the chosen instances"), zeroBased: true,
		queries: []query{{expr: s.count(m, m.labels, rateWindow), legend: legend}},
	}
}
