// Package hashicorp holds the sink's rules against the sources of the libraries that
// they are for. The program beside it, members, is a serf cluster for the integration
// tests.
package hashicorp

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/hashicorp"
)

// libraries are where the sources are; raft is what the example requires.
var libraries = []struct {
	name, module string
	folder       string // of the module that requires it
	modfile      string
	packages     []string
	keys         int // how many there must be at least, so that nothing is overlooked
}{
	{"raft 1.8", "github.com/hashicorp/raft", "../../examples/raft", "go.mod", []string{"."}, 50},
	{"raft 1.7", "github.com/hashicorp/raft", "../../examples/raft", "testdata/raft17.mod", []string{"."}, 50},
	{"memberlist", "github.com/hashicorp/memberlist", ".", "go.mod", []string{"."}, 17},
	{"serf", "github.com/hashicorp/serf", ".", "go.mod", []string{"serf", "coordinate", "cmd/serf/command/agent"}, 18},
}

// elsewhere are the keys that the libraries put together before they report.
var elsewhere = map[string][]string{
	"raft 1.8": {"raft.leader.oldestLogAge", "raft.thread.{}.saturation"},
	"raft 1.7": {"raft.leader.oldestLogAge", "raft.thread.{}.saturation", "raft.rpc.requestPreVote"}, // as of 1.8
	"serf":     {"serf.member.left", "serf.member.failed"},
}

// TestRulesAgainstSources: each key in the sources has a rule, and each rule a key.
func TestRulesAgainstSources(t *testing.T) {
	unused := map[string]bool{}
	rules := map[string]bool{}
	for _, rule := range hashicorp.Rules() {
		match := capture.ReplaceAllString(rule.Match, "{}")
		rules[match], unused[match] = true, true
	}
	for _, library := range libraries {
		folder := folderOf(t, library.folder, library.modfile, library.module)
		keys := slices.Clone(elsewhere[library.name])
		for _, name := range library.packages {
			keys = append(keys, keysIn(t, filepath.Join(folder, name))...)
		}
		slices.Sort(keys)
		keys = slices.Compact(keys)
		if len(keys) < library.keys {
			t.Errorf("%s has %d keys, want %d at least: %q", library.name, len(keys), library.keys, keys)
		}
		for _, key := range keys {
			if key == "serf.member.{}" {
				continue // its values are among elsewhere
			}
			if !rules[key] {
				t.Errorf("%s reports %s, for which there is no rule", library.name, key)
			}
			delete(unused, key)
		}
	}
	for match := range maps.Keys(unused) {
		if !strings.HasPrefix(match, "runtime.") { // of go-metrics itself
			t.Errorf("nothing reports %s", match)
		}
	}
}

var capture = regexp.MustCompile(`\{\w+\}`)

func folderOf(t *testing.T, folder, modfile, module string) string {
	t.Helper()
	command := exec.Command("go", "mod", "download", "-modfile="+modfile)
	command.Dir = folder
	command.Env = append(command.Environ(), "GOWORK=off")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v in %s: %v\n%s", command.Args, folder, err, output)
	}
	command = exec.Command("go", "list", "-m", "-modfile="+modfile, "-f", "{{.Dir}}", module)
	command.Dir = folder
	command.Env = append(command.Environ(), "GOWORK=off")
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v in %s: %v", command.Args, folder, err)
	}
	return strings.TrimSpace(string(output))
}

var reports = regexp.MustCompile(`^(IncrCounter|SetGauge|SetPrecisionGauge|AddSample|MeasureSince|EmitKey)(WithLabels)?$`)

// keysIn lists the keys that a package reports to go-metrics, with {} for what is no
// constant.
func keysIn(t *testing.T, folder string) (keys []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s: %v", folder, err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if key := keyOf(call); key != "" {
					keys = append(keys, key)
				}
			}
			return true
		})
	}
	return keys
}

// keyOf returns the key of a call that reports one as a literal, or "".
func keyOf(call *ast.CallExpr) string {
	function, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || !reports.MatchString(function.Sel.Name) {
		return ""
	}
	if from, ok := function.X.(*ast.Ident); !ok || from.Name != "metrics" {
		return ""
	}
	literal, ok := call.Args[0].(*ast.CompositeLit)
	if !ok {
		return ""
	}
	var parts []string
	for _, element := range literal.Elts {
		part := "{}"
		if basic, ok := element.(*ast.BasicLit); ok {
			part, _ = strconv.Unquote(basic.Value)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ".")
}
