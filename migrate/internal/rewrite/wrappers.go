package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// wrappers adds SinkOnce to registries of the program that hand everything on to
// another registry.
func (p scope) wrappers(pass *pass) (any, error) {
	for _, name := range pass.Pkg.Scope().Names() {
		object, ok := pass.Pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || object.IsAlias() || pass.files.of(object.Pos()) == nil {
			continue
		}
		named, ok := object.Type().(*types.Named)
		if !ok || types.IsInterface(named) || named.TypeParams().Len() > 0 {
			continue
		}
		registry := registryOf(pass.Pkg, named)
		if registry == nil || embedsRegistry(named, registry) {
			continue
		}
		for _, method := range legacy.MissingMethods() {
			if found, _, _ := types.LookupFieldOrMethod(types.NewPointer(named), true, pass.Pkg, method); found == nil {
				pass.addSinkOnce(named, registry)
			}
		}
	}
	return nil, nil
}

// registryOf returns the older library's interface that a type is a registry of.
func registryOf(pkg *types.Package, named *types.Named) types.Type {
	for _, imported := range pkg.Imports() {
		if !legacy.IsRoot(imported.Path()) {
			continue
		}
		registry := imported.Scope().Lookup("Registry")
		if registry == nil {
			continue
		}
		declared, ok := registry.Type().Underlying().(*types.Interface)
		if ok && types.Implements(types.NewPointer(named), declared) {
			return registry.Type()
		}
	}
	return nil
}

// embedsRegistry reports whether a struct gets its methods from a registry that it
// embeds, and so will have the missing ones.
func embedsRegistry(named *types.Named, registry types.Type) bool {
	structure, ok := named.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for field := range structure.Fields() {
		declared := registry.Underlying().(*types.Interface)
		if field.Embedded() && (types.Implements(field.Type(), declared) ||
			types.Implements(types.NewPointer(field.Type()), declared)) {
			return true
		}
	}
	return false
}

// addSinkOnce adds the method that the type lacks, which does with the name what
// the type's Register does.
func (p *pass) addSinkOnce(named *types.Named, registry types.Type) {
	register, last := p.methodsOf(named)
	at := token.Pos(named.Obj().Pos())
	if register == nil {
		p.leave(span{at, at + token.Pos(len(named.Obj().Name()))}, legacy.PageRegistry,
			fmt.Sprintf("%s lacks the method SinkOnce(string, any)", named.Obj().Name()))
		return
	}
	delegate, name := p.delegation(register, registry)
	if delegate == "" {
		p.leave(register.Name, legacy.PageRegistry, fmt.Sprintf(
			"%s lacks the method SinkOnce(string, any), and its Register does not simply hand on", named.Obj().Name()))
		return
	}
	parameters := namesOf(register.Type.Params)
	text := fmt.Sprintf("\n\n// SinkOnce hands a metric on, for the next Each alone.\n"+
		"func (%s %s) SinkOnce(%s string, %s any) {\n\t%s.SinkOnce(%s, %s)\n}",
		namesOf(register.Recv)[0], sourceOf(p, register.Recv.List[0].Type), parameters[0], parameters[1],
		delegate, name, parameters[1])
	p.fix(register.Name, fmt.Sprintf("%s gets the method SinkOnce", named.Obj().Name()), insertion(last.End(), text))
}

// methodsOf returns the declaration of Register, and that of the type's last
// method in the same file.
func (p *pass) methodsOf(named *types.Named) (register, last *ast.FuncDecl) {
	for _, file := range p.Files {
		var here *ast.FuncDecl
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Recv == nil || receiverOf(p.TypesInfo, function) != named.Obj() {
				continue
			}
			here = function
			if function.Name.Name == "Register" {
				register = function
			}
		}
		if here != nil && register != nil && last == nil {
			last = here
		}
	}
	return register, last
}

func receiverOf(info *types.Info, function *ast.FuncDecl) types.Object {
	object, ok := info.Defs[function.Name].(*types.Func)
	if !ok {
		return nil
	}
	t := object.Signature().Recv().Type()
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj()
	}
	return nil
}

// delegation finds the one call of Register on another registry in a method
// Register, and returns the sources of that registry and of the name it is given,
// both of which may use the receiver and the parameters alone.
func (p *pass) delegation(register *ast.FuncDecl, registry types.Type) (delegate, name string) {
	parameters := namesOf(register.Type.Params)
	if register.Body == nil || len(parameters) != 2 || len(namesOf(register.Recv)) != 1 {
		return "", ""
	}
	known := append(namesOf(register.Recv), parameters...)
	calls := 0
	ast.Inspect(register.Body, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || selector.Sel.Name != "Register" ||
			!types.Identical(orInvalid(p.TypesInfo.TypeOf(selector.X)), registry) {
			return true
		}
		calls++
		if p.usesOnly(selector.X, known) && p.usesOnly(call.Args[0], known) {
			delegate, name = sourceOf(p, selector.X), sourceOf(p, call.Args[0])
		}
		return true
	})
	if calls != 1 {
		return "", ""
	}
	return delegate, name
}

// usesOnly reports whether an expression uses no variables but those.
func (p *pass) usesOnly(e ast.Expr, names []string) bool {
	fine := true
	ast.Inspect(e, func(node ast.Node) bool {
		id, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		object, isVariable := p.TypesInfo.Uses[id].(*types.Var)
		local := isVariable && !object.IsField() && object.Parent() != p.Pkg.Scope()
		if local && !slices.Contains(names, id.Name) {
			fine = false
		}
		return true
	})
	return fine
}

func namesOf(fields *ast.FieldList) []string {
	var names []string
	for _, field := range fields.List {
		for _, name := range field.Names {
			if name.Name != "_" {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// span is a range of its own.
type span struct{ from, to token.Pos }

func (s span) Pos() token.Pos { return s.from }
func (s span) End() token.Pos { return s.to }
