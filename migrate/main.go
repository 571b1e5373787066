// Migrate rewrites a program that uses rcrowley/go-metrics, or go-metrics-plus as
// it was, so that it uses github.com/go-metrics-plus/metrics.
//
//	migrate [flags] packages
//
// Packages are given as to go build, most often ./... . What it can't rewrite it
// lists, with the paragraph of the documentation that helps. It changes Go files
// and go.mod, never vendored code, and a second run changes nothing.
//
// The exit status is 0 if all is done, 1 if something is left to do by hand, and 2
// if nothing was done because of an error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

func main() {
	debug.SetGCPercent(gcPercent)
	os.Exit(run(os.Args[1:], ".", os.Stdout, os.Stderr))
}

// gcPercent trades memory for time: nearly all that is loaded lives to the end.
const gcPercent = 400

// The exit statuses.
const (
	statusDone = iota
	statusLeft
	statusError
)

// options are what the command line says.
type options struct {
	folder   string
	patterns []string
	tags     []string
	checkout string
	diff     bool
	verbose  bool
}

func run(arguments []string, folder string, stdout, stderr io.Writer) int {
	o, err := parse(arguments, folder, stdout, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return statusDone
	}
	if err != nil {
		return statusError
	}
	m := &migration{options: o}
	if err := m.run(); err != nil {
		fmt.Fprintln(stderr, "migrate:", err)
		return statusError
	}
	m.print(stdout)
	if len(m.left) > 0 {
		return statusLeft
	}
	return statusDone
}

const usage = `usage: migrate [flags] packages

Migrate rewrites a program that uses rcrowley/go-metrics, or go-metrics-plus as it
was, so that it uses github.com/go-metrics-plus/metrics. Packages are given as to
go build, most often ./... ; name all of the module that use the older library.

`

const statuses = `
exit status: 0 all is done, 1 something is left to do by hand, 2 an error, and
nothing was changed
`

func parse(arguments []string, folder string, stdout, stderr io.Writer) (options, error) {
	o := options{folder: folder}
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {}
	flags.BoolVar(&o.diff, "diff", false, "show what would change, and change nothing")
	flags.BoolVar(&o.verbose, "v", false, "list each edit")
	tags := flags.String("tags", "", "build tags that are always set, separated by commas")
	flags.StringVar(&o.checkout, "checkout", ownCheckout(),
		"use the new modules from this `folder`, unless go.mod or go.work say otherwise;\n"+
			"empty means the published ones")
	err := flags.Parse(arguments)
	if err == nil && flags.NArg() == 0 {
		err = errors.New("no packages")
		fmt.Fprint(stderr, "migrate: no packages given; try migrate ./... or migrate -h\n")
	}
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, usage)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		fmt.Fprint(stdout, statuses)
	}
	if *tags != "" {
		o.tags = strings.Split(*tags, ",")
	}
	o.patterns = flags.Args()
	return o, err
}

// ownCheckout returns the repository that the command was built from, if it lies in
// a folder where somebody works, and not in the module cache.
func ownCheckout() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) || strings.Contains(file, "@") {
		return ""
	}
	folder := filepath.Dir(filepath.Dir(file))
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err != nil {
		return ""
	}
	return folder
}
