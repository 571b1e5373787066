package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// A nature is a set of what may be held where an older library's instrument type
// is declared.
type nature int

const (
	isInstrument nature = 1 << iota
	isSnapshot
)

// flow follows instruments and snapshots through the variables, fields,
// parameters and results of a package. In the older libraries both have one type;
// here they have two. It follows neither containers nor other packages.
type flow struct {
	info    *types.Info
	scope   scope
	natures map[token.Pos]nature // by where a variable is declared
	// origin is what an inferred variable was first given.
	origin map[types.Object]ast.Expr
	// conversions are all values that are given to something.
	conversions []conversion
	// given is where each nil goes.
	given map[*ast.Ident]destination
	// complete says that all snapshots have been followed, so that a variable of
	// which nothing is known holds an instrument.
	complete bool
}

type conversion struct {
	to   destination
	from source
}

func (p scope) flow(pass *pass) (any, error) {
	f := &flow{
		info: pass.TypesInfo, scope: p,
		natures: map[token.Pos]nature{}, origin: map[types.Object]ast.Expr{}, given: map[*ast.Ident]destination{},
	}
	conversions(pass, func(to destination, from source) {
		f.conversions = append(f.conversions, conversion{to, from})
		if id, ok := ast.Unparen(from.expr).(*ast.Ident); ok && f.isNil(id) {
			f.given[id] = to
		}
	})
	f.findOrigins(pass)
	f.seed(pass)
	for f.propagate(isSnapshot) {
	}
	f.complete = true
	for f.propagate(isSnapshot | isInstrument) {
	}
	return f, nil
}

func (f *flow) isNil(id *ast.Ident) bool { return f.info.Uses[id] == types.Universe.Lookup("nil") }

// findOrigins notes the first value of variables that are declared without a type.
func (f *flow) findOrigins(pass *pass) {
	for cursor := range pass.root.Preorder((*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil)) {
		switch node := cursor.Node().(type) {
		case *ast.AssignStmt:
			for i, left := range node.Lhs {
				if id, ok := left.(*ast.Ident); ok && node.Tok == token.DEFINE && len(node.Rhs) == len(node.Lhs) {
					f.origin[f.info.Defs[id]] = node.Rhs[i]
				}
			}
		case *ast.ValueSpec:
			for i, name := range node.Names {
				if node.Type == nil && len(node.Values) == len(node.Names) {
					f.origin[f.info.Defs[name]] = node.Values[i]
				}
			}
		}
	}
	delete(f.origin, nil)
}

// recording are the methods that snapshots do not have.
var recording = map[string]bool{
	"Clear": true, "Dec": true, "Inc": true, "Mark": true, "Stop": true, "Tick": true, "Time": true,
	"Update": true, "UpdateSince": true,
}

// seed marks what is recorded into.
func (f *flow) seed(pass *pass) {
	for cursor := range pass.root.Preorder((*ast.SelectorExpr)(nil)) {
		selector := cursor.Node().(*ast.SelectorExpr)
		if !recording[selector.Sel.Name] || !legacy.IsInstrument(orInvalid(f.info.TypeOf(selector.X))) {
			continue
		}
		if object := f.node(selector.X, 0); object != nil {
			f.natures[object.Pos()] |= isInstrument
		}
	}
}

func orInvalid(t types.Type) types.Type {
	if t == nil {
		return types.Typ[types.Invalid]
	}
	return t
}

// propagate carries some natures on by one step and reports whether any changed.
func (f *flow) propagate(some nature) bool {
	changed := false
	for _, c := range f.conversions {
		if c.to.object == nil || c.to.foreign || !legacy.IsInstrument(c.to.typ) {
			continue
		}
		at := c.to.object.Pos()
		if merged := f.natures[at] | f.natureOf(c.from)&some; merged != f.natures[at] {
			f.natures[at] = merged
			changed = true
		}
	}
	return changed
}

// natureOf returns what an expression of an instrument type may be; 0 for nil and
// for variables that nothing is known of yet.
func (f *flow) natureOf(from source) nature {
	e := ast.Unparen(from.expr)
	if id, ok := e.(*ast.Ident); ok && f.isNil(id) {
		return 0
	}
	if object := f.node(e, from.index); object != nil {
		if known := f.natures[object.Pos()]; known != 0 || !f.complete {
			return known
		}
		return isInstrument
	}
	switch e := e.(type) {
	case *ast.CallExpr:
		return f.natureOfCall(e)
	case *ast.TypeAssertExpr:
		if name, _ := legacy.Named(orInvalid(f.info.TypeOf(e))); isSnapshotName(name) {
			return isSnapshot
		}
	}
	return isInstrument
}

func (f *flow) natureOfCall(call *ast.CallExpr) nature {
	if f.info.Types[call.Fun].IsType() && len(call.Args) == 1 {
		if name, _ := legacy.Named(orInvalid(f.info.TypeOf(call))); isSnapshotName(name) {
			return isSnapshot
		}
		return f.natureOf(source{expr: call.Args[0]})
	}
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if ok && (selector.Sel.Name == "Snapshot" || selector.Sel.Name == "WithLabels") && f.info.Selections[selector] != nil {
		return isSnapshot
	}
	return isInstrument
}

func isSnapshotName(name string) bool {
	_, form := legacy.Classify(name)
	return form == legacy.Snapshot
}

// node returns the program's own variable, or result of a function, that holds
// the value of an expression, or nil.
func (f *flow) node(e ast.Expr, index int) types.Object {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		callee := calleeOf(f.info, call)
		if callee != nil && (callee.Pkg() == nil || !f.scope.own[callee.Pkg().Path()]) {
			return nil
		}
		signature, ok := underlying(f.info.TypeOf(call.Fun)).(*types.Signature)
		if !ok || f.info.Types[call.Fun].IsType() || index >= signature.Results().Len() {
			return nil
		}
		return signature.Results().At(index)
	}
	object := variableOf(f.info, e)
	if object == nil || object.Pkg() == nil || !f.scope.own[object.Pkg().Path()] {
		return nil
	}
	return object
}

// snapshot reports whether an expression holds nothing but snapshots.
func (f *flow) snapshot(e ast.Expr) bool { return f.natureOf(source{expr: e}) == isSnapshot }

// pure reports whether a variable holds nothing but snapshots.
func (f *flow) pure(object types.Object) bool {
	return object != nil && f.natures[object.Pos()] == isSnapshot
}

// isForeign reports whether an expression gives a value of another library, whose
// type stays what it is.
func (f *flow) isForeign(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return !f.info.Types[e.Fun].IsType() && f.scope.isForeign(calleeOf(f.info, e))
	case *ast.IndexExpr:
		return f.isForeign(e.X)
	case *ast.StarExpr:
		return f.isForeign(e.X)
	default:
		object := variableOf(f.info, e)
		if object == nil {
			return false
		}
		if first, ok := f.origin[object]; ok {
			delete(f.origin, object) // a variable that is its own origin ends here
			defer func() { f.origin[object] = first }()
			return f.isForeign(first)
		}
		return f.scope.isForeign(object)
	}
}
