package dashboards

import (
	"fmt"
	"strings"
)

// saturation shows how much of what the program can have it uses: of this, whatever
// its collectors tell.
func (m *model) saturation() []*panel {
	var panels []*panel
	add := func(title, unit, description string, queries ...query) {
		var there []query
		for _, q := range queries {
			if q.expr != "" {
				there = append(there, q)
			}
		}
		if len(there) > 0 {
			panels = append(panels, &panel{
				key: "saturation " + title, title: title, unit: unit, description: description, queries: there, zeroBased: true,
			})
		}
	}
	add("CPU", valueUnit(""), "Cores in use, and how many there may be.",
		m.rateQuery("process_cpu_seconds_total", "used"), m.valueQuery("go_sched_gomaxprocs_threads", "GOMAXPROCS"))
	add("Memory", valueUnit("bytes"), "What the process holds of memory, and what its heap has of that.",
		m.valueQuery("process_resident_memory_bytes", "resident"),
		m.valueQuery("go_memstats_heap_inuse_bytes", "heap in use"))
	add("Goroutines", valueUnit(""), "A number that only grows is a leak.",
		m.valueQuery("go_goroutines", "goroutines"))
	add("Waiting for a core", valueUnit("seconds"),
		"How long 99 % of the runnable goroutines waited at most before they ran.",
		m.p99Query("go_sched_latencies_seconds"))
	add("Open files", valueUnit("ratio"), "Share of the file descriptors that the process may have.",
		m.ratioQuery("process_open_fds", "process_max_fds"))
	for _, active := range m.metrics {
		if strings.HasSuffix(active.base, "http_server_active_requests") && active.shape == gaugeShape {
			add("Requests in progress", valueUnit(""), describe(active.help), query{
				expr:   "sum by (instance) (" + m.scope.series(active.name, active.labels) + ")",
				legend: "{{instance}}",
			})
		}
	}
	spread(panels, 8)
	return panels
}

// spread gives panels a width, and makes the last ones fill their line.
func spread(panels []*panel, width int) {
	inLine := wholeWidth / width
	rest := len(panels) % inLine
	for i, p := range panels {
		p.width, p.height = width, panelHeight
		if i >= len(panels)-rest {
			p.width = wholeWidth / rest
		}
	}
}

func (m *model) valueQuery(name, legend string) query {
	if f := find(m.metrics, name); f != nil {
		return query{expr: m.scope.series(name, f.labels), legend: legend + " {{instance}}"}
	}
	return query{}
}

func (m *model) rateQuery(name, legend string) query {
	if f := find(m.metrics, name); f != nil {
		expr := fmt.Sprintf("rate(%s[%s])", m.scope.series(name, f.labels), rateWindow)
		return query{expr: expr, legend: legend + " {{instance}}"}
	}
	return query{}
}

func (m *model) ratioQuery(used, limit string) query {
	u, l := find(m.metrics, used), find(m.metrics, limit)
	if u == nil || l == nil {
		return query{}
	}
	return query{expr: m.scope.series(used, u.labels) + " / " + m.scope.series(limit, l.labels), legend: "{{instance}}"}
}

func (m *model) p99Query(name string) query {
	f := find(m.metrics, name)
	if f == nil || f.shape != histogramShape {
		return query{}
	}
	return query{expr: m.scope.quantile(f, 0.99, []string{"instance"}, rateWindow), legend: "{{instance}}"}
}

// driverPanels show what the driver leaves out, and whether it still works.
func (m *model) driverPanels(d *driver) []*panel {
	panels := []*panel{{
		key: leftOutKey + d.prefix, title: "Metrics left out", zeroBased: true, unit: valueUnit(""),
		thresholds:  []threshold{{1, "red"}},
		description: describe(d.leftOut.help, "By reason; driver.Explain lists which ones"),
		queries: []query{{
			expr:   "sum by (instance,reason) (" + m.scope.series(d.leftOut.name, d.leftOut.labels) + ")",
			legend: "{{reason}} {{instance}}",
		}},
	}}
	if d.series != nil {
		p := &panel{
			key: seriesKey + d.prefix, title: "Series exposed", zeroBased: true, unit: valueUnit(""),
			description: describe(d.series.help),
			queries:     []query{{expr: m.scope.series(d.series.name, d.series.labels), legend: "series {{instance}}"}},
		}
		if d.maxSeries != nil {
			p.queries = append(p.queries,
				query{expr: m.scope.series(d.maxSeries.name, d.maxSeries.labels), legend: "limit {{instance}}"})
		}
		panels = append(panels, p)
	}
	if d.lastFlush != nil {
		panels = append(panels, &panel{
			key: lastFlushKey + d.prefix, title: "Time since the last flush", zeroBased: true, unit: valueUnit("seconds"),
			thresholds:  []threshold{{m.config.FlushAge.Seconds(), "red"}},
			description: describe("What is shown is as old as this"),
			queries: []query{{
				expr:   "time() - " + m.scope.series(d.lastFlush.name, d.lastFlush.labels),
				legend: "{{instance}}",
			}},
		})
	}
	spread(panels, 8)
	return panels
}
