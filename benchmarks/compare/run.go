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
	rounds := o.rounds
	if group.MaxRounds > 0 {
		rounds = min(rounds, group.MaxRounds)
	}
	for column, scenario := range wanted {
		if err := o.takeTurns(workers, scenario, rounds, sliceFor(group, o.slice), func(row int, replies []reply) {
			result.Rows[row].Cells[column] = newCell(replies)
		}); err != nil {
			return result, err
		}
	}
	return result, nil
}

// sliceFor gives more time to operations that take milliseconds: several must fit
// in, with the garbage collections that they cause.
func sliceFor(group benchmarks.Group, slice time.Duration) time.Duration {
	if strings.HasPrefix(group.Name, "expose") || group.Name == "growth" {
		return 4 * slice
	}
	return slice
}

func (o options) takeTurns(workers []*worker, scenario, rounds int, slice time.Duration, done func(row int, replies []reply)) error {
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
	slices.Sort(figures)
	return &Cell{Median: median(figures), Lowest: figures[0], Highest: figures[len(figures)-1], Allocs: median(allocs)}
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
