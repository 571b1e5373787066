package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-metrics-plus/metrics/migrate/internal/gomod"
	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
	"github.com/go-metrics-plus/metrics/migrate/internal/program"
)

// requirements makes each go.mod of the program require what its files import now.
func (m *migration) requirements() error {
	if len(m.after) == 0 {
		return nil
	}
	for _, folder := range slices.Sorted(maps.Keys(m.modules)) {
		if err := m.require(folder, m.modules[folder]); err != nil {
			return err
		}
	}
	return nil
}

func (m *migration) require(folder, name string) error {
	imports, err := m.importsOf(folder)
	if err != nil {
		return err
	}
	var modules []string
	for _, path := range []string{legacy.Core, legacy.Bridge, legacy.Driver} {
		if imports[path] {
			modules = append(modules, path)
		}
	}
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	file, err := gomod.Read(name)
	if err != nil {
		return err
	}
	notes, err := m.home.Update(file, modules, map[string]gomod.Usage{
		legacy.Rcrowley: m.usage(legacy.Rcrowley, imports),
		legacy.Original: m.usage(legacy.Original, imports),
	})
	if err != nil {
		return err
	}
	changed, err := file.Format()
	if err != nil {
		return err
	}
	if len(notes) == 0 || string(changed) == string(source) {
		return nil
	}
	m.before[name], m.after[name] = source, changed
	for _, note := range notes {
		m.notes = append(m.notes, fmt.Sprintf("%s: %s", m.relative(name), note))
	}
	return nil
}

// importsOf returns what the files of a module import once they are rewritten.
func (m *migration) importsOf(folder string) (map[string]bool, error) {
	files, err := program.SourceFiles(folder)
	if err != nil {
		return nil, err
	}
	imports := map[string]bool{}
	for _, name := range files {
		paths, err := program.Imports(name, m.after[name])
		if err != nil {
			continue // a file that does not parse imports nothing
		}
		for _, path := range paths {
			imports[path] = true
		}
	}
	return imports, nil
}

// usage tells how a module still uses an older library.
func (m *migration) usage(library string, imports map[string]bool) gomod.Usage {
	for path := range imports {
		if path == library || strings.HasPrefix(path, library+"/") {
			return gomod.Direct
		}
	}
	if library == legacy.Rcrowley && imports[legacy.Bridge] {
		return gomod.Indirect
	}
	for _, d := range m.dependencies {
		own := d.Module == nil || d.Module.Main
		if !own && !legacy.Owns(d.ImportPath) && slices.Contains(d.Imports, library) {
			return gomod.Indirect
		}
	}
	return gomod.Unused
}

// complete has the go command add what builds need, and says what is to be done if
// it can't.
func (m *migration) complete() error {
	for folder, goMod := range m.modules {
		if m.after[goMod] == nil {
			continue
		}
		if err := gomod.Complete(folder, m.tags); err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			m.notes = append(m.notes, fmt.Sprintf("%s: run go mod tidy (%s)", m.relative(goMod), first))
		}
		if _, err := os.Stat(filepath.Join(folder, "vendor", "modules.txt")); err == nil {
			m.notes = append(m.notes, m.relative(goMod)+": vendor/ is what it was: run go mod vendor")
		}
	}
	return nil
}
