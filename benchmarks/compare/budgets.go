package main

import (
	"fmt"
	"math"
	"strconv"
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
	label     string
	value     float64
	low, high float64 // in the rounds, where they say on which side of the limit it is
	ok        bool    // whether it was measured
	limit     float64
	unit      string // "×", "B" or "allocs"
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
	promBoth      = prom + "histograms, classic and native"
	classic       = prom + "Histogram, classic"
	native        = prom + "Histogram, native"
	oneGoroutine  = "1 goroutine"
	everyCore     = "all cores"
	counters      = "record: counters"
	meters        = "record: meters"
	distributions = "record: distributions, log-normal values"
	fresh         = "record: new distributions"
	disturbed     = "record under flushes and scrapes"
	gauges        = "expose: gauges"
	typedGroup    = "expose: typed"
	updated       = "flush, all updated"
	idle          = "flush, nothing updated"
	asked         = "OpenMetrics, gzip" // by Prometheus
	askedAgain    = "OpenMetrics, gzip, again"
	growth        = "growth"
	memory        = "memory"
)

var budgets = []budget{
	{
		"increase a counter",
		"≤ 1.1 × client_golang's on one goroutine; ≤ 0.4 × on all cores",
		func(r *Results) []part {
			return []part{
				r.compare(oneGoroutine, counters, our+"Counter", oneGoroutine, prom+"Counter", 1.1),
				r.compare(everyCore, counters, our+"Counter", everyCore, prom+"Counter", 0.4),
			}
		},
	},
	{
		"mark a meter",
		"≤ 2 × increasing a counter; ≤ 1/8 × rcrowley's",
		func(r *Results) []part {
			return []part{
				r.relate("our counter",
					r.cell(meters, our+"Meter", oneGoroutine), r.cell(counters, our+"Counter", oneGoroutine), 2),
				r.compare("rcrowley", meters, our+"Meter", oneGoroutine, rcrowley+"Meter", 1./8),
			}
		},
	},
	{
		"update a histogram whose reservoir of 1028 is full",
		"≤ 0.6 × client_golang's classic histogram; ≤ 0.5 × on all cores",
		func(r *Results) []part {
			return []part{
				r.compare(oneGoroutine, distributions, our+"Histogram", oneGoroutine, classic, 0.6),
				r.compare(everyCore, distributions, our+"Histogram", everyCore, classic, 0.5),
			}
		},
	},
	{
		"update a timer",
		"≤ 0.6 × client_golang's classic histogram; ≤ 0.5 × on all cores; ≤ 1/20 × rcrowley's timer",
		func(r *Results) []part {
			return []part{
				r.compare(oneGoroutine, distributions, our+"Timer", oneGoroutine, classic, 0.6),
				r.compare(everyCore, distributions, our+"Timer", everyCore, classic, 0.5),
				r.compare("rcrowley", distributions, our+"Timer", oneGoroutine, rcrowley+"Timer", 1./20),
			}
		},
	},
	{
		"update one of 1,000 new timers or histograms",
		"≤ 3.5 × client_golang's classic histogram up to the 3,000th value of each; ≤ 3 × up to the 10,000th",
		func(r *Results) []part {
			return []part{
				r.compare("timer, 3,000", fresh, our+"Timer", "the first 3000 values", classic, 3.5),
				r.compare("10,000", fresh, our+"Timer", "the first 10000 values", classic, 3),
				r.compare("histogram, 3,000", fresh, our+"Histogram", "the first 3000 values", classic, 3.5),
				r.compare("10,000", fresh, our+"Histogram", "the first 10000 values", classic, 3),
			}
		},
	},
	{
		"99th percentile of single updates under flushes and scrapes",
		"≤ client_golang's classic and native histograms",
		func(r *Results) []part {
			return []part{
				r.compare("classic", disturbed, detached, "disturbed: p99", prom+"histograms, classic", 1),
				r.compare("native", disturbed, detached, "disturbed: p99", prom+"histograms, native", 1),
			}
		},
	},
	{
		"update a bucketed histogram",
		"≤ 0.6 × client_golang's classic histogram; ≤ 0.3 × its native one",
		func(r *Results) []part {
			return []part{
				r.compare("classic", distributions, our+"Histogram, bucketed", oneGoroutine, classic, 0.6),
				r.compare("native", distributions, our+"Histogram, bucketed", oneGoroutine, native, 0.3),
			}
		},
	},
	{
		"find a counter by two label values and increase it",
		"≤ 0.6 × client_golang's WithLabelValues",
		func(r *Results) []part {
			return []part{r.compare("", "lookup: by label values", our+"Vec.With", oneGoroutine, prom+"WithLabelValues", 0.6)}
		},
	},
	{
		"find a counter by its labels and increase it",
		"≤ 0.4 × client_golang's With",
		func(r *Results) []part {
			return []part{r.compare("", "lookup: by labels", our+"GetOrRegisterCounter", oneGoroutine, prom+"With", 0.4)}
		},
	},
	{
		"flush 35,000 gauges, all just updated",
		"≤ 1/15 × rcrowley with its reporter; ≤ 100 allocations, with bucketed samples too",
		func(r *Results) []part {
			return []part{
				r.compare("rcrowley", gauges, registered, updated, reporter, 1./15),
				allocations("", r.cell(gauges, registered, updated), 100),
				allocations("bucketed", r.cell(typedGroup, our+"bucketed, registered", updated), 100),
			}
		},
	},
	{
		"flush 35,000 gauges, nothing updated since",
		"≤ 1/100 × rcrowley with its reporter",
		func(r *Results) []part {
			return []part{r.compare("rcrowley", gauges, registered, idle, reporter, 1./100)}
		},
	},
	{
		"scrape 35,000 gauges as a Prometheus server does, OpenMetrics with gzip, " +
			"from the driver's own handler, first after a flush",
		"≤ 0.12 × client_golang with as many gauges through promhttp; ≤ 50 allocations",
		func(r *Results) []part {
			return []part{
				r.compare("", gauges, detached, asked, promGauges, 0.12),
				allocations("", r.cell(gauges, detached, asked), 50),
			}
		},
	},
	{
		"the same, second after that flush",
		"≤ 0.01 ×",
		func(r *Results) []part {
			return []part{r.compare("", gauges, detached, askedAgain, promGauges, 0.01)}
		},
	},
	{
		"the same in protobuf with gzip, first",
		"≤ 0.15 ×",
		func(r *Results) []part {
			return []part{r.compare("", gauges, detached, "protobuf, gzip", promGauges, 0.15)}
		},
	},
	{
		"the same in text without compression, first",
		"≤ 0.06 ×; a sample ≤ 0.6 × VictoriaMetrics' writer",
		func(r *Results) []part {
			return []part{
				r.compare("", gauges, detached, "text", promGauges, 0.06),
				r.perSample("a sample", gauges, detached, "expose: labelled", "VictoriaMetrics/metrics histograms", "text", 0.6),
			}
		},
	},
	{
		"scrape as many instruments in the typed layout with bucketed samples, gzip, first",
		"≤ 0.15 × client_golang's classic and native histograms",
		func(r *Results) []part {
			return []part{
				r.compare("OpenMetrics", typedGroup, our+"bucketed, detached", asked, promBoth, 0.15),
				r.compare("protobuf", typedGroup, our+"bucketed, detached", "protobuf, gzip", promBoth, 0.15),
			}
		},
	},
	{
		"serve a registry of client_golang by HandlerFor, OpenMetrics with gzip",
		"≤ 0.55 × promhttp over the same registry",
		func(r *Results) []part {
			return []part{r.compare("", gauges, our+"HandlerFor, client_golang's gauges", asked, promGauges, 0.55)}
		},
	},
	{
		"gather and encode 35,000 gauges through a Prometheus registry",
		"≤ 0.7 × client_golang with as many gauges of the same names",
		func(r *Results) []part {
			return []part{r.compare("text", gauges, registered, "text", promGauges, 0.7)}
		},
	},
	{
		"gather 35,000 gauges through the driver's transactional gatherer",
		"≤ 1/20 × through a Prometheus registry; ≤ 100 allocations",
		func(r *Results) []part {
			return []part{
				r.relate("", r.cell(gauges, detached, "gather"), r.cell(gauges, registered, "gather"), 1./20),
				allocations("", r.cell(gauges, detached, "gather"), 100),
			}
		},
	},
	{
		"memory of a timer, registered",
		"≤ 600 B never updated; ≤ 19 KiB with a full reservoir; ≤ 2.5 KiB bucketed",
		func(r *Results) []part {
			full := fmt.Sprintf("after %d values", benchmarks.FullSize().Fill)
			return []part{
				size("never updated", r.cell(memory, our+"Timer", "never updated"), 600),
				size("full", r.cell(memory, our+"Timer", full), 19<<10),
				size("bucketed", r.cell(memory, our+"Timer, bucketed", full), 2560),
			}
		},
	},
	{
		"time per series, from ten thousand series to the most",
		"highest ≤ 1.5 × lowest",
		func(r *Results) []part {
			return []part{r.steadiness("flush"), r.steadiness("scrape")}
		},
	},
}

// compare relates one of ours to another contender in the same scenario.
func (r *Results) compare(label, group, ours, scenario, other string, limit float64) part {
	return r.relate(label, r.cell(group, ours, scenario), r.cell(group, other, scenario), limit)
}

func (r *Results) relate(label string, ours, other *Cell, limit float64) part {
	p := part{label: label, limit: limit, unit: "×"}
	if ours == nil || other == nil {
		return p
	}
	p.value, p.ok = ours.Median/other.Median, true
	p.low, p.high = p.value, p.value
	// All took turns, so a round's figures belong together.
	for i := range min(len(ours.Rounds), len(other.Rounds)) {
		round := ours.Rounds[i] / other.Rounds[i]
		p.low, p.high = min(p.low, round), max(p.high, round)
	}
	return p
}

// perSample relates the time of a sample to that of another exposition's sample.
func (r *Results) perSample(label, group, ours, otherGroup, other, scenario string, limit float64) part {
	p := r.relate(label, r.cell(group, ours, scenario), r.cell(otherGroup, other, scenario), limit)
	scale := r.samples(otherGroup, other) / r.samples(group, ours)
	p.value, p.low, p.high = p.value*scale, p.low*scale, p.high*scale
	return p
}

// samples is how many an exposition has, by the note beside its name.
func (r *Results) samples(group, contender string) float64 {
	for _, g := range r.Groups {
		for _, row := range g.Rows {
			if n := 0.0; g.Name == group && row.contender() == contender {
				fmt.Sscanf(row.Note, "%f samples", &n)
				return n
			}
		}
	}
	return math.NaN()
}

func allocations(label string, cell *Cell, limit float64) part {
	p := part{label: label, limit: limit, unit: "allocs"}
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

// steadiness is the highest by the lowest cost of a series in worlds that grow from ten
// thousand series on: the reservoirs of a thousand fit into the processor's cache.
func (r *Results) steadiness(operation string) part {
	p := part{label: operation, limit: 1.5, unit: "×"}
	var lowest, highest float64
	for _, g := range r.Groups {
		if g.Name != growth {
			continue
		}
		for _, scenario := range g.Scenarios {
			if series, _ := strconv.Atoi(strings.Fields(scenario)[0]); series < 10_000 {
				continue
			}
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

// unsure reports whether rounds disagree about the limit.
func (p part) unsure() bool { return p.ok && p.low <= p.limit && p.limit < p.high }

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
	if p.unsure() {
		text += fmt.Sprintf(" (%s to %s)", ratio(p.low), ratio(p.high))
	}
	if p.label != "" {
		text = p.label + " " + text
	}
	return text
}

func (r *Results) writeBudgets(out *strings.Builder) {
	out.WriteString("\n## Budgets\n\nWhat this library demands of itself, in relation to others in the same run. " +
		"Log-normal values where values matter. Where rounds were on both sides of a limit, the lowest and " +
		"the highest stand in " +
		"brackets, and the median decides.\n\n")
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
