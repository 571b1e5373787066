package planning

import (
	"maps"
	"slices"
	"testing"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// TestOutcomes follow each metric: exposed, refused, clashing with the application's,
// not readable, and exposed once more.
func TestOutcomes(t *testing.T) {
	w := newWorld(t, false, Config{})
	broken := true
	w.put("a_b", counter(1))
	w.put("a.b", counter(2))
	w.put("a-b", counter(3))
	w.put("mine", counter(4))
	w.put("broken", metrics.NewFunctionalGauge(func() int64 {
		if broken {
			panic("no value")
		}
		return 1
	}))
	want := func(when string, want map[string][]string, reasons map[problem.Reason]int) {
		t.Helper()
		names := slices.Clone(w.names)
		w.state.Outcomes(func(o Outcome) {
			if o.Metric.Name != names[0] || o.Rule == nil {
				t.Errorf("%s: outcome of %s with rule %v in the place of that of %s", when, o.Metric.Name, o.Rule, names[0])
			}
			names = names[1:]
			got := o.Series
			if o.Problem != nil {
				got = append([]string{string(o.Problem.Reason)}, got...)
			}
			if !slices.Equal(got, want[o.Metric.Name]) {
				t.Errorf("%s: outcome of %s is %q, want %q", when, o.Metric.Name, got, want[o.Metric.Name])
			}
		})
		count := make(map[problem.Reason]int)
		w.state.CountProblems(count)
		if len(names) > 0 || !maps.Equal(count, reasons) {
			t.Errorf("%s: no outcome of %q; reasons %v, want %v", when, names, count, reasons)
		}
	}
	w.flushWith(probe(map[string]bool{"mine_count": true}))
	want("at first", map[string][]string{
		"a-b": {"a_b_count"}, "a.b": {"duplicate"}, "a_b": {"duplicate"}, "mine": {"registered"}, "broken": {"panic"},
	}, map[problem.Reason]int{problem.Duplicate: 2, problem.Registered: 1, problem.Panic: 1})
	broken = false
	w.remove("a-b")
	w.flushWith(probe(map[string]bool{"mine_count": false}))
	want("then", map[string][]string{
		"a.b": {"a_b_count"}, "a_b": {"duplicate"}, "mine": {"mine_count"}, "broken": {"broken_gauge"},
	}, map[problem.Reason]int{problem.Duplicate: 1})
	broken = true
	w.flush()
	want("broken again", map[string][]string{
		"a.b": {"a_b_count"}, "a_b": {"duplicate"}, "mine": {"mine_count"}, "broken": {"panic"},
	}, map[problem.Reason]int{problem.Duplicate: 1, problem.Panic: 1})
}
