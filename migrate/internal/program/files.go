package program

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// SourceFiles returns the Go files of the module in a folder, whatever excludes them
// from a build. Vendored, hidden and testdata folders are left out, as the go
// command does, and nested modules.
func SourceFiles(moduleRoot string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(moduleRoot, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		hidden := strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
		if !entry.IsDir() {
			if strings.HasSuffix(name, ".go") && !hidden {
				files = append(files, path)
			}
			return nil
		}
		if path == moduleRoot {
			return nil
		}
		_, notModule := os.Stat(filepath.Join(path, "go.mod"))
		if hidden || name == "vendor" || name == "testdata" || notModule == nil {
			return filepath.SkipDir
		}
		return nil
	})
	return files, err
}

// Covers reports whether a pattern that is a path means a folder.
func (l *Loader) Covers(folder string) bool {
	return slices.ContainsFunc(l.Patterns, func(pattern string) bool {
		path, recursive := strings.CutSuffix(pattern, "...")
		if !filepath.IsAbs(path) {
			if pattern != "." && !strings.HasPrefix(pattern, "./") && !strings.HasPrefix(pattern, "../") {
				return false
			}
			path = filepath.Join(l.Dir, path)
		}
		path = filepath.Clean(path)
		return folder == path || recursive && strings.HasPrefix(folder, strings.TrimSuffix(path, "/")+"/")
	})
}

// Imports returns the paths that a file imports. source may be nil, to read it.
func Imports(name string, source []byte) ([]string, error) {
	var given any
	if source != nil {
		given = source
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, given, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	return importPaths(file), nil
}

func importPaths(file *ast.File) []string {
	var paths []string
	for _, spec := range file.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, "\"`"))
	}
	return paths
}
