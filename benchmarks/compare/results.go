package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-metrics-plus/metrics/benchmarks"
)

// Results are what results.json holds; everything else is made from them.
type Results struct {
	Environment
	Command string
	Date    string
	Took    string
	Method  string // how rounds and turns were arranged
	Groups  []GroupResult
}

// GroupResult is the result of a group of scenarios.
type GroupResult struct {
	Name      string
	Doc       string
	Unit      benchmarks.Unit
	Scenarios []string
	Rows      []Row
}

// Row is one contender of a group.
type Row struct {
	Peer, Name string
	Note       string  `json:",omitempty"`
	Cells      []*Cell // by scenario; null for what it has not got
}

// Cell is what one contender needed for one scenario.
type Cell struct {
	Median, Lowest, Highest float64
	Rounds                  []float64 `json:",omitempty"` // in their order
	Allocs                  float64   // per operation
}

func newResults(o options) *Results {
	return &Results{
		Environment: environment(),
		Command:     command(os.Args[1:]),
		Date:        time.Now().UTC().Format(time.DateOnly),
		Method:      fmt.Sprintf(method, o.rounds, o.slice),
	}
}

// The files, in one folder.
const (
	resultsFile  = "results.json"
	markdownFile = "RESULTS.md"
)

func (r *Results) save(folder string) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, resultsFile), append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, markdownFile), []byte(r.markdown()), 0o644)
}

func load(folder string) (*Results, error) {
	text, err := os.ReadFile(filepath.Join(folder, resultsFile))
	if err != nil {
		return nil, err
	}
	r := &Results{}
	return r, json.Unmarshal(text, r)
}

// cell finds a result by the names of its group, its contender and its scenario;
// nil if it was not measured.
func (r *Results) cell(group, contender, scenario string) *Cell {
	for _, g := range r.Groups {
		column := slices.Index(g.Scenarios, scenario)
		if g.Name != group || column < 0 {
			continue
		}
		for _, row := range g.Rows {
			if row.contender() == contender {
				return row.Cells[column]
			}
		}
	}
	return nil
}

func (r Row) contender() string { return benchmarks.Contender{Peer: r.Peer, Name: r.Name}.String() }
