package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-metrics-plus/metrics/benchmarks"
)

// run runs all groups that were asked for, one after the other.
func (o options) run(groups []benchmarks.Group, results *Results) error {
	for _, group := range groups {
		var wanted []int
		for i, scenario := range group.Scenarios {
			if o.scenarios.MatchString(group.Name + "/" + scenario) {
				wanted = append(wanted, i)
			}
		}
		if len(wanted) == 0 {
			continue
		}
		start := time.Now()
		result, err := o.runGroup(group, wanted)
		if err != nil {
			return fmt.Errorf("%s: %w", group.Name, err)
		}
		fmt.Fprintf(os.Stderr, "%-45s %5.1f s\n", group.Name, time.Since(start).Seconds())
		results.Groups = append(results.Groups, result)
	}
	return nil
}

// runGroup sets all contenders up and has them take turns.
func (o options) runGroup(group benchmarks.Group, wanted []int) (GroupResult, error) {
	result := GroupResult{Name: group.Name, Doc: group.Doc, Unit: group.Unit}
	for _, i := range wanted {
		result.Scenarios = append(result.Scenarios, group.Scenarios[i])
	}
	var workers []*worker
	defer func() {
		for _, w := range workers {
			w.close()
		}
	}()
	for _, contender := range group.Contenders {
		if contender.Peer != group.Contenders[0].Peer && !o.peers.MatchString(contender.String()) {
			continue
		}
		w, err := o.start(group.Name + "|" + contender.String())
		if err != nil {
			return result, err
		}
		workers = append(workers, w)
		row := Row{Peer: contender.Peer, Name: contender.Name, Note: w.hello.Note}
		row.Cells = make([]*Cell, len(wanted))
		result.Rows = append(result.Rows, row)
	}
	rounds, slice := o.turns(group)
	for _, together := range o.companies(group, workers) {
		for column, scenario := range wanted {
			if err := o.takeTurns(together, scenario, rounds, slice, func(i int, replies []reply) {
				row := slices.Index(workers, together[i])
				result.Rows[row].Cells[column] = newCell(replies)
			}); err != nil {
				return result, err
			}
		}
		for _, w := range together {
			w.close()
		}
	}
	result.Rows = slices.DeleteFunc(result.Rows, func(row Row) bool {
		return !slices.ContainsFunc(row.Cells, func(c *Cell) bool { return c != nil })
	})
	return result, nil
}

// companies divides the workers into those that take turns with each other. A world
// of a million series takes gigabytes, so there each has the machine to itself.
func (o options) companies(group benchmarks.Group, workers []*worker) [][]*worker {
	if strings.HasPrefix(group.Name, growth) && o.million {
		return slices.Collect(slices.Chunk(workers, 1))
	}
	return [][]*worker{workers}
}

// method says what turns does.
const method = "Each figure is the median of %d rounds in which all libraries took turns, of %s each; " +
	"of three times as many " +
	"rounds of half as long for single instruments, and of turns four times as long where whole registries are read. " +
	"Memory was measured once, and what goroutines feel under flushes and scrapes three times."

// turns returns how many turns everybody gets, and how long each takes. What takes
// nanoseconds gets more and shorter ones, for the sake of the median; where an
// operation takes milliseconds, several must fit in, with the garbage collections
// that they cause.
func (o options) turns(group benchmarks.Group) (rounds int, slice time.Duration) {
	switch {
	case group.MaxRounds > 0:
		return min(o.rounds, group.MaxRounds), o.slice
	case strings.HasPrefix(group.Name, "expose") || strings.HasPrefix(group.Name, growth):
		return o.rounds, 4 * o.slice
	}
	return 3 * o.rounds, o.slice / 2
}

func (o options) takeTurns(
	workers []*worker, scenario, rounds int, slice time.Duration, done func(row int, replies []reply),
) error {
	replies := make([][]reply, len(workers))
	for range rounds {
		for i, w := range workers {
			if !w.hello.Offered[scenario] {
				continue
			}
			answer, err := w.slice(order{scenario, slice})
			if err != nil {
				return err
			}
			replies[i] = append(replies[i], answer)
		}
	}
	for i := range workers {
		if len(replies[i]) > 0 {
			done(i, replies[i])
		}
	}
	return nil
}

// newCell takes medians.
func newCell(replies []reply) *Cell {
	var figures, allocs []float64
	for _, r := range replies {
		figures, allocs = append(figures, r.Figure), append(allocs, r.Allocs)
	}
	return &Cell{
		Median: median(figures), Lowest: slices.Min(figures), Highest: slices.Max(figures),
		Rounds: figures, Allocs: median(allocs),
	}
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
