// Package examples tests that what README and pages show as Go is Go, and that their
// programs run.
package examples

import (
	"fmt"
	"go/format"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// snippets returns the Go in a page.
func snippets(t *testing.T, path string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range goBlock.FindAllSubmatch(text, -1) {
		all = append(all, string(block[1]))
	}
	return all
}

// Everything that is shown as Go is formatted Go, whole programs and fragments.
func TestSnippets(t *testing.T) {
	pages, _ := filepath.Glob("../docs/*.md")
	count := 0
	for _, page := range append(pages, "../README.md") {
		for _, snippet := range snippets(t, page) {
			count++
			formatted, err := format.Source([]byte(snippet))
			if err != nil {
				t.Errorf("%s: %v in\n%s", page, err, snippet)
			} else if string(formatted) != snippet {
				t.Errorf("%s: not formatted:\n%s", page, snippet)
			}
		}
	}
	if count < 5 {
		t.Errorf("found %d snippets", count)
	}
}

// The README's programs are built as they stand, but for the port, and do what the
// text says.
func TestReadmePrograms(t *testing.T) {
	var programs []string
	for _, snippet := range snippets(t, "../README.md") {
		if strings.HasPrefix(snippet, "package main") {
			programs = append(programs, snippet)
		}
	}
	if len(programs) != 2 {
		t.Fatalf("README has %d programs, want 2", len(programs))
	}
	t.Run("recommended", func(t *testing.T) {
		url := start(t, programs[0])
		get(t, url+"/items/7", "item 7\n")
		response, err := http.Post(url+"/orders", "", nil)
		if err != nil || response.StatusCode != http.StatusCreated {
			t.Fatalf("%v, %v", response, err)
		}
		response.Body.Close()
		metrics := get(t, url+"/metrics", "")
		if problems, err := promlint.New(strings.NewReader(metrics)).Lint(); err != nil || len(problems) > 0 {
			t.Errorf("the linter of promtool says %v, %v", problems, err)
		}
		for _, line := range shownLines(t) {
			series := line[:strings.LastIndexByte(line, ' ')+1]
			if !strings.Contains(metrics, "\n"+series) {
				t.Errorf("README shows %s, the program doesn't", series)
			}
		}
	})
	t.Run("smallest", func(t *testing.T) {
		url := start(t, programs[1])
		get(t, url+"/hello", "hello\n")
		const want = "\nshop_web_requests_count{path=\"/hello\"} 1\n"
		within(t, "the first flush", func() error {
			if metrics := get(t, url+"/metrics", ""); !strings.Contains(metrics, want) {
				return fmt.Errorf("no %q in\n%s", want, metrics)
			}
			return nil
		})
	})
}

// shownLines returns the series that the README shows of the recommended program.
func shownLines(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "/metrics>:\n\n```\n")
	block, _, _ := strings.Cut(rest, "\n```")
	lines := strings.Split(block, "\n")
	if len(lines) != 10 {
		t.Fatalf("README shows %d lines, want 10", len(lines))
	}
	return lines
}

// start builds a program, runs it on a free port until the test ends, and returns its
// address.
func start(t *testing.T, program string) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	program = strings.NewReplacer(`"localhost:8080"`, `"`+address+`"`, `":8080"`, `"`+address+`"`).Replace(program)
	if !strings.Contains(program, address) {
		t.Fatal("the program has no port 8080")
	}
	folder := t.TempDir()
	source, binary := filepath.Join(folder, "main.go"), filepath.Join(folder, "program")
	if err := os.WriteFile(source, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("go", "build", "-o", binary, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	command := exec.Command(binary)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	within(t, "the program to listen", func() error {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			connection.Close()
		}
		return err
	})
	return "http://" + address
}

// get returns the body, which must be as wanted unless that is empty.
func get(t *testing.T, url, want string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || want != "" && string(body) != want {
		t.Fatalf("%s: %s, %v, %q", url, response.Status, err, body)
	}
	return string(body)
}

// within tries until there is no error, for half a minute.
func within(t *testing.T, what string, try func() error) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waiting for %s: %v", what, err)
		}
	}
}
