package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const exposition = "# TYPE shop_orders_total counter\nshop_orders_total 1\n"

// runCommand runs the command and returns its exit code and what it wrote.
func runCommand(t *testing.T, stdin string, arguments ...string) (code int, output string) {
	t.Helper()
	var out bytes.Buffer
	code = run(t.Context(), arguments, strings.NewReader(stdin), &out, &out)
	return code, out.String()
}

func TestRun(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, exposition) }))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "metrics.txt")
	if err := os.WriteFile(file, []byte(exposition), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{server.URL, file, "-"} {
		out := filepath.Join(t.TempDir(), "monitoring")
		if code, output := runCommand(t, exposition, "-from", from, "-out", out, "-title", "Shop"); code != 0 {
			t.Errorf("-from %s: code %d, %s", from, code, output)
		}
		for _, name := range []string{"dashboard.json", "recording.yml", "alerts.yml", "rules_test.yml", "README.md"} {
			if text, err := os.ReadFile(filepath.Join(out, name)); err != nil || len(text) == 0 {
				t.Errorf("-from %s: %s has %d bytes, %v", from, name, len(text), err)
			}
		}
	}
}

func TestForce(t *testing.T) {
	out := t.TempDir()
	path := filepath.Join(out, "alerts.yml")
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, output := runCommand(t, exposition, "-from", "-", "-out", out)
	if code != 1 || !strings.Contains(output, path) || !strings.Contains(output, "-force") {
		t.Errorf("code %d, %s", code, output)
	}
	if code, output := runCommand(t, exposition, "-from", "-", "-out", out, "-force"); code != 0 {
		t.Errorf("forced: code %d, %s", code, output)
	}
}

func TestFailures(t *testing.T) {
	for _, test := range []struct {
		arguments string
		code      int
		want      string
	}{
		{"-h", 0, "-from address"},
		{"-out x", 2, "-from is missing"},
		{"-from x", 2, "-out is missing"},
		{"-from x -out y z", 2, "unexpected arguments"},
		{"-nonsense", 2, "not defined"},
		{"-from /nonexistent -out x", 1, "no such file"},
		{"-from - -out x", 1, "there are no metrics"},
		{"-from - -out x -objective 2", 1, "objective 2 is not"},
		{"-from http://127.0.0.1:1/ -out x", 1, "refused"},
	} {
		code, output := runCommand(t, "", strings.Fields(test.arguments)...)
		if code != test.code || !strings.Contains(output, test.want) {
			t.Errorf("%s: code %d, want %d, output %s, want %q", test.arguments, code, test.code, output, test.want)
		}
	}
}
