package dashboards

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What was generated is overwritten, what was changed is not, and then nothing is.
func TestWriteFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a", "monitoring")
	first := generate(t, fromText(t, "shop_a 1\nshop_b 1\n"), Config{})
	second := generate(t, fromText(t, "shop_a 1\nshop_c 1\n"), Config{})
	for _, m := range []*Monitoring{first, first, second} {
		if err := m.WriteFiles(folder, false); err != nil {
			t.Fatal(err)
		}
		for name, text := range m.files() {
			if readFile(t, filepath.Join(folder, name)) != string(text) {
				t.Errorf("%s is not what was generated", name)
			}
		}
	}

	changed := []string{filepath.Join(folder, alertsName), filepath.Join(folder, dashboardName)}
	for _, path := range changed {
		writeFile(t, path, "mine")
	}
	var refused *ChangedError
	if err := first.WriteFiles(folder, false); !errors.As(err, &refused) || !slices.Equal(refused.Files, changed) {
		t.Fatalf("changed files: %v", err)
	}
	if readFile(t, changed[0]) != "mine" || readFile(t, filepath.Join(folder, recordingName)) != string(second.recording) {
		t.Error("something was overwritten all the same")
	}

	writeFile(t, changed[0], string(first.alerts)) // as it would be now is fine
	writeFile(t, changed[1], string(first.dashboard))
	if err := first.WriteFiles(folder, false); err != nil {
		t.Error(err)
	}
	writeFile(t, changed[0], "mine")
	if err := second.WriteFiles(folder, true); err != nil || readFile(t, changed[0]) != string(second.alerts) {
		t.Errorf("forced: %v", err)
	}
}

// Files that were there before, and come from elsewhere, are somebody's.
func TestForeignFiles(t *testing.T) {
	folder := t.TempDir()
	readme := filepath.Join(folder, readmeName)
	writeFile(t, readme, "the project's")
	m := generate(t, fromText(t, "x 1\n"), Config{})
	var refused *ChangedError
	if err := m.WriteFiles(folder, false); !errors.As(err, &refused) || !slices.Equal(refused.Files, []string{readme}) {
		t.Errorf("a README of somebody else: %v", err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("%d files, want the one that was there", len(entries))
	}
}

func TestWriteFilesFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	writeFile(t, path, "")
	if err := generate(t, fromText(t, "x 1\n"), Config{}).WriteFiles(path, true); err == nil {
		t.Error("a file is no folder")
	}
}
