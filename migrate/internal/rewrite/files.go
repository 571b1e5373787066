package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

var resultType = reflect.TypeFor[result]()

// fileSet tells of each file what it imports of an older library.
type fileSet struct{ byFile map[*ast.File]*fileImports }

// fileImports is what a file imports that is of interest here.
type fileImports struct {
	file  *ast.File
	info  *types.Info
	pkg   *types.Package
	specs []*importSpec
	taken map[string]bool // identifiers that an added import must not be named
}

// importSpec is an import of an older library.
type importSpec struct {
	*ast.ImportSpec
	path  string
	name  *types.PkgName
	kept  []*ast.Ident // the package in names that stay with the older library
	moves bool         // some other use, or none at all
}

func (p scope) files(pass *pass) (any, error) {
	files := &fileSet{byFile: map[*ast.File]*fileImports{}}
	for _, file := range pass.Files {
		imports := &fileImports{file: file, info: pass.TypesInfo, pkg: pass.Pkg, taken: identifiers(file)}
		for _, spec := range file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if legacy.Owns(path) {
				imports.specs = append(imports.specs, newImportSpec(pass, file, spec, path))
			}
		}
		files.byFile[file] = imports
	}
	return files, nil
}

func newImportSpec(pass *pass, file *ast.File, spec *ast.ImportSpec, path string) *importSpec {
	s := &importSpec{ImportSpec: spec, path: path, name: pass.TypesInfo.PkgNameOf(spec)}
	used := false
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && s.name != nil && pass.TypesInfo.Uses[x] == s.name {
			used = true
			if legacy.IsReporter(path, selector.Sel.Name) {
				s.kept = append(s.kept, x)
			} else {
				s.moves = true
			}
		}
		return true
	})
	s.moves = s.moves || !used
	return s
}

// identifiers returns the names that a file uses other than behind a dot.
func identifiers(file *ast.File) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			ast.Inspect(node.X, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					names[id.Name] = true
				}
				return true
			})
			return true
		case *ast.Ident:
			names[node.Name] = true
		}
		return true
	})
	return names
}

// of returns the imports of the file that holds a position.
func (f *fileSet) of(position token.Pos) *fileImports {
	for file, imports := range f.byFile {
		if file.FileStart <= position && position < file.FileEnd {
			return imports
		}
	}
	return nil
}

// core returns what stands before a name of the core at a position, such as
// "metrics.", and the edits that import it there if need be.
func (f *fileSet) core(position token.Pos) (string, []analysis.TextEdit) {
	imports := f.of(position)
	for _, spec := range imports.specs {
		if legacy.IsRoot(spec.path) && spec.moves && imports.sees(spec.name, position) {
			return qualifier(spec.name), nil
		}
	}
	return imports.imported(legacy.Core, position, "metrics", "metricsplus", "gometricsplus")
}

// bridge is core for the package with rcrowley registries.
func (f *fileSet) bridge(position token.Pos) (string, []analysis.TextEdit) {
	return f.of(position).imported(legacy.Bridge, position, "rcrowley", "rcrowleybridge", "metricsbridge")
}

func qualifier(name *types.PkgName) string {
	if name.Name() == "." {
		return ""
	}
	return name.Name() + "."
}

// sees reports whether a package's name means the package at a position.
func (f *fileImports) sees(name *types.PkgName, position token.Pos) bool {
	if name == nil || name.Name() == "_" {
		return false
	}
	if name.Name() == "." {
		return true
	}
	scope := f.pkg.Scope().Innermost(position)
	if scope == nil {
		return false
	}
	_, found := scope.LookupParent(name.Name(), position)
	return found == name
}

// imported returns the qualifier of a package that the file imports already, or
// will import under the first of the names that nothing else in it has.
func (f *fileImports) imported(path string, position token.Pos, names ...string) (string, []analysis.TextEdit) {
	for _, spec := range f.file.Imports {
		name := f.info.PkgNameOf(spec)
		if got, _ := strconv.Unquote(spec.Path.Value); got == path && f.sees(name, position) {
			return qualifier(name), nil
		}
	}
	name := f.free(names...)
	if name == names[0] {
		return name + ".", []analysis.TextEdit{f.add("", path)}
	}
	return name + ".", []analysis.TextEdit{f.add(name, path)}
}

// free returns the first of the names that means nothing in the file, or the last.
func (f *fileImports) free(names ...string) string {
	for _, name := range names {
		if !f.taken[name] && f.pkg.Scope().Lookup(name) == nil {
			return name
		}
	}
	return names[len(names)-1]
}

// add returns the edit that imports a path, beside an import of an older library,
// else beside the last import from elsewhere, else on a line of its own.
func (f *fileImports) add(name, path string) analysis.TextEdit {
	line := strconv.Quote(path)
	if name != "" {
		line = name + " " + line
	}
	anchor, declaration := f.anchor()
	switch {
	case declaration == nil:
		return insertion(f.file.Name.End(), "\n\nimport "+line)
	case !declaration.Lparen.IsValid():
		return insertion(endOf(anchor), "\nimport "+line)
	case isStandard(anchor):
		return insertion(endOf(anchor), "\n\n\t"+line)
	}
	return insertion(endOf(anchor), "\n\t"+line)
}

// anchor returns the import to add another one after.
func (f *fileImports) anchor() (spec *ast.ImportSpec, declaration *ast.GenDecl) {
	best := -1
	for _, decl := range f.file.Decls {
		block, ok := decl.(*ast.GenDecl)
		if !ok || block.Tok != token.IMPORT {
			continue
		}
		for _, s := range block.Specs {
			candidate := s.(*ast.ImportSpec)
			rank := 0
			switch {
			case candidate.Path.Value == `"C"`:
				continue
			case slices.ContainsFunc(f.specs, func(old *importSpec) bool { return old.ImportSpec == candidate }):
				rank = 2
			case !isStandard(candidate):
				rank = 1
			}
			if rank >= best {
				best, spec, declaration = rank, candidate, block
			}
		}
	}
	return spec, declaration
}

// isStandard reports whether an import is of the standard library, whose paths
// have no dot in their first element.
func isStandard(spec *ast.ImportSpec) bool {
	for _, r := range spec.Path.Value {
		switch r {
		case '.':
			return false
		case '/':
			return true
		}
	}
	return true
}

func endOf(spec *ast.ImportSpec) token.Pos {
	if spec.Comment != nil {
		return spec.Comment.End()
	}
	return spec.End()
}

func insertion(at token.Pos, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: at, End: at, NewText: []byte(text)}
}

func replacement(at analysis.Range, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: at.Pos(), End: at.End(), NewText: []byte(text)}
}
