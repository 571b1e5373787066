package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// snapshots gives what holds nothing but snapshots the type of a snapshot.
func (p scope) snapshots(pass *pass) (any, error) {
	for cursor := range pass.root.Preorder((*ast.Field)(nil), (*ast.ValueSpec)(nil)) {
		switch node := cursor.Node().(type) {
		case *ast.Field:
			if method := promisedMethod(cursor, node); method != "" {
				pass.fixPromise(node, method)
			} else {
				pass.fixDeclaration(cursor, node.Names, node.Type)
			}
		case *ast.ValueSpec:
			pass.fixDeclaration(cursor, node.Names, node.Type)
		}
	}
	for _, c := range pass.flow.conversions {
		pass.leaveMixed(c)
	}
	return nil, nil
}

// fixDeclaration changes the declared type of variables that are all snapshots.
func (p *pass) fixDeclaration(cursor inspector.Cursor, names []*ast.Ident, typ ast.Expr) {
	if ellipsis, ok := typ.(*ast.Ellipsis); ok {
		typ = ellipsis.Elt
	}
	if typ == nil || !legacy.IsInstrument(orInvalid(p.TypesInfo.TypeOf(typ))) {
		return
	}
	last := lastIdent(typ)
	if last == nil {
		return
	}
	pure := len(names) == 0 && p.flow.natures[typ.Pos()] == isSnapshot
	for i, name := range names {
		holds := p.flow.pure(p.TypesInfo.Defs[name])
		if i > 0 && holds != pure {
			p.leave(name, legacy.PageSnapshots, fmt.Sprintf("%s and %s need declarations of their own: one holds snapshots",
				names[0].Name, name.Name))
			return
		}
		pure = holds
	}
	if !pure {
		return
	}
	if method := interfaceMethod(p, cursor); method != "" {
		p.leave(typ, legacy.PageSnapshots, fmt.Sprintf(
			"%s handles snapshots, so that it needs %sSnapshot, also in the interface that has it", method, last.Name))
		return
	}
	p.fix(last, fmt.Sprintf("%s becomes %[1]sSnapshot", last.Name), insertion(last.End(), "Snapshot"))
}

// lastIdent returns the identifier of a type name that may have a package before it.
func lastIdent(typ ast.Expr) *ast.Ident {
	switch typ := typ.(type) {
	case *ast.Ident:
		return typ
	case *ast.SelectorExpr:
		return typ.Sel
	}
	return nil
}

// interfaceMethod returns the name of the method that a parameter or result
// belongs to, if an interface of the package has a method of that name.
func interfaceMethod(p *pass, cursor inspector.Cursor) string {
	for enclosing := range cursor.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil), (*ast.BlockStmt)(nil)) {
		function, ok := enclosing.Node().(*ast.FuncDecl)
		if !ok || function.Recv == nil {
			return ""
		}
		for _, name := range p.Pkg.Scope().Names() {
			declared, ok := underlying(p.Pkg.Scope().Lookup(name).Type()).(*types.Interface)
			if !ok {
				continue
			}
			for method := range declared.Methods() {
				if method.Name() == function.Name.Name {
					return method.Name()
				}
			}
		}
		return ""
	}
	return ""
}

// promisedMethod returns the name of the method that a field of an interface
// declares, if it is one whose result has changed.
func promisedMethod(cursor inspector.Cursor, field *ast.Field) string {
	if _, ok := cursor.Parent().Parent().Node().(*ast.InterfaceType); !ok || len(field.Names) != 1 {
		return ""
	}
	if name := field.Names[0].Name; name == "Snapshot" || name == "WithLabels" {
		return name
	}
	return ""
}

// fixPromise changes the result of a method Snapshot or WithLabels in an interface
// of the program. Otherwise no instrument has that method any longer, which shows
// only when the program runs.
func (p *pass) fixPromise(field *ast.Field, method string) {
	function, ok := field.Type.(*ast.FuncType)
	if !ok || function.Results == nil || len(function.Results.List) != 1 {
		return
	}
	result := function.Results.List[0].Type
	last := lastIdent(result)
	if last == nil || !legacy.IsInstrument(orInvalid(p.TypesInfo.TypeOf(result))) {
		return
	}
	p.fix(last, fmt.Sprintf("%s returns a %sSnapshot", method, last.Name), insertion(last.End(), "Snapshot"))
}

// leaveMixed tells of a snapshot that is given to what must be an instrument.
func (p *pass) leaveMixed(c conversion) {
	if c.to.foreign || !legacy.IsInstrument(c.to.typ) || p.flow.natureOf(c.from) != isSnapshot {
		return
	}
	if c.to.object != nil && p.flow.natures[c.to.object.Pos()] == isSnapshot {
		return
	}
	name, _ := legacy.Named(c.to.typ)
	p.leave(c.from.expr, legacy.PageSnapshots, fmt.Sprintf("a %sSnapshot is given to what holds a %[1]s as well", name))
}
