package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheck follows a module through a change of its API: what was added and what
// was lost both show, what users can't reach does not.
func TestCheck(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.org/m\n\ngo 1.26\n")
	write("m.go", `package m

type base struct{ N, n int }

// Reset is part of T.
func (b *base) Reset() {}

type T struct {
	base
	F float64
}

func (T) Get() int { return 0 }

const C = 3
`)
	write("internal/hidden/hidden.go", "package hidden\n\nconst Hidden = 1\n")
	write("command/main.go", "package main\n\nfunc main() {}\n\nfunc Unseen() {}\n")
	write("examples/go.mod", "module example.org/m/examples\n\ngo 1.26\n")

	if err := run(root, true); err == nil {
		t.Error("nothing was written yet, and the check passed")
	}
	if err := run(root, false); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(filepath.Join(root, folder, "metrics.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want := `m: const C untyped int = 3
m: method (*T) Reset()
m: method (T) Get() int
m: type T struct
m: type T struct, F float64
`
	if string(written) != want {
		t.Errorf("API is\n%s, want\n%s", written, want)
	}
	if err := run(root, true); err != nil {
		t.Errorf("nothing changed: %v", err)
	}

	write("m.go", "package m\n\ntype T struct{ F float64 }\n\nfunc (T) Get() string { return \"\" }\n")
	err = run(root, true)
	if err == nil {
		t.Fatal("the API changed, and the check passed")
	}
	for _, line := range []string{"- m: const C untyped int = 3", "- m: method (*T) Reset()", "+ m: method (T) Get() string"} {
		if !strings.Contains(err.Error(), line) {
			t.Errorf("the error does not have %q:\n%v", line, err)
		}
	}
}
