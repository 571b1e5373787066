package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
	"github.com/go-metrics-plus/metrics/migrate/internal/program"
)

// loadExcluded loads and analyzes what the first build leaves out: files for other
// systems and with other tags.
func (m *migration) loadExcluded() error {
	remaining, err := m.excluded()
	if err != nil {
		return err
	}
	for len(remaining) > 0 {
		build, err := m.loadFor(remaining)
		if err != nil {
			m.leaveFile(remaining[0], err)
			remaining = remaining[1:]
			continue
		}
		for _, root := range build.Roots {
			m.own[root.PkgPath] = true
		}
		if err := m.result.Analyze(build, m.own, m.editable); err != nil {
			return err
		}
		m.builds = append(m.builds, build)
		covered := coveredBy(build)
		remaining = slices.DeleteFunc(remaining, func(name string) bool { return covered[name] })
	}
	return nil
}

// excluded returns the files that no build holds so far and that may need edits.
func (m *migration) excluded() ([]string, error) {
	covered, names := coveredBy(m.builds[0]), m.instrumentNames()
	var excluded []string
	for folder := range m.modules {
		files, err := program.SourceFiles(folder)
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			if covered[name] || !m.loader.Covers(filepath.Dir(name)) {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			imports, err := program.Imports(name, source)
			if err == nil && (slices.ContainsFunc(imports, legacy.Owns) || mentions(source, names[filepath.Dir(name)])) {
				excluded = append(excluded, name)
			}
		}
	}
	return excluded, nil
}

// instrumentNames returns, by folder, the names of what is declared there with the
// type of an instrument: files may use them without importing the library.
func (m *migration) instrumentNames() map[string]map[string]bool {
	names := map[string]map[string]bool{}
	for _, root := range m.builds[0].Roots {
		for id, object := range root.TypesInfo.Defs {
			if object == nil || !legacy.IsInstrument(object.Type()) {
				continue
			}
			folder := filepath.Dir(m.builds[0].Fset.PositionFor(id.Pos(), false).Filename)
			if names[folder] == nil {
				names[folder] = map[string]bool{}
			}
			names[folder][id.Name] = true
		}
	}
	return names
}

// mentions reports whether a source has nil and a selector of one of the names.
func mentions(source []byte, names map[string]bool) bool {
	if !bytes.Contains(source, []byte("nil")) {
		return false
	}
	for name := range names {
		if bytes.Contains(source, []byte("."+name)) {
			return true
		}
	}
	return false
}

func coveredBy(build *program.Build) map[string]bool {
	covered := map[string]bool{}
	for _, root := range build.Roots {
		for _, file := range root.Syntax {
			covered[build.Fset.PositionFor(file.FileStart, false).Filename] = true
		}
	}
	return covered
}

// errCgo is why a file is left that the go command translates before it compiles it.
var errCgo = errors.New(`it imports "C"`)

// loadFor loads the folders of those files that one configuration includes, the
// first of them among them; if that fails, the first file by itself.
func (m *migration) loadFor(files []string) (*program.Build, error) {
	if imports, err := program.Imports(files[0], nil); err != nil || slices.Contains(imports, "C") {
		return nil, cmp.Or(err, errCgo)
	}
	configuration, err := program.Including(m.builds[0].Configuration, files[0])
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, name := range files {
		if configuration.Includes(name) {
			folders = append(folders, filepath.Dir(name))
		}
	}
	slices.Sort(folders)
	var failures []error
	for _, patterns := range [][]string{slices.Compact(folders), {filepath.Dir(files[0])}, {files[0]}} {
		build, err := m.loader.Load(configuration, patterns...)
		if err == nil {
			err = errors.Join(failuresOf(build.Roots)...)
		}
		if err == nil && coveredBy(build)[files[0]] {
			return build, nil
		}
		failures = append(failures, err)
	}
	if err := errors.Join(failures...); err != nil {
		return nil, fmt.Errorf("%s: %w", configuration, err)
	}
	return nil, fmt.Errorf("%s: no package holds it", configuration)
}
