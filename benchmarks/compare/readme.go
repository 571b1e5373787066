package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Between these lines stands the table in README.md.
const (
	startMark = "<!-- benchmarks:start -->"
	endMark   = "<!-- benchmarks:end -->"
)

// A headline is a row of the table: a scenario for which everybody shows the
// first of their contenders that has it, or of those that are asked for.
type headline struct {
	title           string
	group, scenario string
	only            []string // contenders, ours first; nil for all
}

var headlines = []headline{
	{"increase a counter", counters, oneGoroutine, nil},
	{"… on all cores", counters, everyCore, nil},
	{"record a duration", distributions, oneGoroutine, timers},
	{"… on all cores", distributions, everyCore, timers},
	{"… one of 1,000 timers", distributions, "1000 instruments, 1 goroutine", timers},
	{"record it in buckets of 5 %", distributions, oneGoroutine, bucketed},
	{"… on all cores", distributions, everyCore, bucketed},
	{"… one of 1,000 timers", distributions, "1000 instruments, 1 goroutine", bucketed},
	{"find a counter by its labels, increase it", "lookup: by labels", oneGoroutine, nil},
	{"flush 35,000 gauges", gauges, updated, nil},
	{"scrape 35,000 gauges as Prometheus does: OpenMetrics, gzip", gauges, asked, []string{
		detached,
		promGauges,
		reporter,
	}},
	{"… once more after the same flush", gauges, askedAgain, []string{detached, promGauges, reporter}},
	{"… through a Prometheus registry and promhttp", gauges, asked, []string{registered, promGauges, reporter}},
	{"… client_golang's gauges, by `HandlerFor` and by promhttp", gauges, asked, []string{
		our + "HandlerFor, client_golang's gauges",
		promGauges,
	}},
	{"scrape as many instruments with Prometheus types, likewise", typedGroup, asked, typed},
}

// timers are what a user would take for durations who has no special wishes, and
// bucketed what has exponential buckets of about 5 %, or as narrow as they come.
var (
	timers = []string{
		our + "Timer",
		classic,
		rcrowley + "Timer",
		"go-ethereum/metrics Timer",
		"VictoriaMetrics/metrics Histogram",
		"OpenTelemetry SDK Float64Histogram, explicit",
		"hashicorp/go-metrics AddSample",
	}
	bucketed = []string{
		our + "Timer, bucketed",
		prom + "Histogram, native",
		"VictoriaMetrics/metrics Histogram",
		"OpenTelemetry SDK Float64Histogram, exponential",
	}
	typed = []string{
		our + "bucketed, detached",
		prom + "histograms, classic and native",
		"go-ethereum/metrics prometheus.Handler",
		"VictoriaMetrics/metrics histograms",
		"OpenTelemetry SDK with its Prometheus exporter",
		"hashicorp/go-metrics with its Prometheus sink",
	}
)

// table is the table for README.md, with what it takes to judge it.
func (r *Results) table() string {
	peers := r.peers()
	var out strings.Builder
	fmt.Fprintf(&out, "| |%s\n|---|%s\n", strings.Join(bracket(peers), ""), strings.Repeat("---:|", len(peers)))
	for _, h := range headlines {
		cells, lowest := r.line(h, peers)
		if lowest == nil {
			continue // measured by nobody yet
		}
		fmt.Fprintf(&out, "| %s |", h.title)
		for _, cell := range cells {
			switch {
			case cell == nil:
				out.WriteString(" — |")
			case cell == lowest:
				fmt.Fprintf(&out, " **%s** |", quantity(cell.Median, "ns"))
			default:
				fmt.Fprintf(&out, " %s |", quantity(cell.Median, "ns"))
			}
		}
		out.WriteString("\n")
	}
	fmt.Fprintf(&out, "\nMedians of `%s`, %s, %s with %d cores, %s. Everything else, and the versions, is in "+
		"[RESULTS.md](benchmarks/RESULTS.md).\n", r.Command, r.Date, r.Processor, r.Cores, r.Go)
	return out.String()
}

// line returns the cells of a headline, one for each peer, and the lowest.
func (r *Results) line(h headline, peers []string) (cells []*Cell, lowest *Cell) {
	for _, peer := range peers {
		cell := r.first(h, peer)
		cells = append(cells, cell)
		if cell != nil && (lowest == nil || cell.Median < lowest.Median) {
			lowest = cell
		}
	}
	return cells, lowest
}

func (r *Results) first(h headline, peer string) *Cell {
	for _, g := range r.Groups {
		column := slices.Index(g.Scenarios, h.scenario)
		if g.Name != h.group || column < 0 {
			continue
		}
		for _, row := range g.Rows {
			asked := h.only == nil || slices.Contains(h.only, row.contender())
			if asked && row.Peer == peer && row.Cells[column] != nil {
				return row.Cells[column]
			}
		}
	}
	return nil
}

// peers are all that take part, in the order of their first appearance.
func (r *Results) peers() (names []string) {
	for _, g := range r.Groups {
		for _, row := range g.Rows {
			if !slices.Contains(names, row.Peer) {
				names = append(names, row.Peer)
			}
		}
	}
	return names
}

func bracket(names []string) (cells []string) {
	for _, name := range names {
		cells = append(cells, " "+name+" |")
	}
	return cells
}

// writeReadme writes the table, and RESULTS.md too: the program may have changed
// since, and results.json is what both are made from.
func writeReadme(folder, readme string) error {
	results, text, wanted, err := compareReadme(folder, readme)
	if err != nil {
		return err
	}
	if text != wanted {
		if err := os.WriteFile(readme, []byte(wanted), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, markdownFile), []byte(results.markdown()), 0o644)
}

// checkReadme fails if README.md or RESULTS.md is not what results.json says.
func checkReadme(folder, readme string) error {
	results, text, wanted, err := compareReadme(folder, readme)
	if err != nil {
		return err
	}
	if text != wanted {
		return fmt.Errorf(
			"the table in %s is not that of %s: run go run ./compare -readme %s in benchmarks", readme, resultsFile, readme)
	}
	markdown, err := os.ReadFile(filepath.Join(folder, markdownFile))
	if err != nil {
		return err
	}
	if string(markdown) != results.markdown() {
		return fmt.Errorf("%s is not that of %s: somebody edited it, or changed how it is written", markdownFile, resultsFile)
	}
	return nil
}

// compareReadme returns the text as it is and as it should be.
func compareReadme(folder, readme string) (results *Results, text, wanted string, err error) {
	if results, err = load(folder); err != nil {
		return nil, "", "", err
	}
	content, err := os.ReadFile(readme)
	if err != nil {
		return nil, "", "", err
	}
	text = string(content)
	before, rest, found := strings.Cut(text, startMark)
	_, after, ends := strings.Cut(rest, endMark)
	if !found || !ends {
		return nil, "", "", errors.New("no table in " + readme + ": it would stand between " + startMark + " and " + endMark)
	}
	return results, text, before + startMark + "\n" + results.table() + endMark + after, nil
}
