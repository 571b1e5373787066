// Package rewrite holds the analyzers that find what must change in a program,
// and applies their fixes. What an analyzer reports without a fix is left for
// its user.
package rewrite

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// Names of the analyzers, which are the kinds of edits.
const (
	KindImport      = "import"
	KindNil         = "nil"
	KindName        = "name"
	KindTypeSwitch  = "typeswitch"
	KindAssertion   = "assertion"
	KindWrapper     = "wrapper"
	KindBridge      = "bridge"
	KindConstructor = "constructor"
	KindSnapshot    = "snapshot"
)

// Kinds returns all kinds, in the order of reports.
func Kinds() []string {
	return []string{
		KindImport, KindNil, KindName, KindTypeSwitch, KindAssertion, KindWrapper, KindBridge, KindConstructor,
		KindSnapshot,
	}
}

// Analyzers returns the analyzers for a program whose own packages are those of
// the given paths. Everything else is foreign: it keeps its types.
func Analyzers(own map[string]bool) []*analysis.Analyzer {
	p := scope{own: own}
	files := p.analyzer("files", "what each file imports", p.files)
	flow := p.analyzer("flow", "what is assigned to what", p.flow)
	switches := p.analyzer(KindTypeSwitch, "type switches that name an instrument twice", p.typeSwitches, files)
	return []*analysis.Analyzer{
		p.analyzer(KindImport, "import paths", p.imports, files),
		p.analyzer(KindNil, "nil where an instrument is meant", p.nils, files, flow),
		p.analyzer(KindName, "StandardX, NilX and snapshot types", p.names, files, switches),
		switches,
		p.analyzer(KindAssertion, "type assertions on instruments", p.assertions, files, flow),
		p.analyzer(KindWrapper, "registries that lack a method", p.wrappers, files),
		p.analyzer(KindBridge, "registries handed to other libraries", p.bridges, files, flow),
		p.analyzer(KindConstructor, "constructors used as values", p.constructors, files, flow),
		p.analyzer(KindSnapshot, "snapshots declared as instruments", p.snapshots, files, flow),
	}
}

// scope is what the analyzers know beside the package at hand.
type scope struct {
	own map[string]bool
}

// result is what every analyzer returns; those that depend on one know which.
type result struct{ value any }

func (p scope) analyzer(
	name, doc string, run func(*pass) (any, error), requires ...*analysis.Analyzer,
) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: name, Doc: doc, URL: legacy.Site, RunDespiteErrors: true,
		Requires:   append(requires, inspect.Analyzer),
		ResultType: resultType,
		Run: func(raw *analysis.Pass) (any, error) {
			pass := &pass{
				Pass: raw, scope: p,
				root: raw.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root(),
			}
			for _, required := range requires {
				switch value := raw.ResultOf[required].(result).value.(type) {
				case *fileSet:
					pass.files = value
				case *flow:
					pass.flow = value
				case handled:
					pass.handled = value
				}
			}
			value, err := run(pass)
			return result{value}, err
		},
	}
}

// pass is an analysis.Pass with the results of the analyzers that it requires.
type pass struct {
	*analysis.Pass
	scope   scope
	root    inspector.Cursor
	files   *fileSet
	flow    *flow
	handled handled
}

// isForeign reports whether an object keeps its type, since it belongs to neither
// the program nor an older library.
func (p scope) isForeign(object types.Object) bool {
	if object == nil || object.Pkg() == nil || p.own[object.Pkg().Path()] {
		return false
	}
	if legacy.NewPath(object.Pkg().Path()) == "" {
		return true
	}
	return legacy.IsReporter(object.Pkg().Path(), object.Name())
}

// fix reports an edit of a kind that is made.
func (p *pass) fix(at analysis.Range, message string, edits ...analysis.TextEdit) {
	p.Report(analysis.Diagnostic{
		Pos: at.Pos(), End: at.End(), Message: message,
		SuggestedFixes: []analysis.SuggestedFix{{Message: message, TextEdits: slices.Clone(edits)}},
	})
}

// leave reports what is left to the user, and the paragraph that helps.
func (p *pass) leave(at analysis.Range, page legacy.Page, message string) {
	p.Report(analysis.Diagnostic{Pos: at.Pos(), End: at.End(), Message: message, URL: string(page)})
}
