package main

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the command does into the golden files")

// Each archive in testdata is a program: its files as they are, then below want/
// those that change, and what the command says. The libraries that they use besides
// rcrowley's are in stubs.txt. CORE stands for the folder of this repository.
const (
	wantPrefix = "want/"
	reportName = "report"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(gcPercent)
	os.Exit(m.Run())
}

func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { testArchive(t, path) })
	}
}

func testArchive(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "program")
	extract(t, archive, folder)
	stubs, err := txtar.ParseFile("testdata/stubs.txt")
	if err != nil {
		t.Fatal(err)
	}
	extract(t, stubs, filepath.Dir(folder))
	arguments := strings.Fields(string(archive.Comment))
	before := read(t, folder)

	status, said := migrate(t, folder, append([]string{"-diff"}, arguments...))
	if after := read(t, folder); !equal(before, after) {
		t.Error("-diff changed files")
	}
	if !strings.Contains(said, "+++ b/") {
		t.Error("-diff shows nothing")
	}

	again, report := migrate(t, folder, arguments)
	if again != status {
		t.Errorf("exit status %d with -diff, %d without", status, again)
	}
	after := read(t, folder)
	if *update {
		rewriteArchive(t, path, archive, before, after, report)
		return
	}
	compare(t, archive, before, after, report)
	if status == statusDone {
		vet(t, folder)
	}

	_, said = migrate(t, folder, arguments)
	if !strings.HasPrefix(said, "nothing to rewrite\n") || !equal(after, read(t, folder)) {
		t.Errorf("a second run is not idle:\n%s", said)
	}
}

// sums are the lines that go.sum needs for rcrowley's library.
func sums(t *testing.T) string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/rewrites.txtar")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "go.sum" })
	return string(archive.Files[i].Data)
}

// extract writes the files of a program.
func extract(t *testing.T, archive *txtar.Archive, folder string) {
	t.Helper()
	for _, file := range archive.Files {
		if file.Name == reportName || strings.HasPrefix(file.Name, wantPrefix) {
			continue
		}
		path := filepath.Join(folder, filepath.FromSlash(file.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.ReplaceAll(file.Data, []byte("CORE"), []byte(ownCheckout())), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// migrate runs the command and returns its exit status and what it said.
func migrate(t *testing.T, folder string, arguments []string) (int, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(arguments, folder, &stdout, &stderr)
	if status == statusError {
		t.Fatalf("migrate %v: %s", arguments, stderr.String())
	}
	return status, neutral(stdout.String())
}

func neutral(text string) string { return strings.ReplaceAll(text, ownCheckout(), "CORE") }

// othersIndirect matches what the new modules require, which is not what is tested.
var othersIndirect = regexp.MustCompile(`(?m)^require \(\n(\t.* // indirect\n)+\)\n\n`)

// read returns the files of a program, but for go.sum.
func read(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == "go.sum" {
			return err
		}
		source, err := os.ReadFile(filepath.Join(folder, name))
		files[name] = neutral(string(source))
		if name == "go.mod" {
			files[name] = othersIndirect.ReplaceAllString(files[name], "")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func equal(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name, text := range a {
		if b[name] != text {
			return false
		}
	}
	return true
}

func compare(t *testing.T, archive *txtar.Archive, before, after map[string]string, report string) {
	t.Helper()
	want, wantReport := before, ""
	for _, file := range archive.Files {
		if name, ok := strings.CutPrefix(file.Name, wantPrefix); ok {
			want[name] = string(file.Data)
		}
		if file.Name == reportName {
			wantReport = string(file.Data)
		}
	}
	for name, text := range want {
		if after[name] != text {
			t.Errorf("%s is\n%s\nand should be\n%s", name, after[name], text)
		}
	}
	if report != wantReport {
		t.Errorf("the report is\n%s\nand should be\n%s", report, wantReport)
	}
}

func rewriteArchive(t *testing.T, path string, archive *txtar.Archive, before, after map[string]string, report string) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
		return f.Name == reportName || strings.HasPrefix(f.Name, wantPrefix)
	})
	for _, file := range slices.Clone(archive.Files) {
		if text := after[file.Name]; text != before[file.Name] {
			archive.Files = append(archive.Files, txtar.File{Name: wantPrefix + file.Name, Data: []byte(text)})
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: reportName, Data: []byte(report)})
	if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// vet has the compiler agree that nothing is left to do.
func vet(t *testing.T, folder string) {
	t.Helper()
	command := exec.Command("go", "vet", "./...")
	command.Dir = folder
	command.Env = append(os.Environ(), "GOWORK=off")
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, output)
	}
}
