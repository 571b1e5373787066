package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/tools/go/packages"

	"github.com/go-metrics-plus/metrics/migrate/internal/check"
	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
	"github.com/go-metrics-plus/metrics/migrate/internal/rewrite"
)

// leftover is a line of what is left to do by hand.
type leftover struct {
	file    string
	line    int
	message string
	page    legacy.Page
}

// leaveFailure adds a compile error of a program that is migrated already.
func (m *migration) leaveFailure(failure packages.Error) {
	file, rest, _ := strings.Cut(failure.Pos, ":")
	var line int
	fmt.Sscanf(rest, "%d", &line) // stays 0 where there is none
	m.left = append(m.left, leftover{file, line, failure.Msg, legacy.PageOf(failure.Msg)})
}

// leaveFile adds a file that could not be loaded.
func (m *migration) leaveFile(name string, err error) {
	first, _, _ := strings.Cut(err.Error(), "\n")
	m.left = append(m.left, leftover{name, 1, "not rewritten: " + first, legacy.PageTool})
}

// leaveProblem adds a compile error of what the program becomes.
func (m *migration) leaveProblem(problem check.Problem) {
	source, ok := m.after[problem.File]
	if !ok {
		source, _ = os.ReadFile(problem.File) // line 1 if it is gone
	}
	line := 1 + strings.Count(string(source[:min(problem.Offset, len(source))]), "\n")
	m.left = append(m.left, leftover{problem.File, line, problem.Message, legacy.PageOf(problem.Message)})
}

// leftovers returns all that is left, once for each line, sorted. What an analyzer
// found says more than the compile error on the same line.
func (m *migration) leftovers() []leftover {
	var all []leftover
	for _, finding := range m.result.Left {
		source, ok := m.before[finding.File]
		if !ok {
			source, _ = os.ReadFile(finding.File)
		}
		line := m.result.Line(finding.File, source, finding.Offset)
		all = append(all, leftover{finding.File, line, finding.Message, finding.Page})
	}
	all = append(all, m.left...)
	slices.SortStableFunc(all, func(a, b leftover) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return slices.CompactFunc(all, func(a, b leftover) bool {
		return a.file == b.file && a.line == b.line && strings.HasSuffix(a.file, ".go")
	})
}

// print writes the difference if it is asked for, and the report.
func (m *migration) print(w io.Writer) {
	names := slices.Sorted(maps.Keys(m.after))
	if m.diff {
		for _, name := range names {
			short := filepath.ToSlash(m.relative(name))
			w.Write(diff.Diff("a/"+short, m.before[name], "b/"+short, m.after[name]))
		}
	}
	if m.verbose {
		for _, finding := range sorted(m.result.Fixed) {
			line := m.result.Line(finding.File, m.before[finding.File], finding.Offset)
			fmt.Fprintf(w, "%s:%d: %s: %s\n", m.relative(finding.File), line, finding.Kind, finding.Message)
		}
	}
	m.summarize(w, len(names))
	for _, note := range m.notes {
		fmt.Fprintln(w, note)
	}
	m.left = m.leftovers()
	if len(m.left) == 0 {
		return
	}
	fmt.Fprintf(w, "left to do by hand: %d\n", len(m.left))
	for _, l := range m.left {
		fmt.Fprintf(w, "%s:%d: %s\n\tsee %s%s\n", m.relative(l.file), l.line, l.message, legacy.Site, l.page)
	}
}

// summarize writes how many edits of each kind there are.
func (m *migration) summarize(w io.Writer, files int) {
	if files == 0 {
		fmt.Fprintln(w, "nothing to rewrite")
		return
	}
	verb := "rewritten"
	if m.diff {
		verb = "to rewrite"
	}
	fmt.Fprintf(w, "%s: %d files, %d edits\n", verb, files, len(m.result.Fixed))
	count := map[string]int{}
	for _, finding := range m.result.Fixed {
		count[finding.Kind]++
	}
	for _, kind := range rewrite.Kinds() {
		if count[kind] > 0 {
			fmt.Fprintf(w, "  %-11s %d\n", kind, count[kind])
		}
	}
}

func sorted(findings []rewrite.Finding) []rewrite.Finding {
	return slices.SortedStableFunc(slices.Values(findings), func(a, b rewrite.Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Offset, b.Offset))
	})
}

// relative returns a path as a user in the folder would write it.
func (m *migration) relative(name string) string {
	if short, err := filepath.Rel(m.loader.Dir, name); err == nil {
		return short
	}
	return name
}
