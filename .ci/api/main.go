// Command api writes down what each module exports, one declaration a line, so
// that a change of what users compile against shows in a review.
//
//	go run ./.ci/api          writes api/*.txt
//	go run ./.ci/api -check   fails where they are not what the code says
//
// It lists what the compiler exports on this system: unexported fields are left out,
// and so is what other systems add.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// folder holds the files, one for each module.
const folder = "api"

func main() {
	check := flag.Bool("check", false, "write nothing, and fail if a file is out of date")
	flag.Parse()
	if err := run(".", *check); err != nil {
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	modules, err := publishedModules(root)
	if err != nil {
		return err
	}
	var outdated []error
	for _, module := range modules {
		api, err := moduleAPI(filepath.Join(root, module))
		if err != nil {
			return err
		}
		if len(api) == 0 {
			continue // commands only
		}
		file := filepath.Join(root, folder, fileName(module))
		if !check {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(file, api, 0o644); err != nil {
				return err
			}
			continue
		}
		// A file that is missing is as empty as one that lists nothing.
		written, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if difference := compare(written, api); difference != "" {
			outdated = append(outdated, fmt.Errorf(
				"%s is not what the code exports; run go run ./.ci/api\n%s", file, difference))
		}
	}
	return errors.Join(outdated...)
}

// publishedModules lists the folders with a go.mod file that users can require.
func publishedModules(root string) (modules []string, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && relative != "." && !isPublished(relative):
			return filepath.SkipDir
		case entry.Name() == "go.mod":
			modules = append(modules, filepath.Dir(relative))
		}
		return nil
	})
	return modules, err
}

func isPublished(folder string) bool {
	name := filepath.Base(folder)
	switch name {
	case "examples", "benchmarks", "integration", "testdata", "internal":
		return false
	}
	return !strings.HasPrefix(name, ".")
}

// fileName is the module's folder with dashes, or metrics for the core.
func fileName(module string) string {
	if module == "." {
		return "metrics.txt"
	}
	return strings.ReplaceAll(filepath.ToSlash(module), "/", "-") + ".txt"
}

// compare lists the lines that only one of the two has.
func compare(written, current []byte) string {
	var out strings.Builder
	missingFrom := func(from, lines []byte, mark string) {
		has := make(map[string]bool)
		for line := range bytes.Lines(from) {
			has[string(line)] = true
		}
		for line := range bytes.Lines(lines) {
			if !has[string(line)] {
				out.WriteString(mark + string(line))
			}
		}
	}
	missingFrom(current, written, "- ")
	missingFrom(written, current, "+ ")
	return out.String()
}
