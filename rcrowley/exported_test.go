package rcrowley_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// Each exported name of rcrowley's library is one of ours, or stands on the migration
// page with what has become of it.
func TestExportedNames(t *testing.T) {
	page, err := os.ReadFile("../docs/from-rcrowley.md")
	if err != nil {
		t.Fatal(err)
	}
	mentioned := map[string]bool{}
	for _, code := range regexp.MustCompile("`[^`\n]+`").FindAll(page, -1) {
		for _, word := range regexp.MustCompile(`\w+`).FindAllString(string(code), -1) {
			mentioned[word] = true
		}
	}
	theirs := exported(t, "github.com/rcrowley/go-metrics")
	ours := exported(t, "github.com/go-metrics-plus/metrics")
	if len(theirs) < 80 {
		t.Fatalf("only %d names, which can't be all", len(theirs))
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		if !ours[name] && !mentioned[name] {
			t.Errorf("%s is neither ours nor on the page", name)
		}
	}
}

// exported returns the exported package-level names of a package.
func exported(t *testing.T, path string) map[string]bool {
	t.Helper()
	output, err := exec.Command("go", "list", "-f", "{{.Dir}}", path).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", path, err)
	}
	dir := strings.TrimSpace(string(output))
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			for _, name := range declared(declaration) {
				if name.IsExported() {
					names[name.Name] = true
				}
			}
		}
	}
	return names
}

func declared(declaration ast.Decl) (names []*ast.Ident) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name)
			case *ast.ValueSpec:
				names = append(names, s.Names...)
			}
		}
	}
	return names
}

// What has a method in rcrowley's library has it in ours.
func TestExportedMethods(t *testing.T) {
	for theirs, ours := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[gometrics.Counter]():              reflect.TypeFor[metrics.Counter](),
		reflect.TypeFor[gometrics.EWMA]():                 reflect.TypeFor[metrics.EWMA](),
		reflect.TypeFor[gometrics.Gauge]():                reflect.TypeFor[metrics.Gauge](),
		reflect.TypeFor[gometrics.GaugeFloat64]():         reflect.TypeFor[metrics.GaugeFloat64](),
		reflect.TypeFor[gometrics.Healthcheck]():          reflect.TypeFor[metrics.Healthcheck](),
		reflect.TypeFor[gometrics.Histogram]():            reflect.TypeFor[metrics.Histogram](),
		reflect.TypeFor[gometrics.Meter]():                reflect.TypeFor[metrics.Meter](),
		reflect.TypeFor[gometrics.Sample]():               reflect.TypeFor[metrics.Sample](),
		reflect.TypeFor[gometrics.Timer]():                reflect.TypeFor[metrics.Timer](),
		reflect.TypeFor[gometrics.Registry]():             reflect.TypeFor[metrics.Registry](),
		reflect.TypeFor[gometrics.Logger]():               reflect.TypeFor[metrics.Logger](),
		reflect.TypeFor[gometrics.DuplicateMetric]():      reflect.TypeFor[metrics.DuplicateMetric](),
		reflect.TypeFor[*gometrics.ExpDecaySample]():      reflect.TypeFor[*metrics.ExpDecaySample](),
		reflect.TypeFor[*gometrics.UniformSample]():       reflect.TypeFor[*metrics.UniformSample](),
		reflect.TypeFor[*gometrics.SampleSnapshot]():      reflect.TypeFor[*metrics.SampleSnapshot](),
		reflect.TypeFor[*gometrics.PrefixedRegistry]():    reflect.TypeFor[*metrics.PrefixedRegistry](),
		reflect.TypeFor[*gometrics.StandardRegistry]():    reflect.TypeFor[*metrics.StandardRegistry](),
		reflect.TypeFor[*gometrics.StandardHealthcheck](): reflect.TypeFor[*metrics.StandardHealthcheck](),
		reflect.TypeFor[gometrics.NilHealthcheck]():       reflect.TypeFor[metrics.NilHealthcheck](),
	} {
		for i := range theirs.NumMethod() {
			if method := theirs.Method(i).Name; !hasMethod(ours, method) {
				t.Errorf("%v has no method %s", ours, method)
			}
		}
	}
}

func hasMethod(t reflect.Type, name string) bool {
	_, ok := t.MethodByName(name)
	return ok
}
