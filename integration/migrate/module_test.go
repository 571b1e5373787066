// Package migrate has real programs rewritten by the migrate command: Sarama and
// Nebula, as the module proxy has them. Both must build, and go on measuring what
// they measured, without a line changed by hand.
package migrate

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// oldImport is the library that both programs use.
const oldImport = `"github.com/rcrowley/go-metrics"`

// command builds the migrate command once.
var command = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "migrate")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "migrate")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Dir = filepath.Join("..", "..", "migrate")
	build.Env = environment()
	output, err := build.CombinedOutput()
	if err != nil {
		return "", &failure{err, output}
	}
	return path, nil
})

type failure struct {
	err    error
	output []byte
}

func (f *failure) Error() string { return f.err.Error() + "\n" + string(f.output) }

func TestMain(m *testing.M) {
	status := m.Run()
	if path, err := command(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(status)
}

// environment is that of commands inside the programs: of no workspace, and with
// one compiler at a time, since this is not the only test.
func environment() []string {
	return append(os.Environ(), "GOWORK=off", "GOFLAGS=-p=1", "CGO_ENABLED=0")
}

// fetch copies a version of a module into a folder where it can be changed.
func fetch(t *testing.T, module, version string) string {
	t.Helper()
	download := exec.Command("go", "mod", "download", "-json", module+"@"+version)
	download.Dir, download.Env = t.TempDir(), append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	output, err := download.Output()
	var found struct{ Dir, Error string }
	if parsing := json.Unmarshal(output, &found); parsing != nil || found.Error != "" {
		t.Fatalf("%s@%s: %v %v %s", module, version, err, parsing, found.Error)
	}
	folder := filepath.Join(t.TempDir(), filepath.Base(module))
	if err := os.CopyFS(folder, os.DirFS(found.Dir)); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, 0o755) // the module cache is read-only
	})
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// run runs a command in a folder and returns what it said.
func run(t *testing.T, folder, name string, arguments ...string) (string, error) {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.Dir, command.Env = folder, environment()
	output, err := command.CombinedOutput()
	return string(output), err
}

func mustRun(t *testing.T, folder, name string, arguments ...string) string {
	t.Helper()
	output, err := run(t, folder, name, arguments...)
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, output)
	}
	return output
}

// migrate rewrites a program and returns how many edits of each kind it made.
// Nothing may be left to do, and a second run must find nothing.
func migrate(t *testing.T, folder string) map[string]int {
	t.Helper()
	path, err := command()
	if err != nil {
		t.Fatal(err)
	}
	report := mustRun(t, folder, path, "./...")
	t.Log(report)
	if again := mustRun(t, folder, path, "./..."); !strings.HasPrefix(again, "nothing to rewrite") {
		t.Errorf("a second run finds more:\n%s", again)
	}
	edits := map[string]int{}
	for _, match := range regexp.MustCompile(`(?m)^  (\w+) +(\d+)$`).FindAllStringSubmatch(report, -1) {
		edits[match[1]], err = strconv.Atoi(match[2])
		if err != nil {
			t.Fatal(err)
		}
	}
	return edits
}

// exchange only exchanges the import paths, as somebody without the command would,
// and returns how many compile errors that gives.
func exchange(t *testing.T, folder string, packages ...string) int {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		changed := strings.ReplaceAll(string(source), oldImport, `"github.com/go-metrics-plus/metrics"`)
		return os.WriteFile(path, []byte(changed), 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	repository, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, folder, "go", "mod", "edit", "-require=github.com/go-metrics-plus/metrics@v0.0.0",
		"-replace=github.com/go-metrics-plus/metrics="+repository)
	output, _ := run(t, folder, "go", append([]string{"build", "-mod=mod", "-gcflags=-e"}, packages...)...)
	return len(regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: `).FindAllString(output, -1))
}
