package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/go-metrics-plus/metrics/migrate/internal/legacy"
)

func TestCommandLine(t *testing.T) {
	for name, test := range map[string]struct {
		arguments      []string
		status         int
		stdout, stderr string
	}{
		"help":        {[]string{"-h"}, statusDone, "usage: migrate [flags] packages", ""},
		"no packages": {nil, statusError, "", "no packages given"},
		"bad flag":    {[]string{"-nothing"}, statusError, "", "flag provided but not defined"},
		"no checkout": {[]string{"-checkout", "testdata", "./..."}, statusError, "", "testdata is no checkout"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "go.mod"), []byte("module p\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			if status := run(test.arguments, folder, &stdout, &stderr); status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			if !strings.Contains(stdout.String(), test.stdout) || test.stdout == "" && stdout.Len() > 0 {
				t.Errorf("stdout: %s", stdout.String())
			}
			if !strings.Contains(stderr.String(), test.stderr) || test.stderr == "" && stderr.Len() > 0 {
				t.Errorf("stderr: %s", stderr.String())
			}
		})
	}
}

const goMod = "module example.com/program\n\ngo 1.26.0\n\n" +
	"require github.com/rcrowley/go-metrics v0.0.0-20250401214520-65e299d6c5c9\n"

func archiveOf(files map[string]string) *txtar.Archive {
	archive := &txtar.Archive{}
	for name, text := range files {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	return archive
}

// A program that does not compile, or is given in part, stays as it is.
func TestRefused(t *testing.T) {
	const use = "import \"github.com/rcrowley/go-metrics\"\n\nvar C = metrics.NewCounter()\n"
	for name, test := range map[string]struct{ broken, pattern, want string }{
		"broken":  {"var x int = \"\"\n", "./...", "must compile before it is migrated"},
		"in part": {"", "./a", "example.com/program/b uses the older library too"},
		"nothing": {"", "./none/...", "no package"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			extract(t, archiveOf(map[string]string{
				"go.mod": goMod, "go.sum": sums(t),
				"a/a.go": "package a\n\nimport \"example.com/program/b\"\n\nvar _ = b.C\n",
				"b/b.go": "package b\n\n" + use + test.broken,
			}), folder)
			before := read(t, folder)
			var stdout, stderr bytes.Buffer
			status := run([]string{test.pattern}, folder, &stdout, &stderr)
			if status != statusError || !strings.Contains(stderr.String(), test.want) {
				t.Errorf("exit status %d, %s", status, stderr.String())
			}
			if !equal(before, read(t, folder)) {
				t.Error("files have changed")
			}
		})
	}
}

// In a workspace each module gets what it needs, and types go from one to another.
func TestWorkspace(t *testing.T) {
	folder := t.TempDir()
	extract(t, archiveOf(map[string]string{
		"go.work":  "go 1.26.0\n\nuse (\n\t./a\n\t./b\n)\n",
		"a/go.mod": strings.ReplaceAll(goMod, "/program", "/a"), "a/go.sum": sums(t),
		"b/go.mod": strings.ReplaceAll(goMod, "/program", "/b"), "b/go.sum": sums(t),
		"a/a.go": "package a\n\nimport \"example.com/b\"\n\nfunc Used() bool { return b.New() != nil }\n",
		"b/b.go": "package b\n\nimport \"github.com/rcrowley/go-metrics\"\n\nfunc New() metrics.Counter { return nil }\n",
	}), folder)
	t.Setenv("GOWORK", "")
	if status, report := migrate(t, folder, []string{"./a/...", "./b/..."}); status != statusDone {
		t.Errorf("exit status %d\n%s", status, report)
	}
	command := exec.Command("go", "vet", "./a/...", "./b/...")
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, output)
	}
}

// Vendored code is not touched, and the report says what to do.
func TestVendor(t *testing.T) {
	folder := t.TempDir()
	extract(t, archiveOf(map[string]string{
		"go.mod": goMod, "go.sum": sums(t),
		"a.go": "package a\n\nimport \"github.com/rcrowley/go-metrics\"\n\nfunc New() metrics.Counter { return nil }\n",
	}), folder)
	vendor := func() {
		t.Helper()
		command := exec.Command("go", "mod", "vendor")
		command.Dir = folder
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("go mod vendor: %v\n%s", err, output)
		}
	}
	t.Setenv("GOWORK", "off")
	vendor()
	before := read(t, folder)
	status, report := migrate(t, folder, []string{"./..."})
	if status != statusDone || !strings.Contains(report, "run go mod vendor") {
		t.Errorf("exit status %d\n%s", status, report)
	}
	after := read(t, folder)
	for name, text := range before {
		if strings.HasPrefix(name, "vendor/") && after[name] != text {
			t.Errorf("%s has changed", name)
		}
	}
	vendor()
	vet(t, folder)
}

// Each paragraph that a report can point to is there.
func TestPages(t *testing.T) {
	for _, page := range legacy.Pages() {
		file, anchor, _ := strings.Cut(string(page), "#")
		source, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
		if err != nil {
			t.Error(err)
			continue
		}
		found := false
		for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(source), -1) {
			found = found || slug(heading[1]) == anchor
		}
		if !found {
			t.Errorf("%s has no heading for #%s", file, anchor)
		}
	}
}

// slug is what GitHub makes of a heading.
func slug(heading string) string {
	heading = strings.ToLower(strings.TrimSpace(heading))
	heading = regexp.MustCompile(`[^\p{L}\p{N}\- _]`).ReplaceAllString(heading, "")
	return strings.ReplaceAll(heading, " ", "-")
}
