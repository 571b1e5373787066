package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// A destination is what a value is given to: a variable, field, parameter or
// result, or an element of a container, which has no object.
type destination struct {
	typ     types.Type
	object  types.Object
	foreign bool // of another library, whose types stay
}

// A source is an expression, or one of several results of it.
type source struct {
	expr  ast.Expr
	index int
}

// conversions calls visit for each value that a package gives to something.
func conversions(pass *pass, visit func(destination, source)) {
	c := converter{pass: pass, info: pass.TypesInfo, visit: visit}
	for cursor := range pass.root.Preorder((*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil), (*ast.CallExpr)(nil),
		(*ast.ReturnStmt)(nil), (*ast.CompositeLit)(nil), (*ast.SendStmt)(nil)) {
		switch node := cursor.Node().(type) {
		case *ast.AssignStmt:
			c.assignment(node)
		case *ast.ValueSpec:
			c.declaration(node)
		case *ast.CallExpr:
			c.call(node)
		case *ast.ReturnStmt:
			c.results(cursor, node)
		case *ast.CompositeLit:
			c.literal(node)
		case *ast.SendStmt:
			if channel, ok := underlying(c.info.TypeOf(node.Chan)).(*types.Chan); ok {
				visit(destination{typ: channel.Elem()}, source{expr: node.Value})
			}
		}
	}
}

type converter struct {
	pass  *pass
	info  *types.Info
	visit func(destination, source)
}

func (c converter) assignment(node *ast.AssignStmt) {
	if node.Tok != token.ASSIGN && node.Tok != token.DEFINE {
		return
	}
	var to []destination
	for _, left := range node.Lhs {
		object := variableOf(c.info, left)
		to = append(to, destination{
			typ: c.info.TypeOf(left), object: object,
			foreign: c.pass.scope.isForeign(object) || c.isReporterField(left),
		})
	}
	c.pair(to, node.Rhs)
}

func (c converter) declaration(node *ast.ValueSpec) {
	var to []destination
	for _, name := range node.Names {
		if object := c.info.Defs[name]; object != nil {
			to = append(to, destination{typ: object.Type(), object: object})
		} else {
			to = append(to, destination{})
		}
	}
	c.pair(to, node.Values)
}

// pair gives values to destinations one by one, or the results of one call.
func (c converter) pair(to []destination, values []ast.Expr) {
	for i, d := range to {
		switch {
		case d.typ == nil:
		case len(values) == len(to):
			c.visit(d, source{expr: values[i]})
		case len(values) == 1:
			c.visit(d, source{expr: values[0], index: i})
		}
	}
}

func (c converter) call(node *ast.CallExpr) {
	if c.info.Types[node.Fun].IsType() {
		return
	}
	signature, ok := underlying(c.info.TypeOf(node.Fun)).(*types.Signature)
	if !ok {
		return
	}
	foreign := c.pass.scope.isForeign(calleeOf(c.info, node))
	parameters := signature.Params()
	for i, argument := range node.Args {
		var parameter *types.Var
		switch last := parameters.Len() - 1; {
		case last < 0 || i > last && !signature.Variadic():
			continue
		case signature.Variadic() && i >= last && !node.Ellipsis.IsValid():
			parameter = parameters.At(last)
			if slice, ok := underlying(parameter.Type()).(*types.Slice); ok {
				c.visit(destination{typ: slice.Elem(), object: parameter, foreign: foreign}, source{expr: argument})
			}
			continue
		default:
			parameter = parameters.At(i)
		}
		c.visit(destination{typ: parameter.Type(), object: parameter, foreign: foreign}, source{expr: argument})
	}
}

func (c converter) results(cursor inspector.Cursor, node *ast.ReturnStmt) {
	var signature *types.Signature
	for function := range cursor.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		switch function := function.Node().(type) {
		case *ast.FuncDecl:
			if object, ok := c.info.Defs[function.Name].(*types.Func); ok {
				signature = object.Signature()
			}
		case *ast.FuncLit:
			signature, _ = c.info.TypeOf(function).(*types.Signature)
		}
		break
	}
	if signature == nil {
		return
	}
	var to []destination
	for result := range signature.Results().Variables() {
		to = append(to, destination{typ: result.Type(), object: result})
	}
	c.pair(to, node.Results)
}

func (c converter) literal(node *ast.CompositeLit) {
	switch typ := underlying(c.info.TypeOf(node)).(type) {
	case *types.Struct:
		reporter := c.isReporterStruct(c.info.TypeOf(node))
		for i, element := range node.Elts {
			var field types.Object
			value := element
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				key, _ := pair.Key.(*ast.Ident)
				field, value = c.info.Uses[key], pair.Value
			} else if i < typ.NumFields() {
				field = typ.Field(i)
			}
			if field != nil {
				foreign := reporter || c.pass.scope.isForeign(field)
				c.visit(destination{typ: field.Type(), object: field, foreign: foreign}, source{expr: value})
			}
		}
	case interface{ Elem() types.Type }: // arrays, slices and maps
		for _, element := range node.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				element = pair.Value
			}
			c.visit(destination{typ: typ.Elem()}, source{expr: element})
		}
	}
}

// isReporterField reports whether an expression is a field of a reporter's
// configuration, such as GraphiteConfig's.
func (c converter) isReporterField(e ast.Expr) bool {
	selector, ok := e.(*ast.SelectorExpr)
	return ok && c.isReporterStruct(c.info.TypeOf(selector.X))
}

func (c converter) isReporterStruct(t types.Type) bool {
	name, path := legacy.Named(t)
	return legacy.IsReporter(path, name)
}

func underlying(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

// variableOf returns the variable or field that an expression names, or nil.
func variableOf(info *types.Info, e ast.Expr) types.Object {
	var object types.Object
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		object = info.ObjectOf(e)
	case *ast.SelectorExpr:
		object = info.Uses[e.Sel]
	}
	if _, ok := object.(*types.Var); !ok {
		return nil
	}
	return object
}

// calleeOf returns the function that a call names, or the variable or field that
// holds it.
func calleeOf(info *types.Info, call *ast.CallExpr) types.Object {
	if callee := typeutil.Callee(info, call); callee != nil {
		return callee
	}
	return variableOf(info, call.Fun)
}
