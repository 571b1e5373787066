package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/benchmarks"
)

// sampleResults are made up.
func sampleResults() *Results {
	cell := func(median, allocs float64) *Cell {
		return &Cell{Median: median, Lowest: median, Highest: median, Allocs: allocs}
	}
	return &Results{
		Environment: Environment{Processor: "Some CPU", Cores: 4, System: "linux/amd64", Go: "go1.26", Modules: []Module{{"example.org/m", "v1.2.3"}}},
		Command:     "go run ./compare", Date: "2026-01-02", Took: "5m0s", Method: "Somehow.",
		Groups: []GroupResult{
			{Name: counters, Doc: "Counting.", Unit: benchmarks.Nanoseconds, Scenarios: []string{oneGoroutine, everyCore}, Rows: []Row{
				{Peer: "go-metrics-plus", Name: "Counter", Cells: []*Cell{cell(5, 0), cell(20, 0)}},
				{Peer: "client_golang", Name: "Counter", Cells: []*Cell{cell(6, 0), cell(10, 2)}},
			}},
			{Name: gauges, Doc: "Exposing.", Unit: benchmarks.Nanoseconds, Scenarios: []string{updated, "text"}, Rows: []Row{
				{Peer: "go-metrics-plus", Name: "registered", Note: "35000 samples, 2.5 MB", Cells: []*Cell{cell(8e6, 99), cell(6e7, 0)}},
				{Peer: "client_golang", Name: "as many gauges", Note: "35000 samples", Cells: []*Cell{nil, cell(9e7, 0)}},
			}},
		},
	}
}

func TestMarkdown(t *testing.T) {
	text := sampleResults().markdown()
	for _, want := range []string{
		"`go run ./compare` in this folder, 2026-01-02, took 5m0s",
		"Some CPU, 4 cores, linux/amd64, go1.26.",
		"- example.org/m v1.2.3",
		"\nSomehow. Every library ran in a process of its own.",
		"## Record: counters\n\nCounting.\n\n| | 1 goroutine | all cores |\n|---|---:|---:|\n",
		"| go-metrics-plus Counter | 5.00 ns | 20.0 ns |\n",
		"| client_golang Counter | 6.00 ns (1.20×) | 10.0 ns (0.50×), 2 allocs |\n",
		"| go-metrics-plus registered | 35000 samples, 2.5 MB | 8.00 ms, 99 allocs | 60.0 ms |\n",
		"| client_golang as many gauges | 35000 samples | — | 90.0 ms (1.50×) |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestBudgets(t *testing.T) {
	var text strings.Builder
	sampleResults().writeBudgets(&text)
	for _, want := range []string{
		"| increase a counter | ≤ 1.1 × client_golang's on one goroutine; ≤ 0.4 × on all cores | 1 goroutine 0.83×; all cores **2.00×** | **no** |",
		"| flush 35,000 gauges, all just updated | ≤ 1/15 × rcrowley with its reporter; ≤ 100 allocations, with bucketed samples too | rcrowley not measured; 99 allocs; bucketed not measured | not measured |",
		"| gather and encode 35,000 gauges through a Prometheus registry | ≤ 0.7 × client_golang with as many gauges of the same names | text 0.67× | yes |",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}

// TestUnsure: rounds that were on both sides of a limit are told.
func TestUnsure(t *testing.T) {
	r := sampleResults()
	for i, rounds := range [][]float64{{5, 6, 9}, {6, 5, 6}} {
		r.Groups[0].Rows[i].Cells[0].Rounds = rounds
	}
	var text strings.Builder
	r.writeBudgets(&text)
	if want := "| 1 goroutine 0.83× (0.83× to 1.50×); all cores"; !strings.Contains(text.String(), want) {
		t.Errorf("no %q in\n%s", want, text.String())
	}
}

// TestBudgetNames checks that budgets and headlines are about what there is: a
// renamed contender would show as not measured, for ever.
func TestBudgetNames(t *testing.T) {
	r := &Results{}
	for _, group := range benchmarks.Groups(benchmarks.Peers(), benchmarks.FullSize()) {
		g := GroupResult{Name: group.Name, Unit: group.Unit, Scenarios: group.Scenarios}
		for _, contender := range group.Contenders {
			row := Row{Peer: contender.Peer, Name: contender.Name, Note: "10 samples"}
			for range group.Scenarios {
				row.Cells = append(row.Cells, &Cell{Median: 1})
			}
			g.Rows = append(g.Rows, row)
		}
		r.Groups = append(r.Groups, g)
	}
	for _, b := range budgets {
		for _, p := range b.parts(r) {
			if !p.ok {
				t.Errorf("%s: %s", b.work, p)
			}
		}
	}
	for _, h := range headlines {
		if cells, _ := r.line(h, r.peers()); cells[0] == nil {
			t.Errorf("%s: nothing of ours", h.title)
		}
		for _, contender := range h.only {
			if r.cell(h.group, contender, h.scenario) == nil {
				t.Errorf("%s: there is no %s", h.title, contender)
			}
		}
	}
}

func TestReadme(t *testing.T) {
	folder := t.TempDir()
	readme := filepath.Join(folder, "README.md")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(readme, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := sampleResults().save(folder); err != nil {
		t.Fatal(err)
	}
	write("no table")
	if err := checkReadme(folder, readme); err == nil {
		t.Error("a README.md without a table passes")
	}
	write("before\n" + startMark + "\nold\n" + endMark + "\nafter\n")
	if err := checkReadme(folder, readme); err == nil {
		t.Error("an old table passes")
	}
	if err := writeReadme(folder, readme); err != nil {
		t.Fatal(err)
	}
	if err := checkReadme(folder, readme); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"before\n" + startMark + "\n| | go-metrics-plus | client_golang |\n|---|---:|---:|\n",
		"| increase a counter | **5.00 ns** | 6.00 ns |\n| … on all cores | 20.0 ns | **10.0 ns** |\n",
		"\n" + endMark + "\nafter\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, markdownFile), []byte("edited"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := checkReadme(folder, readme); err == nil {
		t.Error("an edited RESULTS.md passes")
	}
}

func TestWorker(t *testing.T) {
	groups := benchmarks.Groups(benchmarks.Peers(), benchmarks.SmallSize())
	var orders, replies bytes.Buffer
	for scenario := range 2 {
		if err := json.NewEncoder(&orders).Encode(order{scenario, time.Millisecond}); err != nil {
			t.Fatal(err)
		}
	}
	name := groups[0].Name + "|" + groups[0].Contenders[0].String()
	if err := work(groups, name, &orders, &replies); err != nil {
		t.Fatal(err)
	}
	var greeting hello
	var first, second reply
	in := json.NewDecoder(&replies)
	for _, into := range []any{&greeting, &first, &second} {
		if err := in.Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	if len(greeting.Offered) != len(groups[0].Scenarios) || first.Figure <= 0 || second.Figure <= 0 {
		t.Errorf("got %+v, %+v, %+v", greeting, first, second)
	}
	if err := work(groups, "nobody", &orders, &replies); err == nil {
		t.Error("a contender that is not there works")
	}
}

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{{[]float64{3}, 3}, {[]float64{5, 1}, 3}, {[]float64{9, 1, 5}, 5}} {
		if got := median(test.values); got != test.want {
			t.Errorf("median of %v is %v, want %v", test.values, got, test.want)
		}
	}
}

// Worlds of a million series don't fit into memory together.
func TestCompanies(t *testing.T) {
	workers := []*worker{{name: "a"}, {name: "b"}}
	for _, test := range []struct {
		group   string
		million bool
		want    int
	}{{growth, true, 2}, {growth, false, 1}, {"memory", true, 1}} {
		o := options{million: test.million}
		if got := o.companies(benchmarks.Group{Name: test.group}, workers); len(got) != test.want {
			t.Errorf("%s, million %v: %d companies, want %d", test.group, test.million, len(got), test.want)
		}
	}
}
