package program

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

func TestUsesDefault(t *testing.T) {
	for name, test := range map[string]struct{ alias, body, want string }{
		"by name":             {"", "var r = metrics.DefaultRegistry", legacy.Rcrowley},
		"by function":         {"", "func f() { metrics.Register(\"a\", nil) }", legacy.Rcrowley},
		"by nil":              {"m ", "var c = m.GetOrRegisterCounter(\"a\", nil)", legacy.Rcrowley},
		"a registry's own":    {"", "func f(r metrics.Registry) { r.Register(\"a\", metrics.NewMeter()) }", ""},
		"a registry is given": {"", "func f(r metrics.Registry) { metrics.NewRegisteredMeter(\"a\", r) }", ""},
		"no default":          {"", "var h = metrics.NewCustomTimer(nil, nil)", ""},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			source := "package p\n\nimport " + test.alias + "\"github.com/rcrowley/go-metrics\"\n\n" + test.body + "\n"
			if err := os.WriteFile(filepath.Join(folder, "p.go"), []byte(source), 0o644); err != nil {
				t.Fatal(err)
			}
			if got := (Dependency{Dir: folder, GoFiles: []string{"p.go"}}).UsesDefault(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
