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
		o := Outcome{Metric: m.metric, Rule: m.rule, Problem: m.worst()}
		if m.admitted != nil && m.visible {
			for i := range m.admitted.entries {
				e := &m.admitted.entries[i]
				if _, clashes := s.clashes[e.part.family]; !clashes {
					o.Series = append(o.Series, s.config.key(e))
				}
			}
		}
		each(o)
	}
}

// CountProblems counts the metrics that have a problem, by its reason.
func (s *State) CountProblems(count map[problem.Reason]int) {
	for _, m := range s.members {
		if why := m.worst(); why != nil {
			count[why.Reason]++
		}
	}
}

// Metrics returns those of the last plan.
func (s *State) Metrics() []*reading.Metric { return s.metrics }
