package harness

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// noDiscovery is the build tag that leaves out Prometheus's service discovery,
// which the tests have no use for and which takes modules by the hundred.
const noDiscovery = "remove_all_sd"

// buildExample builds a program of the folder examples, which may be a module of its
// own, and returns its path.
func buildExample(t testing.TB, name string) string {
	t.Helper()
	return buildProgram(t, filepath.Join("..", "examples", name), name, ".")
}

// buildProgram builds a program of this repository, with the race detector if the test
// has it, in a folder given from that of the integration module.
func buildProgram(t testing.TB, folder, name string, arguments ...string) string {
	t.Helper()
	program := name
	if RaceDetector {
		program, arguments = name+"-race", append([]string{"-race"}, arguments...)
	}
	output, err := build(filepath.Join(moduleFolder(t), folder), program, arguments...)
	if err != nil {
		t.Fatalf("building %s: %v\n%s", name, err, output)
	}
	return output
}

// BuildProgram builds a program of the integration module from its package and
// returns its path.
func BuildProgram(t testing.TB, name, pkg string, flags ...string) string {
	t.Helper()
	return buildProgram(t, ".", name, append(flags, pkg)...)
}

// buildTool builds a tool of the module in integration/prometheus.
func buildTool(t testing.TB, name string) string {
	t.Helper()
	return buildPinned(t, "prometheus", name, "-tags", noDiscovery, "github.com/prometheus/prometheus/cmd/"+name)
}

// buildPinned builds a tool of the module in that folder of integration.
func buildPinned(t testing.TB, module, name string, arguments ...string) string {
	t.Helper()
	output, err := build(filepath.Join(moduleFolder(t), module), name, arguments...)
	if err != nil {
		missing(t, "%s can't be built: %v\n%s", name, err, output)
	}
	return output
}

// missing skips the test for want of a program, or fails it where everything is
// expected to be there.
func missing(t testing.TB, format string, arguments ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, arguments...)
	}
	t.Skipf(format, arguments...)
}

// building serialises builds, since two of one program would write the same file.
var building sync.Mutex

// build builds a program into the cache folder of this module and returns its
// path, or what the compiler said with the error. Go leaves a program alone that
// is up to date, so that only the first call takes its time.
func build(folder, name string, arguments ...string) (string, error) {
	building.Lock()
	defer building.Unlock()
	module, err := findModule()
	if err != nil {
		return "", err
	}
	path := filepath.Join(module, ".cache", name)
	command := exec.Command("go", append([]string{"build", "-o", path}, arguments...)...)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOWORK=off") // each module stands alone
	if output, err := command.CombinedOutput(); err != nil {
		return string(output), err
	}
	return path, nil
}

// moduleFolder returns the folder of the integration module.
func moduleFolder(t testing.TB) string {
	t.Helper()
	folder, err := findModule()
	if err != nil {
		t.Fatalf("looking for the module's folder: %v", err)
	}
	return folder
}

var findModule = sync.OnceValues(func() (string, error) {
	output, err := exec.Command("go", "env", "GOMOD").Output()
	return filepath.Dir(strings.TrimSpace(string(output))), err
})
