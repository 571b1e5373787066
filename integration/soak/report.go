package soak

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// tally is what the report has.
type tally struct {
	compared, failed map[string]int // by check
	troubles         map[string]int // by name
	reasons          map[string]int // of reports
	lost             int            // scrapes, for a reason
	slow             []time.Time    // when the machine was
	states           []stateRow
	memory           map[string][]memory
	latency          map[string]map[string]latency
}

// stateRow is a service at the start and at the end.
type stateRow struct {
	service string
	was, is state
}

func newTally() tally {
	return tally{
		compared: map[string]int{}, failed: map[string]int{}, troubles: map[string]int{}, reasons: map[string]int{},
		memory: map[string][]memory{}, latency: map[string]map[string]latency{},
	}
}

// Report is what was compared, in Markdown.
func (r *run) Report() string {
	var b strings.Builder
	lives := 0
	for _, s := range r.services {
		lives += s.generation
	}
	fmt.Fprintf(&b, "Seed %d, %v of trouble, %d services in %d lives.\n\n", r.seed, r.length, len(r.services), lives)
	table(&b, []string{"check", "comparisons", "failed"}, r.checkRows())
	table(&b, []string{"trouble", "times"}, countRows(r.tally.troubles))
	table(&b, []string{"reported for", "times"}, countRows(r.tally.reasons))
	states := []string{"service", "goroutines", "files", "sockets", "live bytes", "resident, middle third", "last third"}
	table(&b, states, r.stateRows())
	table(&b, []string{"99th percentile of", "nanoseconds, by service"}, r.latencyRows())
	fmt.Fprintf(&b, "%d scrapes were lost, all for a reason; the machine was too busy at %d scrapes.\n",
		r.tally.lost, len(r.tally.slow))
	return b.String()
}

func (r *run) checkRows() (rows [][]any) {
	for _, check := range slices.Sorted(maps.Keys(r.tally.compared)) {
		rows = append(rows, []any{check, r.tally.compared[check], r.tally.failed[check]})
	}
	return rows
}

func countRows(counts map[string]int) (rows [][]any) {
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		rows = append(rows, []any{name, counts[name]})
	}
	return rows
}

func (r *run) stateRows() (rows [][]any) {
	for _, s := range r.tally.states {
		arrow := func(was, is any) string { return fmt.Sprintf("%v → %v", was, is) }
		row := []any{s.service, arrow(s.was.Goroutines, s.is.Goroutines), arrow(s.was.Files, s.is.Files),
			arrow(s.was.Sockets, s.is.Sockets), arrow(s.was.Heap, s.is.Heap), "", ""}
		if all := r.tally.memory[s.service]; len(all) > 2 {
			row[5], row[6] = median(all[len(all)/3:len(all)*2/3]), median(all[len(all)*2/3:])
		}
		rows = append(rows, row)
	}
	return rows
}

func (r *run) latencyRows() (rows [][]any) {
	names := map[string]bool{}
	for _, times := range r.tally.latency {
		for name := range times {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		var text []string
		for _, service := range slices.Sorted(maps.Keys(r.tally.latency)) {
			t := r.tally.latency[service][name]
			text = append(text, fmt.Sprintf("%s %.0f, then %.0f", service, t.First, t.Next))
		}
		rows = append(rows, []any{name, strings.Join(text, "; ")})
	}
	return rows
}

func table(b *strings.Builder, head []string, rows [][]any) {
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
	for _, row := range rows {
		for _, cell := range row {
			fmt.Fprintf(b, "| %v ", cell)
		}
		b.WriteString("|\n")
	}
	b.WriteString("\n")
}
