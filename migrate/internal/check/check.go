// Package check type-checks a rewritten program against the new packages, in
// memory: nothing is written, and go.mod need not know of them yet.
package check

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/go-metrics-plus/metrics/migrate/internal/program"
)

// A Problem is a compile error of the rewritten program.
type Problem struct {
	File    string
	Offset  int // in the rewritten file
	Message string
}

// A Checker checks builds of a program.
type Checker struct {
	// Own are the program's packages, which are checked anew.
	Own map[string]bool
	// Sources are the files that have changed.
	Sources map[string][]byte
	// Modules are the folders of the new packages' modules, by path.
	Modules map[string]string
}

// Check returns the compile errors of a build.
func (c *Checker) Check(b *program.Build) []Problem {
	run := &run{
		Checker: c, build: b,
		checked: map[string]*types.Package{}, affected: map[string]bool{}, byPath: map[string]*packages.Package{},
	}
	packages.Visit(b.Roots, nil, func(p *packages.Package) {
		if p.Types != nil && (run.byPath[p.PkgPath] == nil || p.ID == p.PkgPath) {
			run.byPath[p.PkgPath] = p
		}
	})
	for _, root := range b.Roots {
		run.check(root)
	}
	return run.problems
}

// run is one check of one build.
type run struct {
	*Checker
	build    *program.Build
	checked  map[string]*types.Package // by ID, or import path for new packages
	affected map[string]bool           // by ID: whether it must be checked anew
	byPath   map[string]*packages.Package
	problems []Problem
}

// isAffected reports whether a package is the program's own or depends on one.
func (r *run) isAffected(p *packages.Package) bool {
	if known, ok := r.affected[p.ID]; ok {
		return known
	}
	result := r.Own[p.PkgPath]
	for _, imported := range p.Imports {
		if r.isAffected(imported) {
			result = true
		}
	}
	r.affected[p.ID] = result
	return result
}

func (r *run) check(p *packages.Package) *types.Package {
	if !r.isAffected(p) || p.Syntax == nil {
		return p.Types
	}
	if known := r.checked[p.ID]; known != nil {
		return known
	}
	counts := slices.Contains(r.build.Roots, p)
	config := types.Config{
		FakeImportC: true, Sizes: p.TypesSizes,
		Importer: importer(func(path string) (*types.Package, error) { return r.importFor(p, path) }),
		Error: func(err error) {
			if counts {
				r.note(err)
			}
		},
	}
	checked, _ := config.Check(p.Types.Path(), r.build.Fset, r.files(p), nil) // errors go to Error
	r.checked[p.ID] = checked
	return checked
}

// note adds a type error, but for lines that continue one before.
func (r *run) note(err error) {
	var typed types.Error
	if errors.As(err, &typed) && !strings.HasPrefix(typed.Msg, "\t") {
		at := r.build.Fset.PositionFor(typed.Pos, false)
		r.problems = append(r.problems, Problem{File: at.Filename, Offset: at.Offset, Message: typed.Msg})
	}
}

// files returns the syntax of a package, of the rewritten files where there are.
func (r *run) files(p *packages.Package) []*ast.File {
	var files []*ast.File
	for _, file := range p.Syntax {
		name := r.build.Fset.PositionFor(file.FileStart, false).Filename
		if source, ok := r.Sources[name]; ok {
			changed, err := parser.ParseFile(r.build.Fset, name, source, parser.SkipObjectResolution)
			if err != nil {
				r.problems = append(r.problems, Problem{File: name, Message: err.Error()})
			}
			file = changed
		}
		files = append(files, file)
	}
	return files
}

type importer func(path string) (*types.Package, error)

func (i importer) Import(path string) (*types.Package, error) { return i(path) }

// importFor finds what a package imports: what it was loaded with, one of the new
// packages, or one that the build has for another reason.
func (r *run) importFor(p *packages.Package, path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p != nil && p.Imports[path] != nil {
		return r.check(p.Imports[path]), nil
	}
	if folder := r.folder(path); folder != "" {
		return r.library(path, folder)
	}
	if loaded := r.byPath[path]; loaded != nil {
		return r.check(loaded), nil
	}
	// What the program does not import it can't pass to the new packages either.
	return types.NewPackage(path, filepath.Base(path)), nil
}

// folder returns where a package of the new modules lies, or "".
func (r *run) folder(path string) string {
	best := ""
	for module := range r.Modules {
		if (path == module || strings.HasPrefix(path, module+"/")) && len(module) > len(best) {
			best = module
		}
	}
	if best == "" {
		return ""
	}
	return filepath.Join(r.Modules[best], filepath.FromSlash(strings.TrimPrefix(path, best)))
}

// library reads what one of the new packages exports.
func (r *run) library(path, folder string) (*types.Package, error) {
	if known := r.checked[path]; known != nil {
		return known, nil
	}
	names, err := filesIn(r.build.Configuration, folder)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(r.build.Fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	config := types.Config{
		IgnoreFuncBodies: true,
		Error:            func(error) {}, // what it does not export may use what is not loaded
		Importer:         importer(func(path string) (*types.Package, error) { return r.importFor(nil, path) }),
	}
	checked, _ := config.Check(path, r.build.Fset, files, nil)
	r.checked[path] = checked
	return checked, nil
}

// filesIn returns the Go files of a folder that belong to a build, without tests.
func filesIn(c program.Configuration, folder string) ([]string, error) {
	context := build.Default
	context.GOOS, context.GOARCH, context.BuildTags, context.CgoEnabled = c.GOOS, c.GOARCH, c.Tags, false
	found, err := context.ImportDir(folder, 0)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range found.GoFiles {
		names = append(names, filepath.Join(folder, name))
	}
	return names, nil
}
