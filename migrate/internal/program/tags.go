package program

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"
)

// maxTags bounds the search for tags that include a file: 2^maxTags are tried.
const maxTags = 6

// systems are tried in this order, after the one that the program is loaded for.
var systems = []string{
	"linux/amd64", "darwin/arm64", "windows/amd64", "freebsd/amd64", "openbsd/amd64", "netbsd/amd64",
	"dragonfly/amd64", "solaris/amd64", "illumos/amd64", "android/arm64", "ios/arm64", "aix/ppc64",
	"plan9/amd64", "js/wasm", "wasip1/wasm",
	"linux/arm64", "linux/386", "linux/arm", "linux/ppc64le", "linux/s390x", "linux/riscv64", "linux/loong64",
	"linux/mips", "linux/mipsle", "linux/mips64", "linux/mips64le", "darwin/amd64", "windows/386", "windows/arm64",
}

// Including returns a configuration that includes a file, as near to base as
// there is one: the same system with more tags before another system.
func Including(base Configuration, path string) (Configuration, error) {
	tags, err := customTags(path)
	if err != nil {
		return Configuration{}, err
	}
	for _, system := range append([]string{base.GOOS + "/" + base.GOARCH}, systems...) {
		goos, goarch, _ := strings.Cut(system, "/")
		for _, added := range subsets(tags) {
			for _, cgo := range []bool{base.Cgo && goos == base.GOOS, false, true} {
				c := Configuration{GOOS: goos, GOARCH: goarch, Cgo: cgo, Tags: merge(base.Tags, added)}
				if c.Includes(path) {
					return c, nil
				}
			}
		}
	}
	return Configuration{}, fmt.Errorf("no system and tags include it")
}

// Includes reports whether a file belongs to builds of the configuration.
func (c Configuration) Includes(path string) bool {
	context := build.Default
	context.GOOS, context.GOARCH, context.CgoEnabled, context.BuildTags = c.GOOS, c.GOARCH, c.Cgo, c.Tags
	ok, err := context.MatchFile(filepath.Dir(path), filepath.Base(path))
	return err == nil && ok
}

// customTags returns the tags of a file's constraints that neither the system nor
// the version of Go sets.
func customTags(path string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var tags []string
	for _, line := range constraintLines(file) {
		expression, err := constraint.Parse(line)
		if err != nil {
			return nil, err
		}
		expression.Eval(func(tag string) bool { tags = append(tags, tag); return true })
		expression.Eval(func(tag string) bool { tags = append(tags, tag); return false })
	}
	slices.Sort(tags)
	tags = slices.DeleteFunc(slices.Compact(tags), isSystemTag)
	if len(tags) > maxTags {
		return nil, fmt.Errorf("its build constraint has more than %d tags", maxTags)
	}
	return tags, nil
}

func constraintLines(file *ast.File) []string {
	var lines []string
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, comment := range group.List {
			if constraint.IsGoBuild(comment.Text) {
				return []string{comment.Text}
			}
			if constraint.IsPlusBuild(comment.Text) {
				lines = append(lines, comment.Text)
			}
		}
	}
	return lines
}

func isSystemTag(tag string) bool {
	if tag == "unix" || tag == "cgo" || tag == "gc" || tag == "gccgo" || strings.HasPrefix(tag, "go1.") {
		return true
	}
	return slices.ContainsFunc(systems, func(system string) bool {
		goos, goarch, _ := strings.Cut(system, "/")
		return tag == goos || tag == goarch
	})
}

// subsets returns all subsets of the tags, small ones first.
func subsets(tags []string) [][]string {
	all := make([][]string, 0, 1<<len(tags))
	for size := range len(tags) + 1 {
		for set := range uint(1) << len(tags) {
			if bits.OnesCount(set) != size {
				continue
			}
			var subset []string
			for i, tag := range tags {
				if set&(1<<i) != 0 {
					subset = append(subset, tag)
				}
			}
			all = append(all, subset)
		}
	}
	return all
}

func merge(a, b []string) []string {
	both := slices.Concat(a, b)
	slices.Sort(both)
	return slices.Compact(both)
}
