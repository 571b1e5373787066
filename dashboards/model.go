package dashboards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// model is everything that the generated files are made from.
type model struct {
	config    Config
	metrics   []*metric
	requests  []*requests
	drivers   []*driver
	variables []string // labels that the dashboard can choose by
	scope     scope    // of the dashboard's panels
	groups    []*group // of metrics, each a row
	anchor    *metric  // which every instance has from its start
	panels    map[string]*panel
}

func newModel(families []*family, config Config) *model {
	m := &model{config: config, metrics: metricsOf(families)}
	m.requests = findRequests(m.metrics)
	m.drivers = findDrivers(m.metrics)
	m.groups = groupsOf(m.metrics)
	m.variables = m.usefulLabels()
	m.scope = dashboardScope(m.variables)
	m.anchor = m.findAnchor()
	m.config.Title = cmp.Or(config.Title, m.defaultTitle())
	m.config.UID = cmp.Or(config.UID, uidOf(m.config.Title))
	return m
}

func (m *model) generate() (*Monitoring, error) {
	dashboard, err := m.dashboard()
	if err != nil {
		return nil, err
	}
	alerts, recording := m.alerts(), m.recordingGroups()
	tests, err := m.ruleTests(alerts)
	if err != nil {
		return nil, err
	}
	recorded := 0
	for _, g := range recording {
		recorded += len(g.rules)
	}
	readme, err := m.readme(alerts, recorded)
	if err != nil {
		return nil, fmt.Errorf("dashboards: writing the README: %w", err)
	}
	return &Monitoring{
		dashboard: dashboard,
		recording: ruleFile(recording),
		alerts:    m.alertsFile(alerts),
		tests:     tests,
		readme:    readme,
	}, nil
}

// defaultTitle is the prefix of the largest row that is the program's own.
func (m *model) defaultTitle() string {
	title, most := "Go program", 0
	for _, g := range m.groups {
		if !g.standard && g.prefix != "" && len(g.metrics) > most {
			title, most = strings.ReplaceAll(g.prefix, "_", " "), len(g.metrics)
		}
	}
	return title
}

// usefulLabels are up to three labels that most of the program's own metrics can be
// chosen by, those of routes first.
func (m *model) usefulLabels() []string {
	const most = 3
	var labels []string
	for _, r := range m.requests {
		if r.route != "" {
			labels = append(labels, r.route)
		}
	}
	uses := make(map[string]int)
	for _, metric := range m.metrics {
		if isStandard(metric.name) || metric.shape == infoShape {
			continue
		}
		for _, label := range metric.labels {
			uses[label]++
		}
	}
	for _, r := range m.requests {
		delete(uses, r.status) // one asks how many failed, not about those alone
	}
	byUse := make([]string, 0, len(uses))
	for label := range uses {
		byUse = append(byUse, label)
	}
	slices.SortFunc(byUse, func(a, b string) int {
		return cmp.Or(cmp.Compare(uses[b], uses[a]), cmp.Compare(a, b))
	})
	for _, label := range byUse {
		if !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	return labels[:min(most, len(labels))]
}

// findAnchor chooses a metric by which the program is known in Prometheus: one of its
// own, with no labels if possible, since those are there from the start.
func (m *model) findAnchor() *metric {
	rank := func(metric *metric) int {
		rank := 0
		switch {
		case metric.name == "go_goroutines":
			rank = 8
		case isStandard(metric.name):
			rank = 16
		}
		if len(metric.labels) > 0 {
			rank += 2
		}
		switch metric.shape {
		case healthShape, infoShape:
		case histogramShape, summaryShape, quantileShape: // more series, and of two kinds
			rank += 4
		default:
			rank++
		}
		return rank
	}
	return slices.MinFunc(m.metrics, func(a, b *metric) int { return cmp.Compare(rank(a), rank(b)) })
}

// anchorName is the anchor's name in Prometheus, of histograms and summaries that of a
// series that there always is.
func (m *model) anchorName() string {
	switch m.anchor.shape {
	case summaryShape:
		return m.anchor.name + "_count"
	case histogramShape:
		if m.anchor.classic {
			return m.anchor.name + "_count"
		}
	}
	return m.anchor.name
}

func hasLabel(m *metric, label string) bool { return slices.Contains(m.labels, label) }

// servesRequests reports whether the metric is one that requests were found by.
func (m *model) servesRequests(metric *metric) bool {
	return slices.ContainsFunc(m.requests, func(r *requests) bool {
		return r.counted == metric || r.duration == metric
	})
}
