package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// build makes a panel of Grafana: first what its kind wants, then what all have.
func (p *placed) build() (dashboard.Panel, error) {
	builder := map[view]func() cog.Builder[dashboard.Panel]{
		lines:    p.timeseries,
		number:   p.stat,
		heat:     p.heatmap,
		rows:     p.table,
		timeline: p.timeline,
	}[p.view]
	built, err := builder().Build()
	if err != nil {
		return built, err
	}
	source := datasource()
	built.Id, built.Title, built.Description = &p.id, &p.title, &p.description
	built.Datasource = &source
	built.GridPos = &dashboard.GridPos{X: uint32(p.x), Y: uint32(p.y), W: uint32(p.width), H: uint32(p.height)}
	for i := range p.queries {
		built.Targets = append(built.Targets, *p.target(i))
	}
	if built.FieldConfig == nil { // as a table without overrides has it
		built.FieldConfig = dashboard.NewFieldConfigSource()
	}
	defaults := &built.FieldConfig.Defaults
	if p.unit != "" {
		defaults.Unit = &p.unit
	}
	if len(p.states) > 0 {
		defaults.Mappings = mappings(p.states)
	}
	defaults.Thresholds = p.thresholdsConfig()
	return built, nil
}

// thresholdsConfig colours values, from green on.
func (p *panel) thresholdsConfig() *dashboard.ThresholdsConfig {
	steps := []dashboard.Threshold{{Color: "green"}}
	for _, t := range p.thresholds {
		steps = append(steps, dashboard.Threshold{Value: &t.from, Color: t.color})
	}
	return &dashboard.ThresholdsConfig{Mode: dashboard.ThresholdsModeAbsolute, Steps: steps}
}

func mappings(states []state) []dashboard.ValueMapping {
	options := make(map[string]dashboard.ValueMappingResult)
	for i, s := range states {
		index := int32(i)
		options[s.value] = dashboard.ValueMappingResult{Text: &s.text, Color: &s.color, Index: &index}
	}
	values := dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options}
	return []dashboard.ValueMapping{{ValueMap: &values}}
}

func (p *placed) timeseries() cog.Builder[dashboard.Panel] {
	builder := timeseries.NewPanelBuilder().
		FillOpacity(8).
		ShowPoints(common.VisibilityModeNever).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		Legend(common.NewVizLegendOptionsBuilder().
			DisplayMode(common.LegendDisplayModeTable).
			Placement(common.LegendPlacementBottom).
			ShowLegend(true).
			Calcs([]string{"lastNotNull", "max"}))
	if p.zeroBased {
		builder = builder.Min(0)
	}
	if len(p.thresholds) > 0 {
		style := common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed)
		builder = builder.ThresholdsStyle(style)
	}
	for i, q := range p.queries {
		if q.right {
			builder = builder.OverrideByQuery(refID(i), []dashboard.DynamicConfigValue{
				{Id: "custom.axisPlacement", Value: "right"},
				{Id: "custom.lineStyle", Value: map[string]any{"fill": "dash", "dash": []int{4, 4}}},
				{Id: "custom.fillOpacity", Value: 0},
			})
		}
	}
	return builder
}

func (p *placed) stat() cog.Builder[dashboard.Panel] {
	return stat.NewPanelBuilder().
		GraphMode(common.BigValueGraphModeArea).
		ColorMode(common.BigValueColorModeValue).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}))
}

func (p *placed) heatmap() cog.Builder[dashboard.Panel] {
	axis := heatmap.NewYAxisConfigBuilder().Unit(p.unit)
	return heatmap.NewPanelBuilder().
		Calculate(false).
		YAxis(axis).
		Color(heatmap.NewHeatmapColorOptionsBuilder().
			Mode(heatmap.HeatmapColorModeScheme).
			Scheme("Spectral").
			Scale(heatmap.HeatmapColorScaleExponential).
			Exponent(0.5).
			Steps(64).
			Reverse(true))
}

func (p *placed) timeline() cog.Builder[dashboard.Panel] {
	return statetimeline.NewPanelBuilder().
		ShowValue(common.VisibilityModeNever).
		MergeValues(true).
		FillOpacity(70).
		Legend(common.NewVizLegendOptionsBuilder().
			DisplayMode(common.LegendDisplayModeList).
			Placement(common.LegendPlacementBottom).
			ShowLegend(false))
}

// table has the columns that are named, in their order, with the fields of all queries
// in one line.
func (p *placed) table() cog.Builder[dashboard.Panel] {
	builder := table.NewPanelBuilder().
		ShowHeader(true).
		Footer(common.NewTableFooterOptionsBuilder().Reducer([]string{})) // which may not be null
	if len(p.queries) > 1 {
		builder = builder.WithTransformation(dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}})
	}
	include, order, titles := map[string]bool{}, map[string]int{}, map[string]string{}
	for i, c := range p.columns {
		include[c.field], order[c.field], titles[c.field] = true, i, c.title
		if c.unit != "" {
			builder = builder.OverrideByName(c.title, []dashboard.DynamicConfigValue{{Id: "unit", Value: c.unit}})
		}
	}
	builder = builder.WithTransformation(dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
		"includeByName": include, "indexByName": order, "renameByName": titles,
	}})
	if len(p.states) > 0 {
		builder = builder.OverrideByName("State", []dashboard.DynamicConfigValue{
			{Id: "custom.cellOptions", Value: map[string]any{"type": "color-background"}},
		})
	}
	return builder
}
