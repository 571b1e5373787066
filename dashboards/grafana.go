package dashboards

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// dashboard builds the dashboard and returns it as JSON.
func (m *model) dashboard() ([]byte, error) {
	//lint:ignore SA1019 the classic schema is what every Grafana reads, by import and by provisioning
	builder := dashboard.NewDashboardBuilder(m.config.Title).
		Uid(m.config.UID).
		Description("Generated from the metrics that the program exposes. Generate it anew rather than change it here.").
		Tags([]string{"generated", "go"}).
		Timezone(common.TimeZoneBrowser).
		Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Time("now-1h", "now").
		Refresh("30s").
		Variables(m.variableBuilders()).
		Annotation(m.alertAnnotation())
	built, err := builder.Build()
	if err != nil {
		return nil, fmt.Errorf("dashboards: building the dashboard: %w", err)
	}
	if built.Panels, err = m.panelsAndRows(); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(built, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("dashboards: encoding the dashboard: %w", err)
	}
	return append(text, '\n'), nil
}

// panelsAndRows gives every panel its place. Those of a closed row are in it, those of
// an open one after it.
func (m *model) panelsAndRows() (all []dashboard.PanelOrRowPanel, err error) {
	for _, r := range m.rows() {
		line := dashboard.NewRowPanel()
		line.Title, line.Collapsed, line.Id = &r.title, r.collapsed, r.id
		line.GridPos = &dashboard.GridPos{W: wholeWidth, H: 1, Y: uint32(r.y)}
		all = append(all, dashboard.PanelOrRowPanel{RowPanel: line})
		for _, p := range r.panels {
			built, err := p.build()
			if err != nil {
				return nil, fmt.Errorf("dashboards: building panel %q: %w", p.title, err)
			}
			if r.collapsed {
				line.Panels = append(line.Panels, built)
			} else {
				all = append(all, dashboard.PanelOrRowPanel{Panel: &built})
			}
		}
	}
	return all, nil
}

// variableBuilders are the choices on top: data source, job, instance, and labels.
func (m *model) variableBuilders() []cog.Builder[dashboard.VariableModel] {
	builders := []cog.Builder[dashboard.VariableModel]{
		dashboard.NewDatasourceVariableBuilder("datasource").Label("Data source").Type("prometheus"),
		m.variable("job", m.anchorName()),
		m.variable("instance", m.anchorName()+`{job=~"$job"}`),
	}
	for _, label := range m.variables {
		builders = append(builders, m.variable(label, m.labelSource(label)))
	}
	return builders
}

// labelSource selects series that have a label.
func (m *model) labelSource(label string) string {
	for _, metric := range m.metrics {
		if !hasLabel(metric, label) || isStandard(metric.name) && !m.servesRequests(metric) {
			continue
		}
		names := metric.name
		if metric.shape == histogramShape || metric.shape == summaryShape { // native or not
			names = metric.name + "(_count)?"
		}
		return fmt.Sprintf(`{__name__=~%q,job=~"$job",instance=~"$instance"}`, names)
	}
	return m.anchorName()
}

func (m *model) variable(label, source string) cog.Builder[dashboard.VariableModel] {
	query := fmt.Sprintf("label_values(%s, %s)", source, label)
	all := dashboard.StringOrArrayOfString{ArrayOfString: []string{"$__all"}}
	builder := dashboard.NewQueryVariableBuilder(label).
		Label(label).
		Datasource(datasource()).
		Query(dashboard.StringOrMap{String: &query}).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).
		Sort(dashboard.VariableSortNaturalAsc).
		Multi(true).
		IncludeAll(true).
		Current(dashboard.VariableOption{Text: dashboard.StringOrArrayOfString{ArrayOfString: []string{"All"}}, Value: all})
	if label != "job" { // jobs that don't have these metrics are not meant by All
		builder = builder.AllValue(".*") // those that lack the label are
	}
	return builder
}

// alertAnnotation shades the times in which alerts fired.
func (m *model) alertAnnotation() cog.Builder[dashboard.AnnotationQuery] {
	return dashboard.NewAnnotationQueryBuilder().
		Name("Alerts").
		Datasource(datasource()).
		Enable(true).
		IconColor("red").
		Expr(`ALERTS{alertstate="firing",job=~"$job"}`).
		TitleFormat("{{alertname}}").
		TextFormat("{{instance}} {{severity}}").
		Step("60s")
}

// datasource is the one that is chosen on the dashboard.
func datasource() common.DataSourceRef {
	kind, uid := "prometheus", "${datasource}"
	return common.DataSourceRef{Type: &kind, Uid: &uid}
}

// target builds a query, whose id is a letter.
func (p *panel) target(i int) *prometheus.Dataquery {
	q := p.queries[i]
	builder := prometheus.NewDataqueryBuilder().
		RefId(refID(i)).
		Datasource(datasource()).
		EditorMode(prometheus.QueryEditorModeCode).
		Expr(q.expr)
	if q.legend != "" {
		builder = builder.LegendFormat(q.legend)
	}
	if q.exemplar {
		builder = builder.Exemplar(true)
	}
	switch p.view {
	case heat:
		builder = builder.Range().Format(prometheus.PromQueryFormatHeatmap)
	case rows:
		builder = builder.Instant().Format(prometheus.PromQueryFormatTable)
	default:
		builder = builder.Range().Format(prometheus.PromQueryFormatTimeSeries)
	}
	built, err := builder.Build()
	if err != nil {
		panic(err) // nothing that is set here can be refused
	}
	query := built.(prometheus.Dataquery)
	return &query
}

// refID is A for the first query, and so on.
func refID(i int) string { return string(rune('A' + i)) }
