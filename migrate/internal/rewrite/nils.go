package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// nils replaces nil by the zero value where an instrument is meant: the zero value
// is what stands for no instrument now.
func (p scope) nils(pass *pass) (any, error) {
	for cursor := range pass.root.Preorder((*ast.Ident)(nil), (*ast.CallExpr)(nil)) {
		switch node := cursor.Node().(type) {
		case *ast.Ident:
			if pass.flow.isNil(node) {
				pass.fixNil(cursor, node)
			}
		case *ast.CallExpr:
			pass.fixAssertion(node)
		}
	}
	return nil, nil
}

func (p *pass) fixNil(cursor inspector.Cursor, id *ast.Ident) {
	typ, other := p.meantBy(cursor, id)
	name, _ := legacy.Named(orInvalid(typ))
	instrument, form := legacy.Classify(name)
	if form == legacy.Other || p.flow.given[id].foreign || other != nil && p.flow.isForeign(other) {
		return
	}
	snapshot := form == legacy.Snapshot || p.flow.pure(p.flow.given[id].object) || other != nil && p.flow.snapshot(other)
	name = instrument
	if snapshot {
		name += "Snapshot"
	}
	if other != nil && !legacy.Comparable(name) {
		p.leave(id, legacy.PageSnapshots, fmt.Sprintf("a %s can't be compared with nil or anything else", name))
		return
	}
	qualifier, edits := p.files.core(id.Pos())
	zero := qualifier + name + "{}"
	if other != nil {
		zero = "(" + zero + ")"
	}
	p.fix(id, "nil becomes "+zero, append(edits, replacement(id, zero))...)
}

// meantBy returns the type that a nil is meant to have, and what it is compared
// with, if it is.
func (p *pass) meantBy(cursor inspector.Cursor, id *ast.Ident) (typ types.Type, other ast.Expr) {
	switch parent := cursor.Parent().Node().(type) {
	case *ast.BinaryExpr:
		other = parent.X
		if cursor.ParentEdgeKind() == edge.BinaryExpr_X {
			other = parent.Y
		}
	case *ast.CaseClause:
		if statement, ok := cursor.Parent().Parent().Parent().Node().(*ast.SwitchStmt); ok && statement.Tag != nil {
			other = statement.Tag
		}
	case *ast.CallExpr:
		if p.TypesInfo.Types[parent.Fun].IsType() {
			return p.TypesInfo.TypeOf(parent.Fun), nil
		}
	}
	if other != nil {
		return p.TypesInfo.TypeOf(other), other
	}
	return p.flow.given[id].typ, nil
}

// zeroAssertions are testify's, by those about nil.
var zeroAssertions = map[string]string{
	"Nil": "Zero", "Nilf": "Zerof", "NotNil": "NotZero", "NotNilf": "NotZerof",
}

// fixAssertion replaces testify's Nil and NotNil, which an instrument never is and
// always is, by Zero and NotZero.
func (p *pass) fixAssertion(call *ast.CallExpr) {
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	function, ok := p.TypesInfo.Uses[selector.Sel].(*types.Func)
	if !ok || function.Pkg() == nil || !isTestify(function.Pkg().Path()) {
		return
	}
	want, ok := zeroAssertions[function.Name()]
	if !ok {
		return
	}
	position := 1
	if function.Signature().Recv() != nil {
		position = 0
	}
	if len(call.Args) <= position {
		return
	}
	value := call.Args[position]
	if name, _ := legacy.Named(orInvalid(p.TypesInfo.TypeOf(value))); p.flow.isForeign(value) || !isInstrumentName(name) {
		return
	}
	p.fix(selector.Sel, fmt.Sprintf("%s becomes %s", function.Name(), want), replacement(selector.Sel, want))
}

func isTestify(path string) bool {
	return strings.HasSuffix(path, "stretchr/testify/assert") || strings.HasSuffix(path, "stretchr/testify/require")
}

func isInstrumentName(name string) bool {
	_, form := legacy.Classify(name)
	return form != legacy.Other
}
