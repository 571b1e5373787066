package planning

import (
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

// Outcome is what became of a metric.
type Outcome struct {
	Metric  *reading.Metric
	Rule    *Rule
	Series  []string         // those that are exposed
	Problem *problem.Problem // nil if nothing is wrong
}

// Outcomes calls each for every metric, in the sources' order. What it passes is
// valid until the next commit.
func (s *State) Outcomes(each func(Outcome)) {
	for _, m := range s.members {
		o := Outcome{Metric: m.metric, Rule: m.rule, Problem: m.problem()}
		if m.admitted != nil && m.visible {
			for _, e := range m.admitted.entries {
				if _, clashes := s.clashes[e.family]; !clashes {
					o.Series = append(o.Series, e.key)
				}
			}
		}
		each(o)
	}
}

// CountProblems counts the metrics that have a problem, by its reason.
func (s *State) CountProblems(count map[problem.Reason]int) {
	for _, m := range s.members {
		if why := m.problem(); why != nil {
			count[why.Reason]++
		}
	}
}

// Metrics returns those of the last plan.
func (s *State) Metrics() []*reading.Metric { return s.metrics }
