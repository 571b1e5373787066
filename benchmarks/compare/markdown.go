package main

import (
	"fmt"
	"strings"

	"github.com/go-metrics-plus/metrics/benchmarks"
)

// markdown writes RESULTS.md.
func (r *Results) markdown() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Results\n\n")
	fmt.Fprintf(&out,
		"Written by a program; do not edit. `%s` in this folder, %s, took %s.\n\n", r.Command, r.Date, r.Took)
	fmt.Fprintf(&out, "%s, %d cores, %s, %s.\n\n", r.Processor, r.Cores, r.System, r.Go)
	for _, m := range r.Modules {
		fmt.Fprintf(&out, "- %s %s\n", m.Path, m.Version)
	}
	fmt.Fprintf(&out, "\n%s Every library ran in a process of its own. Loops are the program's own, "+
		"with as many operations as "+
		"fill the time. In brackets stands the time, or memory, in relation to the first row of the table: 2× is twice as "+
		"much as ours. Allocations are told where there is at least one per operation. A dash stands for what a library "+
		"has not got.\n", r.Method)
	r.writeBudgets(&out)
	for _, g := range r.Groups {
		g.write(&out)
	}
	return out.String()
}

func (g GroupResult) write(out *strings.Builder) {
	fmt.Fprintf(out, "\n## %s\n\n%s\n\n", strings.ToUpper(g.Name[:1])+g.Name[1:], g.Doc)
	notes := g.hasNotes()
	out.WriteString("| |")
	if notes {
		out.WriteString(" a scrape in text |")
	}
	for _, scenario := range g.Scenarios {
		fmt.Fprintf(out, " %s |", scenario)
	}
	fmt.Fprintf(out, "\n|---|%s\n", strings.Repeat("---:|", len(g.Scenarios)+btoi(notes)))
	for _, row := range g.Rows {
		fmt.Fprintf(out, "| %s |", row.contender())
		if notes {
			fmt.Fprintf(out, " %s |", row.Note)
		}
		for i, cell := range row.Cells {
			fmt.Fprintf(out, " %s |", g.format(cell, g.Rows[0].Cells[i]))
		}
		out.WriteString("\n")
	}
}

func (g GroupResult) hasNotes() bool {
	for _, row := range g.Rows {
		if row.Note != "" {
			return true
		}
	}
	return false
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// format writes a cell, and how it compares with ours.
func (g GroupResult) format(cell, ours *Cell) string {
	if cell == nil {
		return "—"
	}
	text := quantity(cell.Median, g.Unit)
	if ours != nil && ours != cell {
		text += fmt.Sprintf(" (%s)", ratio(cell.Median/ours.Median))
	}
	switch {
	case cell.Allocs >= 1.5:
		text += fmt.Sprintf(", %.0f allocs", cell.Allocs)
	case cell.Allocs >= 0.5:
		text += ", 1 alloc"
	}
	return text
}

// quantity writes three digits or so, in a unit that fits.
func quantity(value float64, unit benchmarks.Unit) string {
	units := []string{"ns", "µs", "ms", "s"}
	if unit == benchmarks.Bytes {
		units = []string{"B", "kB", "MB", "GB"}
	}
	i := 0
	for value >= 1000 && i < len(units)-1 {
		value /= 1000
		i++
	}
	return digits(value) + " " + units[i]
}

func ratio(value float64) string { return digits(value) + "×" }

func digits(value float64) string {
	switch {
	case value >= 100:
		return fmt.Sprintf("%.0f", value)
	case value >= 10:
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.2f", value)
}
