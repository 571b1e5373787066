package dashboards

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// classic is the schema that is generated.
//
//lint:ignore SA1019 it is what every Grafana reads, by import and by provisioning
type classic = dashboard.Dashboard

// decoded reads the dashboard as strictly as the SDK can: nothing unknown, nothing
// missing, and everything of its type.
func decoded(t *testing.T, m *Monitoring) *classic {
	t.Helper()
	plugins.RegisterDefaultPlugins()
	if err := strict(m.dashboard); err != nil {
		t.Fatalf("the SDK refuses the dashboard: %v", err)
	}
	var d classic
	if err := json.Unmarshal(m.dashboard, &d); err != nil {
		t.Fatal(err)
	}
	if err := d.Validate(); err != nil {
		t.Fatalf("the dashboard is not valid: %v", err)
	}
	return &d
}

// strict decodes strictly. The SDK's list of errors is an error even when it is empty,
// which stops it from keeping what it decoded, but not from looking at all of it.
func strict(text []byte) error {
	err := new(classic).UnmarshalJSONStrict(text)
	var list cog.BuildErrors
	if errors.As(err, &list) && len(list) == 0 {
		return nil
	}
	return err
}

// allPanels lists the panels, those in closed rows too.
func allPanels(d *classic) (panels []dashboard.Panel) {
	for _, p := range d.Panels {
		if p.RowPanel != nil {
			panels = append(panels, p.RowPanel.Panels...)
		} else {
			panels = append(panels, *p.Panel)
		}
	}
	return panels
}

func TestDashboardIsWhatGrafanaTakes(t *testing.T) {
	for _, program := range programs(t) {
		t.Run(program, func(t *testing.T) {
			m := generate(t, exposed(t, program), Config{})
			d := decoded(t, m)
			if d.SchemaVersion != 42 {
				t.Errorf("schema version %d, want 42", d.SchemaVersion)
			}
			panels := allPanels(d)
			if len(panels) < 10 {
				t.Errorf("%d panels, want ten at least", len(panels))
			}
			ids := make(map[uint32]string)
			for _, p := range panels {
				if *p.Title == "" || *p.Description == "" || len(p.Targets) == 0 {
					t.Errorf("panel %q has description %q and %d queries", *p.Title, *p.Description, len(p.Targets))
				}
				if other, taken := ids[*p.Id]; taken {
					t.Errorf("panels %q and %q have the same id %d", other, *p.Title, *p.Id)
				}
				ids[*p.Id] = *p.Title
			}
			for _, row := range d.Panels {
				if row.RowPanel != nil {
					if other, taken := ids[row.RowPanel.Id]; taken {
						t.Errorf("row %q has the id of %q", *row.RowPanel.Title, other)
					}
				}
			}
		})
	}
}

// Every variable that a query uses is one that the dashboard has, or Grafana.
func TestVariablesAreThere(t *testing.T) {
	for _, program := range programs(t) {
		d := decoded(t, generate(t, exposed(t, program), Config{}))
		replacements := []string{"$__rate_interval", ""}
		for _, v := range d.Templating.List {
			replacements = append(replacements, "$"+v.Name, "")
		}
		for _, p := range allPanels(d) {
			for _, target := range p.Targets {
				expr := target.(*prometheus.Dataquery).Expr
				if rest := strings.NewReplacer(replacements...).Replace(expr); strings.Contains(rest, "$") {
					t.Errorf("%s: %q has an unknown variable: %s", program, *p.Title, expr)
				}
			}
		}
	}
}

// Panels lie within the grid, and no two on each other, whether rows are open or closed.
func TestPanelsDoNotOverlap(t *testing.T) {
	for _, program := range programs(t) {
		d := decoded(t, generate(t, exposed(t, program), Config{}))
		var open []dashboard.GridPos
		var closed [][]dashboard.GridPos
		for _, p := range d.Panels {
			if p.Panel != nil {
				open = append(open, *p.Panel.GridPos)
				continue
			}
			open = append(open, *p.RowPanel.GridPos)
			inRow := []dashboard.GridPos{*p.RowPanel.GridPos}
			for _, inside := range p.RowPanel.Panels {
				inRow = append(inRow, *inside.GridPos)
			}
			closed = append(closed, inRow)
		}
		if err := overlap(open); err != nil {
			t.Errorf("%s: %v", program, err)
		}
		for _, row := range closed {
			if err := overlap(row); err != nil {
				t.Errorf("%s, within a row: %v", program, err)
			}
		}
	}
}

func overlap(places []dashboard.GridPos) error {
	taken := make(map[[2]uint32]int)
	for i, place := range places {
		if place.W == 0 || place.H == 0 || place.X+place.W > wholeWidth {
			return fmt.Errorf("%+v is not within the grid", place)
		}
		for x := place.X; x < place.X+place.W; x++ {
			for y := place.Y; y < place.Y+place.H; y++ {
				if other, there := taken[[2]uint32{x, y}]; there {
					return fmt.Errorf("%+v lies on %+v", place, places[other])
				}
				taken[[2]uint32{x, y}] = i
			}
		}
	}
	return nil
}

func TestOverlapIsFound(t *testing.T) {
	for _, places := range [][]dashboard.GridPos{
		{{X: 0, Y: 0, W: 8, H: 8}, {X: 7, Y: 7, W: 8, H: 8}},
		{{X: 20, Y: 0, W: 8, H: 8}},
		{{X: 0, Y: 0, W: 0, H: 8}},
	} {
		if overlap(places) == nil {
			t.Errorf("nothing is wrong with %+v", places)
		}
	}
}

// Numbers on top fill their lines.
func TestStatWidths(t *testing.T) {
	for n := 1; n <= 13; n++ {
		line, total := 0, 0
		for i := range n {
			width := statWidth(i, n)
			line += width
			total += width
			if line == wholeWidth {
				line = 0
			}
		}
		if line != 0 || total%wholeWidth != 0 {
			t.Errorf("%d numbers leave the last line at %d", n, line)
		}
	}
}

func TestStrictDecodingRefuses(t *testing.T) {
	m := generate(t, exposed(t, "plain"), Config{})
	for _, replacement := range [][2]string{
		{`"schemaVersion"`, `"schemaVersions"`},
		{`"gridPos"`, `"gridPosition"`},
		{`"editorMode"`, `"unheardOf"`},
		{`"refId"`, `"refID"`},
		{`"drawStyle"`, `"drawnStyle"`},
	} {
		text := strings.Replace(string(m.dashboard), replacement[0], replacement[1], 1)
		if err := strict([]byte(text)); err == nil && text != string(m.dashboard) {
			t.Errorf("%s was taken", replacement[1])
		}
	}
}
