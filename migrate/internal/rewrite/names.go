package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// names replaces the types of which there is no longer one for each instrument:
// *StandardCounter, NilCounter and FunctionalGauge are Counter and Gauge, and
// snapshots are values.
func (p scope) names(pass *pass) (any, error) {
	for cursor := range pass.root.Preorder((*ast.Ident)(nil)) {
		id := cursor.Node().(*ast.Ident)
		object, ok := pass.TypesInfo.Uses[id].(*types.TypeName)
		if !ok || object.Pkg() == nil || !legacy.IsRoot(object.Pkg().Path()) {
			continue
		}
		instrument, form := legacy.Classify(object.Name())
		if form == legacy.Other || form == legacy.Interface {
			continue
		}
		if selector, ok := cursor.Parent().Node().(*ast.SelectorExpr); ok && selector.Sel == id {
			cursor = cursor.Parent()
		}
		if !pass.handled[cursor.Node().(ast.Expr)] && !pass.isAssertedOnStruct(cursor) {
			pass.fixName(cursor, typeUse{cursor.Node().(ast.Expr), id.Name, instrument, form})
		}
	}
	return nil, nil
}

// isAssertedOnStruct reports whether a type is what an instrument is asserted to
// be, which is taken out whole or left.
func (p *pass) isAssertedOnStruct(cursor inspector.Cursor) bool {
	for enclosing := range cursor.Enclosing((*ast.TypeAssertExpr)(nil)) {
		assertion := enclosing.Node().(*ast.TypeAssertExpr)
		return assertion.Type != nil && assertion.Type.Pos() <= cursor.Node().Pos() &&
			legacy.IsInstrument(orInvalid(p.TypesInfo.TypeOf(assertion.X)))
	}
	return false
}

// typeUse is a type of an older library where a program names it.
type typeUse struct {
	expr       ast.Expr // with the package
	name       string
	instrument string
	form       legacy.Form
}

// with returns the source of the same package's name for another type.
func (u typeUse) with(name string) string {
	if selector, ok := u.expr.(*ast.SelectorExpr); ok {
		return selector.X.(*ast.Ident).Name + "." + name
	}
	return name
}

// successor returns the source of the type that replaces the use.
func (u typeUse) successor() string {
	if u.form == legacy.Snapshot {
		return u.with(u.instrument + "Snapshot")
	}
	return u.with(u.instrument)
}

// fixName looks at what surrounds a type to find out what it is used for.
func (p *pass) fixName(cursor inspector.Cursor, use typeUse) {
	switch parent := cursor.Parent().Node().(type) {
	case *ast.StarExpr:
		p.replaceName(parent, use, use.successor())
	case *ast.CompositeLit:
		if parent.Type == use.expr {
			p.fixLiteral(cursor.Parent(), parent, use)
		} else {
			p.fixValueType(use)
		}
	case *ast.CallExpr:
		p.fixCall(parent, use)
	default:
		p.fixValueType(use)
	}
}

func (p *pass) replaceName(at ast.Node, use typeUse, text string) {
	p.fix(at, fmt.Sprintf("%s becomes %s", use.name, text), replacement(at, text))
}

// fixValueType handles types that stand without a star. A StandardCounter that is
// a value recorded as it was; a Counter has to be made.
func (p *pass) fixValueType(use typeUse) {
	switch {
	case use.form == legacy.Nil || use.name == "FunctionalGauge" || use.name == "FunctionalGaugeFloat64":
		p.replaceName(use.expr, use, use.successor())
	case use.form == legacy.Standard:
		p.leave(use.expr, legacy.PageInstruments, fmt.Sprintf(
			"the zero %s recorded, the zero %s does not: it must be made with New%[2]s", use.name, use.instrument))
	}
}

// fixLiteral handles T{} and &T{}.
func (p *pass) fixLiteral(cursor inspector.Cursor, literal *ast.CompositeLit, use typeUse) {
	var at ast.Node = literal
	if address, ok := cursor.Parent().Node().(*ast.UnaryExpr); ok && address.Op == token.AND {
		at = address
	}
	p.fixZero(at, use, at != literal)
}

// fixCall handles new(T) and conversions.
func (p *pass) fixCall(call *ast.CallExpr, use typeUse) {
	if call.Fun == use.expr {
		p.leave(call, legacy.PageInstruments, fmt.Sprintf(
			"a %s can't be made from a number: record into a New%s() and take its Snapshot", use.name, use.instrument))
		return
	}
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && p.TypesInfo.Uses[id] == types.Universe.Lookup("new") {
		p.fixZero(call, use, true)
		return
	}
	p.fixValueType(use)
}

// fixZero replaces an expression that is a zero value, or the address of one.
func (p *pass) fixZero(at ast.Node, use typeUse, pointer bool) {
	switch {
	case use.form != legacy.Standard:
		p.replaceName(at, use, use.successor()+"{}")
	case pointer && legacy.HasUsefulZero(use.instrument):
		p.replaceName(at, use, use.with("New"+use.instrument)+"()")
	default:
		p.leave(at, legacy.PageInstruments, fmt.Sprintf("a %s can't be made in place: use New%s", use.name, use.instrument))
	}
}
