package rewrite

import (
	"fmt"
	"go/ast"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// assertions takes out type assertions on what is a struct now, such as
// h.Snapshot().(*HistogramSnapshot).
func (p scope) assertions(pass *pass) (any, error) {
	for cursor := range pass.root.Preorder((*ast.TypeAssertExpr)(nil)) {
		node := cursor.Node().(*ast.TypeAssertExpr)
		if node.Type == nil || !legacy.IsInstrument(orInvalid(pass.TypesInfo.TypeOf(node.X))) || pass.flow.isForeign(node.X) {
			continue
		}
		name, _ := legacy.Named(orInvalid(pass.TypesInfo.TypeOf(node.Type)))
		_, form := legacy.Classify(name)
		fits := form != legacy.Other && (form == legacy.Snapshot) == pass.flow.snapshot(node.X)
		if !fits || hasOk(cursor) {
			pass.leave(node, legacy.PageInstruments, fmt.Sprintf(
				"%s is a struct: it can't be asserted to be anything", sourceOf(pass, node.X)))
			continue
		}
		pass.fix(node, "a type assertion on a struct",
			analysis.TextEdit{Pos: node.X.End(), End: node.End(), NewText: nil})
	}
	return nil, nil
}

// hasOk reports whether a type assertion stands where it gives a second value.
func hasOk(cursor inspector.Cursor) bool {
	switch parent := cursor.Parent().Node().(type) {
	case *ast.AssignStmt:
		return len(parent.Lhs) == 2 && len(parent.Rhs) == 1
	case *ast.ValueSpec:
		return len(parent.Names) == 2 && len(parent.Values) == 1
	}
	return false
}
