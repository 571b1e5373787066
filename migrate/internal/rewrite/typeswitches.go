package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// handled are the types in case lists that an edit of the whole list replaces.
type handled map[ast.Expr]bool

// add adds types with all that is in them.
func (h handled) add(types ...ast.Expr) {
	for _, typ := range types {
		ast.Inspect(typ, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				h[e] = true
			}
			return true
		})
	}
}

// typeSwitches finds the type switches in which types become the same, such as
// Counter and *StandardCounter. In one case they are named once; a second case that
// does the same as the first is taken out; all others are left.
func (p scope) typeSwitches(pass *pass) (any, error) {
	done := handled{}
	for cursor := range pass.root.Preorder((*ast.TypeSwitchStmt)(nil)) {
		node := cursor.Node().(*ast.TypeSwitchStmt)
		if subject := subjectOf(node); legacy.IsInstrument(orInvalid(pass.TypesInfo.TypeOf(subject))) {
			pass.leave(subject, legacy.PageInstruments, "an instrument is a struct: there is nothing to switch on")
			for _, statement := range node.Body.List {
				done.add(statement.(*ast.CaseClause).List...)
			}
			continue
		}
		pass.fixCases(node, done)
	}
	return done, nil
}

func subjectOf(node *ast.TypeSwitchStmt) ast.Expr {
	var e ast.Expr
	switch assign := node.Assign.(type) {
	case *ast.AssignStmt:
		e = assign.Rhs[0]
	case *ast.ExprStmt:
		e = assign.X
	}
	return e.(*ast.TypeAssertExpr).X
}

func (p *pass) fixCases(node *ast.TypeSwitchStmt, done handled) {
	first := map[string]*ast.CaseClause{} // by successor
	for _, statement := range node.Body.List {
		clause := statement.(*ast.CaseClause)
		var keep []string
		repeated, elsewhere := false, true
		for _, typ := range clause.List {
			text := p.successorOf(typ)
			switch earlier := first[text]; {
			case earlier == nil:
				first[text] = clause
				keep = append(keep, text)
			case earlier == clause:
				repeated = true
			case sameBody(p, earlier, clause):
				repeated = true
			default:
				elsewhere = false
				done.add(typ)
				done.add(earlier.List...)
				p.leave(typ, legacy.PageInstruments, fmt.Sprintf("%s has a case already, which does something else", text))
			}
		}
		if repeated && elsewhere {
			p.fixList(clause, keep, done)
		}
	}
}

// fixList replaces the types of a case, or takes the whole case out.
func (p *pass) fixList(clause *ast.CaseClause, keep []string, done handled) {
	done.add(clause.List...)
	if len(keep) == 0 {
		p.fix(clause, "a case that is there already", replacement(p.lines(clause), ""))
		return
	}
	list := analysis.TextEdit{
		Pos: clause.List[0].Pos(), End: clause.List[len(clause.List)-1].End(), NewText: []byte(strings.Join(keep, ", ")),
	}
	p.fix(clause, "types that are one now", list)
}

// lines returns the whole lines that a node is on.
func (p *pass) lines(node ast.Node) analysis.Range {
	file := p.Fset.File(node.Pos())
	from, to := file.Line(node.Pos()), file.Line(node.End())
	if to >= file.LineCount() {
		return node
	}
	return span{file.LineStart(from), file.LineStart(to + 1)}
}

// successorOf returns the source of the type that replaces one in a case.
func (p *pass) successorOf(typ ast.Expr) string {
	inner := ast.Unparen(typ)
	if star, ok := inner.(*ast.StarExpr); ok {
		inner = star.X
	}
	if id := lastIdent(inner); id != nil {
		object, ok := p.TypesInfo.Uses[id].(*types.TypeName)
		if ok && object.Pkg() != nil && legacy.IsRoot(object.Pkg().Path()) {
			if instrument, form := legacy.Classify(object.Name()); form != legacy.Other {
				return typeUse{inner, id.Name, instrument, form}.successor()
			}
		}
	}
	return sourceOf(p, typ)
}

// sameBody reports whether two cases do the same, which is the same source.
func sameBody(p *pass, a, b *ast.CaseClause) bool {
	return slices.EqualFunc(a.Body, b.Body, func(x, y ast.Stmt) bool { return sourceOf(p, x) == sourceOf(p, y) })
}

func sourceOf(p *pass, node ast.Node) string {
	var text bytes.Buffer
	if err := format.Node(&text, p.Fset, node); err != nil {
		return fmt.Sprintf("%p", node)
	}
	return text.String()
}
