package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// bridges wraps registries that are handed to another library, such as a reporter.
// Ours fits the interface of rcrowley's, so that it would compile without, but what
// is in it has other types, and the reporter would find nothing.
func (p scope) bridges(pass *pass) (any, error) {
	for _, c := range pass.flow.conversions {
		if c.to.foreign && legacy.IsRegistry(c.to.typ) {
			pass.fixOutgoing(c)
		}
	}
	for cursor := range pass.root.Preorder((*ast.SelectorExpr)(nil)) {
		pass.leaveIncoming(cursor.Node().(*ast.SelectorExpr))
	}
	return nil, nil
}

func (p *pass) fixOutgoing(c conversion) {
	if id, ok := ast.Unparen(c.from.expr).(*ast.Ident); ok && p.flow.isNil(id) || p.flow.isForeign(c.from.expr) {
		return
	}
	if legacy.RegistryPath(c.to.typ) != legacy.Rcrowley {
		p.leave(c.from.expr, legacy.PageDrivers, fmt.Sprintf(
			"%s wants a registry of the older library's and finds no instrument of its in ours", ownerOf(c.to.object)))
		return
	}
	if _, tuple := p.TypesInfo.TypeOf(c.from.expr).(*types.Tuple); tuple {
		p.leave(c.from.expr, legacy.PageReporters, "a registry among several results needs the bridge rcrowley.NewRegistry")
		return
	}
	qualifier, edits := p.files.bridge(c.from.expr.Pos())
	edits = append(edits, insertion(c.from.expr.Pos(), qualifier+"NewRegistry("), insertion(c.from.expr.End(), ")"))
	p.fix(c.from.expr, fmt.Sprintf("%s reads the registry through the bridge", ownerOf(c.to.object)), edits...)
}

func ownerOf(object types.Object) string {
	if object == nil || object.Pkg() == nil {
		return "another library"
	}
	return object.Pkg().Path()
}

// asking are the methods of a registry that give or take instruments.
var asking = map[string]bool{"Each": true, "Get": true, "GetOrRegister": true, "Register": true, "SinkOnce": true}

// leaveIncoming tells of a registry that comes from another library: what is in it
// keeps the older library's types, which the program will no longer know.
func (p *pass) leaveIncoming(selector *ast.SelectorExpr) {
	if !asking[selector.Sel.Name] || !legacy.IsRegistry(orInvalid(p.TypesInfo.TypeOf(selector.X))) ||
		!p.flow.isForeign(selector.X) {
		return
	}
	if object := variableOf(p.TypesInfo, selector.X); object != nil && legacy.IsRoot(object.Pkg().Path()) {
		return // DefaultRegistry of a kept import
	}
	p.leave(selector, legacy.PageReporters, fmt.Sprintf(
		"%s belongs to another library and holds the older library's instruments", sourceOf(p, selector.X)))
}

// constructors wraps a constructor that is used as a value of a function type.
// Ours take labels after all other parameters.
func (p scope) constructors(pass *pass) (any, error) {
	for _, c := range pass.flow.conversions {
		signature, ok := underlying(c.to.typ).(*types.Signature)
		if !ok || c.to.foreign {
			continue
		}
		function := legacyFunction(pass.TypesInfo, c.from.expr)
		if function == nil || !isConstructor(function.Name()) || inferred(c, pass.flow) {
			continue
		}
		pass.fixConstructor(c.from.expr, function, signature)
	}
	return nil, nil
}

// inferred reports whether a variable takes its type from what it is given.
func inferred(c conversion, f *flow) bool {
	_, ok := f.origin[c.to.object]
	return ok
}

func isConstructor(name string) bool {
	return strings.HasPrefix(name, "New") || strings.HasPrefix(name, "GetOrRegister")
}

func legacyFunction(info *types.Info, e ast.Expr) *types.Func {
	id := lastIdent(ast.Unparen(e))
	if id == nil {
		return nil
	}
	function, ok := info.Uses[id].(*types.Func)
	if !ok || function.Pkg() == nil || !legacy.IsRoot(function.Pkg().Path()) || function.Signature().Recv() != nil {
		return nil
	}
	return function
}

// plainConstructors take no labels, and are what they were.
var plainConstructors = map[string]bool{
	"NewEWMA": true, "NewEWMA1": true, "NewEWMA5": true, "NewEWMA15": true, "NewExpDecaySample": true,
	"NewUniformSample": true, "NewSampleSnapshot": true, "NewPrefixedRegistry": true, "NewPrefixedChildRegistry": true,
}

func (p *pass) fixConstructor(e ast.Expr, function *types.Func, signature *types.Signature) {
	if plainConstructors[function.Name()] {
		return
	}
	qualifier, edits := p.files.core(e.Pos())
	var parameters, arguments []string
	for i := range signature.Params().Len() {
		name := string(rune('a' + i))
		typ := types.TypeString(signature.Params().At(i).Type(), func(pkg *types.Package) string {
			if legacy.IsRoot(pkg.Path()) {
				return strings.TrimSuffix(qualifier, ".")
			}
			return "?" + pkg.Name()
		})
		parameters, arguments = append(parameters, name+" "+typ), append(arguments, name)
	}
	name, _ := legacy.Named(signature.Results().At(0).Type())
	text := fmt.Sprintf("func(%s) %s%s { return %s(%s) }",
		strings.Join(parameters, ", "), qualifier, name, sourceOf(p, e), strings.Join(arguments, ", "))
	if strings.Contains(text, "?") || name == "" {
		p.leave(e, legacy.PageConstructors, function.Name()+" takes labels as well: wrap it in a function")
		return
	}
	p.fix(e, function.Name()+" is wrapped in a function", append(edits, []analysis.TextEdit{replacement(e, text)}...)...)
}
