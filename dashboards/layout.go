package dashboards

import (
	"hash/fnv"
)

// row is a line across the dashboard, with panels under it.
type row struct {
	title     string
	collapsed bool
	panels    []*placed
	y         int
	id        uint32
}

// placed is a panel with its place on the grid, 24 wide.
type placed struct {
	*panel
	x, y int
}

// place puts panels beside each other from left to right, in lines as high as their
// highest panel, and returns where the next line begins.
func (r *row) place(panels []*panel, y int) int {
	x, lineHeight := 0, 0
	for _, p := range panels {
		if x+p.width > wholeWidth {
			x, y, lineHeight = 0, y+lineHeight, 0
		}
		r.panels = append(r.panels, &placed{p, x, y})
		x += p.width
		lineHeight = max(lineHeight, p.height)
	}
	return y + lineHeight
}

// ids gives panels numbers that stay the same when others come and go, so that links in
// old alerts still lead to them: a hash of the key, or the next that is free.
type ids map[uint32]bool

func (taken ids) of(key string) uint32 {
	hash := fnv.New32a()
	hash.Write([]byte(key))
	id := hash.Sum32()%1_000_000 + 1
	for taken[id] {
		id++
	}
	taken[id] = true
	return id
}

// rows lays out the dashboard. Rows of what every program has are closed at first, and
// ask Prometheus for nothing until somebody opens them.
func (m *model) rows() []*row {
	taken := make(ids)
	var rows []*row
	y := 0
	add := func(title string, collapsed bool, panels []*panel) {
		if len(panels) == 0 {
			return
		}
		r := &row{title: title, collapsed: collapsed, y: y, id: taken.of("row " + title)}
		for _, p := range panels {
			p.id = taken.of(p.key)
			m.panels[p.key] = p
		}
		end := r.place(panels, y+1)
		y++
		if !collapsed {
			y = end
		}
		rows = append(rows, r)
	}
	m.panels = make(map[string]*panel)
	add("Is it broken, since when, where", false, m.essentials())
	for _, g := range m.groups {
		var panels []*panel
		for _, metric := range g.metrics {
			panels = append(panels, m.scope.panelsOf(metric, g.titleOf(metric))...)
		}
		add(g.title(), g.standard, panels)
	}
	add("go godebug", true, m.godebugPanels())
	return rows
}

func (m *model) godebugPanels() []*panel {
	for _, metric := range m.metrics {
		if len(metric.name) > len(godebugPrefix) && metric.name[:len(godebugPrefix)] == godebugPrefix {
			return []*panel{{
				key: godebugPrefix, title: "Uses of GODEBUG settings that are not the default",
				width: wholeWidth, height: panelHeight,
				description: "Counts since the start. What is not zero changes when the program is built " +
					"with a newer go directive.",
				queries: []query{{
					expr:   "topk(10, " + m.scope.named([]string{godebugPrefix + ".+"}) + ")",
					legend: "{{__name__}} {{instance}}",
				}},
			}}
		}
	}
	return nil
}
