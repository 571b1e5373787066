// Command compare runs the scenarios of this module for all libraries and writes
// what came out to RESULTS.md and results.json.
//
//	go run ./compare                                        everything, in some minutes
//	go run ./compare -million                               also with a million series
//	go run ./compare -scenarios 'record.*/all' -peers VictoriaMetrics     to the terminal
//	go run ./compare -readme ../README.md                   copy the table to README.md
//	go run ./compare -readme ../README.md -check            fail if it is not that of the results
//
// Each library runs in a process of its own for each group of scenarios, so that
// nobody's garbage collector has to walk through somebody else's heap. All of a
// group's processes are ready at once and run in turn, a slice of time each, over
// several rounds, while the others wait: what disturbs the machine for a while
// then disturbs all of them. A slice is a loop of as many operations as fill it,
// found out before the first round. The figure is the median of the rounds.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/go-metrics-plus/metrics/benchmarks"
)

// options are the command line.
type options struct {
	scenarios, peers *regexp.Regexp
	rounds           int
	slice            time.Duration
	million          bool
	folder           string
	readme           string
	check            bool
	worker           string
}

func main() {
	o, err := parse(os.Args[1:])
	if err == nil {
		err = o.do()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func parse(args []string) (o options, err error) {
	var scenarios, peers string
	flags := flag.NewFlagSet("compare", flag.ExitOnError)
	flags.StringVar(&scenarios, "scenarios", "", "run only what matches this regular expression, as \"group/scenario\"")
	flags.StringVar(&peers, "peers", "", "run only contenders that match this regular expression, and ours")
	flags.IntVar(&o.rounds, "rounds", 5, "how often each takes its turn; three times as often for single instruments")
	flags.DurationVar(&o.slice, "benchtime", 30*time.Millisecond,
		"how long a turn takes; half as long for single instruments, four times as long for whole registries")
	flags.BoolVar(&o.million, "million", false, "let worlds grow to a million series, which takes gigabytes")
	flags.StringVar(&o.folder, "o", "",
		"folder for RESULTS.md and results.json; this one for a run of everything, else none")
	flags.StringVar(&o.readme, "readme", "", "rewrite the table in this file from results.json, and run nothing")
	flags.BoolVar(&o.check, "check", false, "with -readme: fail if the table, or RESULTS.md, is not that of results.json")
	flags.StringVar(&o.worker, "worker", "", "used by compare itself")
	flags.Parse(args)
	if flags.NArg() > 0 {
		return o, fmt.Errorf("what is %q? there are only flags", flags.Args())
	}
	if o.folder == "" && (scenarios == "" && peers == "" || o.readme != "") {
		o.folder = "."
	}
	if o.scenarios, err = regexp.Compile(scenarios); err != nil {
		return o, err
	}
	o.peers, err = regexp.Compile(peers)
	return o, err
}

func (o options) do() error {
	groups := benchmarks.Groups(benchmarks.Peers(), o.size())
	switch {
	case o.worker != "":
		return work(groups, o.worker, os.Stdin, os.Stdout)
	case o.readme != "" && o.check:
		return checkReadme(o.folder, o.readme)
	case o.readme != "":
		return writeReadme(o.folder, o.readme)
	case o.check:
		return fmt.Errorf("-check needs -readme")
	}
	results := newResults(o)
	start := time.Now()
	if err := o.run(groups, results); err != nil {
		return err
	}
	results.Took = time.Since(start).Round(time.Second).String()
	if o.folder == "" {
		fmt.Print(results.markdown())
		return nil
	}
	return results.save(o.folder)
}

func (o options) size() benchmarks.Size {
	size := benchmarks.FullSize()
	if o.million {
		size.Growth = append(size.Growth, 1_000_000)
		size.Crowds = append(size.Crowds, 1_000_000)
	}
	return size
}
