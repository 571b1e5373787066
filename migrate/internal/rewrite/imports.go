package rewrite

import (
	"fmt"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

// imports exchanges import paths. A file that uses a reporter of rcrowley's root
// package imports that one too, under another name.
func (p scope) imports(pass *pass) (any, error) {
	for _, file := range pass.Files {
		imports := pass.files.byFile[file]
		for _, spec := range imports.specs {
			switch path := legacy.NewPath(spec.path); {
			case path == "" && !legacy.IsRoot(spec.path):
				pass.leaveReporter(spec)
			case path != "" && spec.moves:
				edits := []analysis.TextEdit{replacement(spec.Path, strconv.Quote(path))}
				if len(spec.kept) > 0 {
					edits = append(edits, imports.keep(spec)...)
				}
				pass.fix(spec, fmt.Sprintf("import of %s", spec.path), edits...)
			}
		}
	}
	return nil, nil
}

// keep imports the older library under another name for what stays with it.
func (f *fileImports) keep(spec *importSpec) []analysis.TextEdit {
	name := f.free("gometrics", "rcrowleymetrics", "gometricsrcrowley")
	edits := []analysis.TextEdit{f.add(name, spec.path)}
	for _, use := range spec.kept {
		edits = append(edits, replacement(use, name))
	}
	return edits
}

// leaveReporter tells of reporters of the original library, which compile with our
// registry and find no instrument of theirs in it. rcrowley's go through the bridge.
func (p *pass) leaveReporter(spec *importSpec) {
	if len(spec.path) > len(legacy.Original) && spec.path[:len(legacy.Original)] == legacy.Original {
		p.leave(spec, legacy.PageDrivers, fmt.Sprintf(
			"%s reads instruments of the older library and finds none in our registry: choose another driver", spec.path))
	}
}
