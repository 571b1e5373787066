package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/go-metrics-plus/metrics/migrate/internal/check"
	"github.com/go-metrics-plus/metrics/migrate/internal/gomod"
	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
	"github.com/go-metrics-plus/metrics/migrate/internal/program"
	"github.com/go-metrics-plus/metrics/migrate/internal/rewrite"
)

// migration is one run of the command.
type migration struct {
	options
	loader       *program.Loader
	home         *gomod.Home
	builds       []*program.Build
	dependencies []program.Dependency // of the first build
	own          map[string]bool      // the program's packages, by import path
	modules      map[string]string    // go.mod of the program's modules, by folder
	result       *rewrite.Result

	before, after map[string][]byte // the files that change, go.mod too
	notes         []string
	left          []leftover
}

// run finds all edits, checks what the program becomes, and writes it.
func (m *migration) run() error {
	for _, step := range []func() error{
		m.load, m.analyze, m.loadExcluded, m.findRecorders, m.apply, m.check, m.requirements, m.write,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// load loads the program as it is built here.
func (m *migration) load() error {
	loader, err := program.NewLoader(m.folder, m.patterns, m.tags)
	if err != nil {
		return err
	}
	m.loader = loader
	if m.home, err = gomod.Find(loader.GoMod(), loader.Workspace(), m.checkout); err != nil {
		return err
	}
	build, err := loader.Load(loader.Base(), m.patterns...)
	if err != nil {
		return err
	}
	if len(build.Roots) == 0 {
		return fmt.Errorf("%s: no package of a main module", strings.Join(m.patterns, " "))
	}
	if m.dependencies, err = loader.Dependencies(loader.Base()); err != nil {
		return err
	}
	m.result = rewrite.NewResult()
	m.before, m.after = map[string][]byte{}, map[string][]byte{}
	return m.accept(build)
}

// accept takes the first build, unless the program does not compile or is given in
// part: rewriting it then would leave it inconsistent.
func (m *migration) accept(build *program.Build) error {
	m.builds = []*program.Build{build}
	m.own, m.modules = map[string]bool{}, map[string]string{}
	uses := false
	for _, root := range build.Roots {
		m.own[root.PkgPath] = true
		uses = uses || slices.ContainsFunc(root.Syntax, program.MustMove)
		if root.Module != nil {
			m.modules[root.Module.Dir] = root.Module.GoMod
		}
	}
	for _, d := range m.dependencies {
		if d.Module != nil && d.Module.Main && d.UsesLegacy() && d.ForTest == "" && !m.own[d.ImportPath] {
			return fmt.Errorf("%s uses the older library too: name it as well, since ./... takes them all", d.ImportPath)
		}
	}
	failures := failuresOf(build.Roots)
	if len(failures) > 0 && uses {
		return fmt.Errorf("the program must compile before it is migrated:\n%w", errors.Join(failures...))
	}
	for _, root := range build.Roots {
		for _, failure := range root.Errors {
			m.leaveFailure(failure)
		}
	}
	return nil
}

func failuresOf(roots []*packages.Package) []error {
	var failures []error
	for _, root := range roots {
		for _, failure := range root.Errors {
			failures = append(failures, failure)
		}
	}
	return failures
}

func (m *migration) analyze() error {
	return m.result.Analyze(m.builds[0], m.own, m.editable)
}

// editable reports whether a file is the program's own, and not what the go command
// makes of one.
func (m *migration) editable(name string) bool {
	for folder := range m.modules {
		if strings.HasPrefix(name, folder+string(filepath.Separator)) {
			return !strings.Contains(filepath.ToSlash(strings.TrimPrefix(name, folder)), "/vendor/")
		}
	}
	return false
}

// findRecorders tells of other modules that record into the older library's
// DefaultRegistry, whose series the program would lose without noticing.
func (m *migration) findRecorders() error {
	if len(m.result.Files()) == 0 {
		return nil
	}
	for _, d := range m.dependencies {
		if d.Module == nil || d.Module.Main || legacy.Owns(d.ImportPath) || d.ImportPath == legacy.Bridge || !d.UsesLegacy() {
			continue
		}
		if library := d.UsesDefault(); library != "" {
			m.left = append(m.left, leftover{m.loader.GoMod(), 1, fmt.Sprintf(
				"%s uses the DefaultRegistry of %s: have it read as well", d.ImportPath, library), legacy.PageReporters})
		}
	}
	return nil
}

// apply makes the new files, in memory.
func (m *migration) apply() error {
	for _, name := range m.result.Files() {
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		changed, err := m.result.Apply(name, source)
		if err != nil {
			return err
		}
		m.before[name], m.after[name] = source, changed
	}
	return nil
}

// check type-checks what the program becomes.
func (m *migration) check() error {
	if len(m.after) == 0 {
		return nil
	}
	folders, err := m.newModules()
	if err != nil {
		return err
	}
	checker := check.Checker{Own: m.own, Sources: m.after, Modules: folders}
	var problems []check.Problem
	for _, build := range m.builds {
		problems = append(problems, checker.Check(build)...)
	}
	for _, problem := range problems {
		m.leaveProblem(problem)
	}
	return nil
}

// newModules returns the folders of the new modules that the program imports.
func (m *migration) newModules() (map[string]string, error) {
	folders := map[string]string{}
	for name, source := range m.after {
		imports, err := program.Imports(name, source)
		if err != nil {
			return nil, err
		}
		for _, path := range []string{legacy.Core, legacy.Bridge, legacy.Driver} {
			if folders[path] == "" && slices.Contains(imports, path) {
				if folders[path], err = m.home.Folder(path); err != nil {
					return nil, err
				}
			}
		}
	}
	if folders[legacy.Core] == "" {
		core, err := m.home.Folder(legacy.Core)
		folders[legacy.Core] = core
		return folders, err
	}
	return folders, nil
}

// write writes the files and has the go command complete go.mod.
func (m *migration) write() error {
	if m.diff {
		return nil
	}
	for name, source := range m.after {
		mode := os.FileMode(0o644)
		if info, err := os.Stat(name); err == nil {
			mode = info.Mode().Perm()
		}
		if err := os.WriteFile(name, source, mode); err != nil {
			return err
		}
	}
	return m.complete()
}
