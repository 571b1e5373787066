package rewrite

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
	"github.com/go-metrics-plus/metrics/migrate/internal/program"
)

// A Finding is an edit that is made, or something that is left to the user.
type Finding struct {
	Kind    string
	File    string
	Offset  int // in the file as it is
	Message string
	Page    legacy.Page // where it is explained, for what is left
}

// A Result is what is found in all builds of a program.
type Result struct {
	Fixed, Left []Finding
	files       map[string]*fileEdits
	seen        map[string]bool
}

// NewResult returns an empty one.
func NewResult() *Result {
	return &Result{files: map[string]*fileEdits{}, seen: map[string]bool{}}
}

// Analyze adds what is found in a build, but for files that editable refuses.
func (r *Result) Analyze(build *program.Build, own map[string]bool, editable func(string) bool) error {
	// One by one: analyzers of a package share what is known of it.
	graph, err := checker.Analyze(Analyzers(own), build.Roots, &checker.Options{Sequential: true})
	if err != nil {
		return err
	}
	for action := range graph.All() {
		if action.Err != nil {
			return fmt.Errorf("%s: %w", action, action.Err)
		}
		for _, diagnostic := range action.Diagnostics {
			r.add(build.Fset, action.Analyzer.Name, diagnostic, editable)
		}
	}
	for _, root := range build.Roots {
		for _, file := range root.Syntax {
			if ast.IsGenerated(file) {
				r.leaveGenerated(build.Fset.PositionFor(file.Package, false))
			}
		}
	}
	return nil
}

func (r *Result) leaveGenerated(at token.Position) {
	if r.files[at.Filename] != nil {
		r.Leave(Finding{File: at.Filename, Offset: at.Offset, Page: legacy.PageTool,
			Message: "this file is generated: it was rewritten, its generator was not"})
	}
}

func (r *Result) add(fset *token.FileSet, kind string, d analysis.Diagnostic, editable func(string) bool) {
	at := fset.PositionFor(d.Pos, false)
	if !editable(at.Filename) {
		return
	}
	finding := Finding{Kind: kind, File: at.Filename, Offset: at.Offset, Message: d.Message,
		Page: legacy.Page(strings.TrimPrefix(d.URL, legacy.Site))}
	if len(d.SuggestedFixes) == 0 {
		r.Leave(finding)
		return
	}
	var edits []edit
	for _, e := range d.SuggestedFixes[0].TextEdits {
		edits = append(edits, edit{
			start: fset.PositionFor(e.Pos, false).Offset, end: fset.PositionFor(e.End, false).Offset, text: string(e.NewText),
		})
	}
	r.fix(finding, edits)
}

func (r *Result) fix(finding Finding, edits []edit) {
	if r.known("fix", finding) {
		return
	}
	file := r.files[finding.File]
	if file == nil {
		file = &fileEdits{}
	}
	if !file.add(edits) {
		finding.Message, finding.Page = "two edits clash here: "+finding.Message, legacy.PageTool
		r.Leave(finding)
		return
	}
	r.files[finding.File] = file
	r.Fixed = append(r.Fixed, finding)
}

// Leave adds what is left to the user, unless it is known.
func (r *Result) Leave(finding Finding) {
	if !r.known("left", finding) {
		r.Left = append(r.Left, finding)
	}
}

func (r *Result) known(what string, finding Finding) bool {
	key := fmt.Sprint(what, finding)
	known := r.seen[key]
	r.seen[key] = true
	return known
}

// Files returns the names of the files that change, sorted.
func (r *Result) Files() []string {
	var names []string
	for name := range r.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Apply returns what a file becomes. One that gofmt would leave alone before is
// formatted afterwards; another keeps its own format.
func (r *Result) Apply(name string, source []byte) ([]byte, error) {
	changed := r.files[name].apply(source)
	if formatted, err := format.Source(source); err != nil || string(formatted) != string(source) {
		return changed, nil
	}
	formatted, err := format.Source(changed)
	if err != nil {
		return nil, fmt.Errorf("%s would not parse after the edits: %w", name, err)
	}
	return formatted, nil
}

// Line returns the line that an offset of a file has after the edits.
func (r *Result) Line(name string, source []byte, offset int) int {
	before := source[:min(offset, len(source))]
	line := 1 + strings.Count(string(before), "\n")
	if file := r.files[name]; file != nil {
		for _, e := range file.edits {
			if e.end <= offset && (e.start < offset || e.text == "") {
				line += strings.Count(e.text, "\n") - strings.Count(string(source[e.start:e.end]), "\n")
			}
		}
	}
	return line
}

// edit replaces a part of a file, by offsets.
type edit struct {
	start, end int
	text       string
}

// fileEdits are the edits of a file, sorted, none of which overlap.
type fileEdits struct{ edits []edit }

// add adds all edits or none, and reports which.
func (f *fileEdits) add(edits []edit) bool {
	merged := slices.Clone(f.edits)
	for _, e := range edits {
		var ok bool
		if merged, ok = insert(merged, e); !ok {
			return false
		}
	}
	slices.SortFunc(merged, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.text, b.text))
	})
	f.edits = merged
	return true
}

// insert adds one edit. What lies in a part that is taken out needs no edit.
func insert(edits []edit, e edit) ([]edit, bool) {
	for i := len(edits) - 1; i >= 0; i-- {
		other := edits[i]
		switch {
		case other == e, other.removes(e):
			return edits, true
		case e.removes(other):
			edits = slices.Delete(edits, i, i+1)
		case other.start < e.end && e.start < other.end:
			return nil, false
		}
	}
	return append(edits, e), true
}

// removes reports whether an edit takes out the part that another one changes.
func (e edit) removes(other edit) bool {
	return e.text == "" && e.start <= other.start && other.end <= e.end && e != other && e.start < e.end
}

func (f *fileEdits) apply(source []byte) []byte {
	var out []byte
	from := 0
	for _, e := range f.edits {
		out = append(out, source[from:e.start]...)
		out = append(out, e.text...)
		from = e.end
	}
	return append(out, source[from:]...)
}
