package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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
			sum, err := os.ReadFile(filepath.Join("testdata", "rewrites.txtar"))
			if err != nil {
				t.Fatal(err)
			}
			lines := regexp.MustCompile(`(?m)^github.com/rcrowley/go-metrics v\S+ h1:.*\n|^github.com/rcrowley/go-metrics v\S+/go.mod .*\n`)
			for path, text := range map[string]string{
				"go.mod": "module example.com/program\n\ngo 1.26.0\n\n" +
					"require github.com/rcrowley/go-metrics v0.0.0-20250401214520-65e299d6c5c9\n",
				"go.sum": strings.Join(lines.FindAllString(string(sum), -1), ""),
				"a/a.go": "package a\n\nimport \"example.com/program/b\"\n\nvar _ = b.C\n",
				"b/b.go": "package b\n\n" + use + test.broken,
			} {
				path = filepath.Join(folder, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
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
