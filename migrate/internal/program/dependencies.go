package program

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// A Dependency is a package that the program is built from, its own included.
type Dependency struct {
	ImportPath string
	ForTest    string
	Dir        string
	GoFiles    []string
	Imports    []string
	Module     *struct {
		Path string
		Main bool
	}
}

// UsesLegacy reports whether the package imports an older library.
func (d Dependency) UsesLegacy() bool { return slices.ContainsFunc(d.Imports, legacy.Owns) }

// Dependencies lists what the packages of the loader, with their tests, are built
// from under a configuration.
func (l *Loader) Dependencies(c Configuration) ([]Dependency, error) {
	arguments := []string{
		"list", "-e", "-deps", "-test", "-json=ImportPath,ForTest,Dir,GoFiles,Imports,Module",
		"-tags=" + strings.Join(c.Tags, ","), "--",
	}
	command := exec.Command("go", append(arguments, l.Patterns...)...)
	command.Dir, command.Env = l.Dir, l.environ(c)
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", withStderr(err))
	}
	var all []Dependency
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var d Dependency
		if err := decoder.Decode(&d); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
}

// global are the functions of an older library that use its DefaultRegistry.
var global = map[string]bool{
	"Each": true, "Get": true, "GetOrRegister": true, "MustRegister": true, "Register": true,
	"RunHealthchecks": true, "SinkOnce": true, "Unregister": true, "DefaultRegistry": true,
}

// UsesDefault returns the older library whose DefaultRegistry the package uses, by
// name or by nil in its place, or "". It goes by the source alone.
func (d Dependency) UsesDefault() string {
	for _, name := range d.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(d.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, spec := range file.Imports {
			library := strings.Trim(spec.Path.Value, "\"`")
			if legacy.IsRoot(library) && usesDefault(file, localName(spec, "metrics")) {
				return library
			}
		}
	}
	return ""
}

// localName returns what an import is called in its file, if not name.
func localName(spec *ast.ImportSpec, name string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return name
}

func usesDefault(file *ast.File, qualifier string) bool {
	found := false
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			found = found || isNamed(node.X, qualifier) && global[node.Sel.Name]
		case *ast.CallExpr:
			selector, ok := node.Fun.(*ast.SelectorExpr)
			if ok && isNamed(selector.X, qualifier) && len(node.Args) > 1 && isNamed(node.Args[1], "nil") {
				found = found || takesRegistry(selector.Sel.Name)
			}
		}
		return !found
	})
	return found
}

func isNamed(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// takesRegistry reports whether a constructor has a registry after the name.
func takesRegistry(name string) bool {
	return strings.HasPrefix(name, "GetOrRegister") || strings.HasPrefix(name, "NewRegistered")
}
