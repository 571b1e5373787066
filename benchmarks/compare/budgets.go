package main

import (
	"fmt"
	"strings"

	"github.com/go-metrics-plus/metrics/benchmarks"
)

// A budget is a limit that this library sets itself.
type budget struct {
	work  string
	limit string
	parts func(*Results) []part // all of them have to keep it
}

// part is one figure of a budget.
type part struct {
	label string
	value float64
	ok    bool // whether it was measured
	limit float64
	unit  string // "×", "B" or "allocs"
}

// Names of groups, contenders and scenarios that budgets are about.
const (
	our           = "go-metrics-plus "
	prom          = "client_golang "
	rcrowley      = "rcrowley/go-metrics "
	reporter      = rcrowley + "with nbrownus/go-metrics-prometheus"
	registered    = our + "registered"
	detached      = our + "detached"
	promGauges    = prom + "as many gauges"
	classic       = prom + "Histogram, classic"
	oneGoroutine  = "1 goroutine"
	everyCore     = "all cores"
	counters      = "record: counters"
	meters        = "record: meters"
	distributions = "record: distributions, log-normal values"
	gauges        = "expose: gauges"
	updated       = "flush, all updated"
	idle          = "flush, nothing updated"
	growth        = "growth"
	memory        = "memory"
)

var budgets = []budget{
	{"increase a counter", "≤ 1.1 × client_golang's, on one goroutine and on all cores", func(r *Results) []part {
		return []part{
			r.compare(oneGoroutine, counters, our+"Counter", oneGoroutine, prom+"Counter", 1.1),
			r.compare(everyCore, counters, our+"Counter", everyCore, prom+"Counter", 1.1),
		}
	}},
	{"mark a meter", "≤ 2 × increasing a counter; ≤ 1/8 × rcrowley's", func(r *Results) []part {
		return []part{
			r.relate("our counter", r.cell(meters, our+"Meter", oneGoroutine), r.cell(counters, our+"Counter", oneGoroutine), 2),
			r.compare("rcrowley", meters, our+"Meter", oneGoroutine, rcrowley+"Meter", 1./8),
		}
	}},
	{"update a histogram whose reservoir of 1028 is full", "≤ 1 × client_golang's classic histogram; ≤ 0.5 × on all cores", func(r *Results) []part {
		return []part{
			r.compare(oneGoroutine, distributions, our+"Histogram", oneGoroutine, classic, 1),
			r.compare(everyCore, distributions, our+"Histogram", everyCore, classic, 0.5),
		}
	}},
	{"update a timer", "≤ 1.1 × client_golang's classic histogram; ≤ 0.5 × on all cores; ≤ 1/8 × rcrowley's timer", func(r *Results) []part {
		return []part{
			r.compare(oneGoroutine, distributions, our+"Timer", oneGoroutine, classic, 1.1),
			r.compare(everyCore, distributions, our+"Timer", everyCore, classic, 0.5),
			r.compare("rcrowley", distributions, our+"Timer", oneGoroutine, rcrowley+"Timer", 1./8),
		}
	}},
	{"update a bucketed histogram", "≤ 0.8 × client_golang's classic histogram; ≤ 0.5 × its native one", func(r *Results) []part {
		return []part{
			r.compare("classic", distributions, our+"Histogram, bucketed", oneGoroutine, classic, 0.8),
			r.compare("native", distributions, our+"Histogram, bucketed", oneGoroutine, prom+"Histogram, native", 0.5),
		}
	}},
	{"find a counter by two label values and increase it", "≤ client_golang's WithLabelValues", func(r *Results) []part {
		return []part{r.compare("", "lookup: by label values", our+"Vec.With", oneGoroutine, prom+"WithLabelValues", 1)}
	}},
	{"find a counter by its labels and increase it", "≤ client_golang's With", func(r *Results) []part {
		return []part{r.compare("", "lookup: by labels", our+"GetOrRegisterCounter", oneGoroutine, prom+"With", 1)}
	}},
	{"flush 35,000 gauges, all just updated", "≤ 1/8 × rcrowley with its reporter; ≤ 100 allocations", func(r *Results) []part {
		return []part{
			r.compare("rcrowley", gauges, registered, updated, reporter, 1./8),
			allocations(r.cell(gauges, registered, updated), 100),
		}
	}},
	{"flush 35,000 gauges, nothing updated since", "≤ 1/30 × rcrowley with its reporter", func(r *Results) []part {
		return []part{r.compare("rcrowley", gauges, registered, idle, reporter, 1./30)}
	}},
	{"gather and encode 35,000 gauges through a Prometheus registry", "≤ 0.7 × client_golang with as many gauges of the same names", func(r *Results) []part {
		return []part{r.compare("text", gauges, registered, "text", promGauges, 0.7)}
	}},
	{"scrape 35,000 gauges in text from the driver's own handler", "≤ 0.2 × client_golang with as many gauges of the same names", func(r *Results) []part {
		return []part{r.compare("text", gauges, detached, "text", promGauges, 0.2)}
	}},
	{"gather 35,000 gauges through the driver's transactional gatherer", "≤ 1/20 × through a Prometheus registry; ≤ 100 allocations", func(r *Results) []part {
		return []part{
			r.relate("", r.cell(gauges, detached, "gather"), r.cell(gauges, registered, "gather"), 1./20),
			allocations(r.cell(gauges, detached, "gather"), 100),
		}
	}},
	{"memory of a timer, registered", "≤ 600 B never updated; ≤ 19 KiB with a full reservoir; ≤ 2.5 KiB bucketed", func(r *Results) []part {
		full := fmt.Sprintf("after %d values", benchmarks.FullSize().Fill)
		return []part{
			size("never updated", r.cell(memory, our+"Timer", "never updated"), 600),
			size("full", r.cell(memory, our+"Timer", full), 19<<10),
			size("bucketed", r.cell(memory, our+"Timer, bucketed", full), 2560),
		}
	}},
	{"time per series, from a thousand series to the most", "highest ≤ 1.5 × lowest", func(r *Results) []part {
		return []part{r.steadiness("flush"), r.steadiness("scrape")}
	}},
}

// compare relates one of ours to another contender in the same scenario.
func (r *Results) compare(label, group, ours, scenario, other string, limit float64) part {
	return r.relate(label, r.cell(group, ours, scenario), r.cell(group, other, scenario), limit)
}

func (r *Results) relate(label string, ours, other *Cell, limit float64) part {
	p := part{label: label, limit: limit, unit: "×"}
	if ours != nil && other != nil {
		p.value, p.ok = ours.Median/other.Median, true
	}
	return p
}

func allocations(cell *Cell, limit float64) part {
	p := part{limit: limit, unit: "allocs"}
	if cell != nil {
		p.value, p.ok = cell.Allocs, true
	}
	return p
}

func size(label string, cell *Cell, limit float64) part {
	p := part{label: label, limit: limit, unit: "B"}
	if cell != nil {
		p.value, p.ok = cell.Median, true
	}
	return p
}

// steadiness is the highest by the lowest cost of a series in worlds that grow.
func (r *Results) steadiness(operation string) part {
	p := part{label: operation, limit: 1.5, unit: "×"}
	var lowest, highest float64
	for _, g := range r.Groups {
		if g.Name != growth {
			continue
		}
		for _, scenario := range g.Scenarios {
			if !strings.HasSuffix(scenario, operation) {
				continue
			}
			if c := r.cell(growth, registered, scenario); c != nil {
				if !p.ok {
					lowest, highest, p.ok = c.Median, c.Median, true
				}
				lowest, highest = min(lowest, c.Median), max(highest, c.Median)
			}
		}
	}
	if p.ok {
		p.value = highest / lowest
	}
	return p
}

func (p part) exceeded() bool { return p.ok && p.value > p.limit }

func (p part) String() string {
	text := "not measured"
	if p.ok {
		switch p.unit {
		case "×":
			text = ratio(p.value)
		case "B":
			text = fmt.Sprintf("%.0f B", p.value)
		default:
			text = fmt.Sprintf("%.0f %s", p.value, p.unit)
		}
	}
	if p.exceeded() {
		text = "**" + text + "**"
	}
	if p.label != "" {
		text = p.label + " " + text
	}
	return text
}

func (r *Results) writeBudgets(out *strings.Builder) {
	out.WriteString("\n## Budgets\n\nWhat this library demands of itself, in relation to others in the same run. " +
		"Log-normal values where values matter.\n\n")
	out.WriteString("| work | budget | measured | reached |\n|---|---|---|---|\n")
	for _, b := range budgets {
		var texts []string
		reached := "yes"
		for _, p := range b.parts(r) {
			texts = append(texts, p.String())
			switch {
			case !p.ok && reached == "yes":
				reached = "not measured"
			case p.exceeded():
				reached = "**no**"
			}
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", b.work, b.limit, strings.Join(texts, "; "), reached)
	}
}
