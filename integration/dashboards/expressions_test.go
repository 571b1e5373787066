package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/dashboards"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

// expression is what a panel asks, with the dashboard's variables filled in.
type expression struct{ panel, promql string }

// grafanaDashboard is what the tests read of a dashboard.
type grafanaDashboard struct {
	Panels     []grafanaPanel
	Templating struct{ List []struct{ Name string } }
}

type grafanaPanel struct {
	Title   string
	Type    string
	Targets []struct{ Expr string }
	Panels  []grafanaPanel // of a closed row
}

// expressions fills the variables in as Grafana does with everything chosen: the job,
// every instance and every label, and a range of a few scrapes for rates.
func expressions(t *testing.T, m *dashboards.Monitoring, job string) (all []expression) {
	t.Helper()
	var text bytes.Buffer
	if err := m.WriteDashboard(&text); err != nil {
		t.Fatal(err)
	}
	var d grafanaDashboard
	if err := json.Unmarshal(text.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	values := []string{"$__rate_interval", "10s", "$job", job}
	var names []string
	for _, variable := range d.Templating.List {
		if variable.Name != "job" {
			names = append(names, "$"+variable.Name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // no name is the beginning of a later one
	for _, name := range names {
		values = append(values, name, ".*")
	}
	replacer := strings.NewReplacer(values...)
	for _, p := range d.Panels {
		for _, p := range append(p.Panels, p) {
			for _, target := range p.Targets {
				all = append(all, expression{p.Title, replacer.Replace(target.Expr)})
			}
		}
	}
	return all
}

// writeRules writes the rules of every program to a folder and returns their paths.
func writeRules(t *testing.T, all []program, monitoring map[string]*dashboards.Monitoring) (paths []string) {
	t.Helper()
	folder := t.TempDir()
	for _, p := range all {
		if err := monitoring[p.name].WriteFiles(filepath.Join(folder, p.name), false); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"recording.yml", "alerts.yml"} {
			paths = append(paths, filepath.Join(folder, p.name, name))
		}
	}
	return paths
}

// recordedSeries lists what the recording rules record.
func recordedSeries(t *testing.T, m *dashboards.Monitoring, job string) (all []expression) {
	t.Helper()
	var recording, alerts bytes.Buffer
	if err := m.WriteRules(&recording, &alerts); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(recording.String()) {
		if _, name, found := strings.Cut(line, "record: "); found {
			all = append(all, expression{"recording rule", fmt.Sprintf("%s{job=%q}", strings.TrimSpace(name), job)})
		}
	}
	return all
}

// Every expression of every panel and rule gives something, whichever histograms
// Prometheus stores.
func TestEveryExpressionGivesSomething(t *testing.T) {
	all := startPrograms(t)
	monitoring := make(map[string]*dashboards.Monitoring)
	for i := range all {
		all[i].config.Job = all[i].name
		monitoring[all[i].name] = all[i].monitoring(t)
	}
	paths := writeRules(t, all, monitoring)
	for _, path := range paths {
		harness.CheckRules(t, path)
	}
	for _, stored := range []struct {
		name            string
		native, classic bool
	}{{"native and classic", true, true}, {"native", true, false}, {"classic", false, false}} {
		t.Run(stored.name, func(t *testing.T) {
			t.Parallel()
			var jobs []harness.Job
			for _, p := range all {
				jobs = append(jobs, harness.Job{Name: p.name, Targets: []string{p.target}, Options: map[string]any{
					"scrape_native_histograms": stored.native, "always_scrape_classic_histograms": stored.classic,
				}})
			}
			prometheus := harness.StartPrometheusWithRules(t, paths, jobs...)
			for _, p := range all {
				queries := append(expressions(t, monitoring[p.name], p.name), recordedSeries(t, monitoring[p.name], p.name)...)
				if !stored.native { // of which there is then nothing to show
					queries = slices.DeleteFunc(queries, func(q expression) bool { return strings.Contains(q.promql, onlyNative) })
				}
				notEmpty(t, prometheus, p.name, queries)
			}
		})
	}
}

// notEmpty waits until every expression gives something, and says how many there were.
func notEmpty(t *testing.T, prometheus *harness.RuledPrometheus, name string, queries []expression) {
	t.Helper()
	const patience = 3 * time.Minute // a busy machine misses scrapes
	empty := slices.Clone(queries)
	for started := time.Now(); len(empty) > 0 && time.Since(started) < patience; {
		var still []expression
		for _, q := range empty {
			result, err := prometheus.Query(q.promql)
			if err != nil {
				t.Fatalf("%s, panel %q: %v", name, q.panel, err)
			}
			if len(result) == 0 {
				still = append(still, q)
			}
		}
		if empty = still; len(empty) > 0 {
			time.Sleep(500 * time.Millisecond) // two scrapes make a rate
		}
	}
	for _, q := range empty {
		t.Errorf("%s, panel %q gives nothing: %s", name, q.panel, q.promql)
	}
	t.Logf("%s: %d expressions, %d of them empty", name, len(queries), len(empty))
}

// promtool runs the cases that were generated: each alert fires in its case, and none in
// good health. So those with long windows are seen to fire, too.
func TestGeneratedRuleTests(t *testing.T) {
	for _, name := range []string{"gauges", "plain", "raft", "sarama"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			harness.TestRules(t, filepath.Join("..", "..", "dashboards", "testdata", name, "rules_test.yml"))
		})
	}
	t.Run("the service's own", func(t *testing.T) {
		t.Parallel()
		harness.TestRules(t, filepath.Join("..", "..", "examples", "service", "monitoring", "rules_test.yml"))
	})
}

// A case that expects something else fails: promtool does look.
func TestGeneratedRuleTestsCanFail(t *testing.T) {
	folder := t.TempDir()
	source := filepath.Join("..", "..", "dashboards", "testdata", "sarama")
	for _, name := range []string{"recording.yml", "alerts.yml", "rules_test.yml"} {
		text, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "alerts.yml" {
			text = bytes.Replace(text, []byte("== 0"), []byte("== 2"), 1)
		}
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := harness.Promtool(t, "test", "rules", filepath.Join(folder, "rules_test.yml")); err == nil {
		t.Errorf("promtool found nothing wrong: %s", output)
	}
}
