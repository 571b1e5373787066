// Package program loads the packages of a program with their syntax and types,
// once for each configuration of the build that its files ask for.
package program

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// A Configuration is what decides which files belong to the program.
type Configuration struct {
	GOOS, GOARCH string
	Cgo          bool
	Tags         []string // sorted
}

// String names the configuration as a user would give it to go build.
func (c Configuration) String() string {
	text := c.GOOS + "/" + c.GOARCH
	if len(c.Tags) > 0 {
		text += " -tags " + strings.Join(c.Tags, ",")
	}
	return text
}

// A Build is the program under one configuration.
type Build struct {
	Configuration
	Fset *token.FileSet
	// Roots are the packages that the patterns name, of the main modules only,
	// each with its tests.
	Roots []*packages.Package
}

// A Loader loads a program. Its fields must not change once it is in use.
type Loader struct {
	Dir      string   // where the patterns start
	Patterns []string // as go build takes them
	Tags     []string // always set
	// environment is what the go command says, by name.
	environment map[string]string
}

const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedTypesSizes | packages.NeedModule

// NewLoader asks the go command for its settings in a folder.
func NewLoader(dir string, patterns, tags []string) (*Loader, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	l := &Loader{Dir: dir, Patterns: patterns, Tags: tags, environment: map[string]string{}}
	names := []string{"GOROOT", "GOMODCACHE", "GOCACHE", "GOOS", "GOARCH", "CGO_ENABLED", "GOWORK", "GOFLAGS", "GOMOD"}
	command := exec.Command("go", append([]string{"env"}, names...)...)
	command.Dir = dir
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", withStderr(err))
	}
	for i, value := range strings.Split(strings.TrimSuffix(string(output), "\n"), "\n") {
		l.environment[names[i]] = value
	}
	return l, nil
}

func withStderr(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}

// Workspace returns the path of the go.work in use, or "".
func (l *Loader) Workspace() string {
	if work := l.environment["GOWORK"]; work != "off" {
		return work
	}
	return ""
}

// GoMod returns the path of the go.mod in use, or "" outside of any module.
func (l *Loader) GoMod() string {
	if file := l.environment["GOMOD"]; file != os.DevNull {
		return file
	}
	return ""
}

// Base is the configuration of the machine and of Tags.
func (l *Loader) Base() Configuration {
	tags := slices.Clone(l.Tags)
	for field := range strings.FieldsSeq(l.environment["GOFLAGS"]) {
		if list, ok := strings.CutPrefix(strings.TrimLeft(field, "-"), "tags="); ok {
			tags = append(tags, strings.Split(list, ",")...)
		}
	}
	slices.Sort(tags)
	return Configuration{
		GOOS: l.environment["GOOS"], GOARCH: l.environment["GOARCH"],
		Cgo: l.environment["CGO_ENABLED"] == "1", Tags: slices.Compact(tags),
	}
}

// Load loads the packages that patterns name under a configuration. An error
// means that the go command failed; what is wrong with a package is in its Errors.
//
// For this machine the types of what they import come from the compiler, which has
// compiled most of it before. For another, or if that fails, all source is read.
func (l *Loader) Load(configuration Configuration, patterns ...string) (*Build, error) {
	if configuration.GOOS == l.environment["GOOS"] && configuration.GOARCH == l.environment["GOARCH"] {
		build, err := l.load(configuration, mode, patterns)
		if err == nil && !slices.ContainsFunc(build.Roots, func(p *packages.Package) bool { return len(p.Errors) > 0 }) {
			return build, nil
		}
	}
	return l.load(configuration, mode|packages.NeedDeps, patterns)
}

func (l *Loader) load(configuration Configuration, mode packages.LoadMode, patterns []string) (*Build, error) {
	fset := token.NewFileSet()
	loaded, err := packages.Load(&packages.Config{
		Mode: mode, Dir: l.Dir, Fset: fset, Tests: true, ParseFile: l.parse,
		BuildFlags: []string{"-tags=" + strings.Join(configuration.Tags, ",")},
		Env:        l.environ(configuration),
	}, patterns...)
	if err != nil {
		return nil, err
	}
	return &Build{Configuration: configuration, Fset: fset, Roots: roots(loaded)}, nil
}

func (l *Loader) environ(c Configuration) []string {
	cgo := "0"
	if c.Cgo {
		cgo = "1"
	}
	return append(os.Environ(), "GOOS="+c.GOOS, "GOARCH="+c.GOARCH, "CGO_ENABLED="+cgo)
}

// roots leaves out generated test mains, packages that the same package with its
// tests holds too, and what is not of a main module.
func roots(loaded []*packages.Package) []*packages.Package {
	withTests := map[string]bool{}
	for _, p := range loaded {
		if p.ID == p.PkgPath+" ["+p.PkgPath+".test]" {
			withTests[p.PkgPath] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(loaded), func(p *packages.Package) bool {
		outside := p.Module == nil && p.PkgPath != "command-line-arguments" || p.Module != nil && !p.Module.Main
		return outside || strings.HasSuffix(p.ID, ".test") || p.ID == p.PkgPath && withTests[p.PkgPath]
	})
}

// parse reads a file. The bodies of functions in files of others are left out,
// which makes loading several times faster.
func (l *Loader) parse(fset *token.FileSet, name string, source []byte) (*ast.File, error) {
	if !l.isForeign(name) {
		return parser.ParseFile(fset, name, source, parser.AllErrors|parser.ParseComments|parser.SkipObjectResolution)
	}
	file, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
	if err == nil {
		stripBodies(file)
	}
	return file, err
}

func (l *Loader) isForeign(name string) bool {
	for _, variable := range []string{"GOROOT", "GOMODCACHE", "GOCACHE"} {
		if folder := l.environment[variable]; folder != "" && strings.HasPrefix(name, folder+string(filepath.Separator)) {
			return true
		}
	}
	return strings.Contains(filepath.ToSlash(name), "/vendor/")
}

// MustMove reports whether a file uses an older library in a way that must change,
// by its source alone: reporters keep their import.
func MustMove(file *ast.File) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool {
		path := strings.Trim(spec.Path.Value, "\"`")
		return legacy.NewPath(path) != "" && usesMore(file, path, localName(spec, "metrics"))
	})
}

// usesMore reports whether a file uses anything of a library but its reporters.
func usesMore(file *ast.File, path, qualifier string) bool {
	reporters, others := 0, 0
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && isNamed(selector.X, qualifier) {
			if legacy.IsReporter(path, selector.Sel.Name) {
				reporters++
			} else {
				others++
			}
		}
		return true
	})
	return others > 0 || reporters == 0
}

// stripBodies lets each function panic, which every signature allows, and empties
// the tables that variables are initialized with.
func stripBodies(file *ast.File) {
	for _, declaration := range file.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			if declaration.Body != nil {
				declaration.Body.List = []ast.Stmt{&ast.ExprStmt{X: &ast.CallExpr{
					Fun: ast.NewIdent("panic"), Args: []ast.Expr{&ast.BasicLit{Kind: token.INT, Value: "0"}},
				}}}
			}
		case *ast.GenDecl:
			for _, spec := range declaration.Specs {
				if variables, ok := spec.(*ast.ValueSpec); ok {
					stripLiterals(variables.Values)
				}
			}
		}
	}
}

// stripLiterals empties literals whose type does not depend on what is in them.
func stripLiterals(values []ast.Expr) {
	for _, value := range values {
		if address, ok := value.(*ast.UnaryExpr); ok {
			value = address.X
		}
		literal, ok := value.(*ast.CompositeLit)
		if !ok {
			continue
		}
		if array, ok := literal.Type.(*ast.ArrayType); ok {
			if _, counted := array.Len.(*ast.Ellipsis); counted {
				continue
			}
		}
		literal.Elts = nil
	}
}
