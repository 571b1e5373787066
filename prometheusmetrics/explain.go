package prometheusmetrics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/planning"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// Explanation says what the driver makes of one metric.
type Explanation struct {
	// Name is the metric's original name, Labels its original labels, and Type the
	// Go type by which its registry holds it.
	Name   string
	Labels map[string]string
	Type   string

	// Kind is what the driver takes it for: "counter", "gauge", "timer" and so on.
	Kind string

	// Rule is the pattern of the rule that matched, empty for none, and Dropped
	// says that the rule drops the metric.
	Rule    string
	Dropped bool

	// Idle says that its series are not shown, since nothing was recorded in it for
	// Config.IdleAfter.
	Idle bool

	// Series are the series that the metric becomes, such as
	// requests_count{code="200"}; empty if it is left out or idle.
	Series []string

	// Problem says why the metric, or a family of it, is left out, or not to be
	// trusted; nil if nothing is wrong with it.
	Problem *MetricError
}

// String writes the explanation on one line, and each series on a line after it.
func (e Explanation) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s, %s)", problem.Describe(e.Name, e.Labels), e.Kind, e.Type)
	if e.Rule != "" {
		fmt.Fprintf(&text, " by rule %q", e.Rule)
	}
	switch {
	case e.Dropped:
		text.WriteString(" is dropped")
	case e.Idle && e.Problem == nil:
		text.WriteString(" is idle")
	case e.Problem != nil:
		fmt.Fprintf(&text, " %s: %v", e.complaint(), e.Problem.Err)
	}
	for _, series := range e.Series {
		text.WriteString("\n\t" + series)
	}
	return text.String()
}

// complaint says what a problem does to the metric.
func (e Explanation) complaint() string {
	if len(e.Series) > 0 && e.Problem.Reason != ReasonRegistered {
		return "is exposed, but not to be trusted"
	}
	return "is left out"
}

// Explain says, of every metric that the last flush found, what it is, which
// series it becomes, and what is wrong with it, if anything; sorted by name. If
// there was no flush yet, it makes one. It waits for a flush that is going on.
func (d *Driver) Explain() []Explanation {
	if d.current.Load() == nil {
		d.flush()
	}
	mine := d.turns.take()
	defer d.turns.end(mine)
	var explanations []Explanation
	d.state.Outcomes(func(o planning.Outcome) { explanations = append(explanations, explain(o)) })
	slices.SortStableFunc(explanations, func(a, b Explanation) int {
		return cmp.Or(strings.Compare(a.Name, b.Name),
			strings.Compare(problem.Describe("", a.Labels), problem.Describe("", b.Labels)))
	})
	return explanations
}

func explain(o planning.Outcome) Explanation {
	e := Explanation{
		Name: o.Metric.Name, Labels: o.Metric.Origin.Labels(), Type: o.Metric.Type(),
		Kind: o.Metric.Kind.String(), Rule: o.Rule.Match, Dropped: o.Rule.Drop, Series: o.Series,
		Idle: o.Metric.Idle,
	}
	if o.Problem != nil {
		e.Problem = metricError(o.Metric, o.Problem)
	}
	return e
}
