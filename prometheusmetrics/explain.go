package prometheusmetrics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	// tells that the rule drops the metric.
	Rule    string
	Dropped bool

	// Series are the series that the metric becomes, such as
	// requests_count{code="200"}; empty if it is left out.
	Series []string

	// Problem says why the metric, or a family of it, is left out; nil if nothing
	// is wrong with it.
	Problem *MetricError
}

// String writes the explanation on one line, and each series on a line after it.
func (e Explanation) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s, %s)", describeSeries(e.Name, e.Labels), e.Kind, e.Type)
	if e.Rule != "" {
		fmt.Fprintf(&text, " by rule %q", e.Rule)
	}
	switch {
	case e.Dropped:
		text.WriteString(" is dropped")
	case e.Problem != nil:
		fmt.Fprintf(&text, " is left out: %v", e.Problem.Err)
	}
	for _, series := range e.Series {
		text.WriteString("\n\t" + series)
	}
	return text.String()
}

// Explain tells, for every metric that the last flush found, what it is, which
// series it becomes, and what is wrong with it, if anything; sorted by name. If
// there was no flush yet, it makes one. It waits for a flush that is going on.
func (d *Driver) Explain() []Explanation {
	if d.current.Load() == nil {
		d.flush(lookAtNew)
	}
	d.flushing.Lock()
	defer d.flushing.Unlock()
	explanations := make([]Explanation, 0, len(d.state.order))
	for _, m := range d.state.order {
		explanations = append(explanations, d.explain(m))
	}
	slices.SortStableFunc(explanations, func(a, b Explanation) int {
		return cmp.Or(strings.Compare(a.Name, b.Name),
			strings.Compare(describeSeries("", a.Labels), describeSeries("", b.Labels)))
	})
	return explanations
}

func (d *Driver) explain(m *metric) Explanation {
	e := Explanation{
		Name: m.id.name, Labels: m.labels, Type: fmt.Sprintf("%T", m.value),
		Kind: m.shape.kind.String(), Rule: m.rule.Match, Dropped: m.rule.Drop, Problem: m.problem,
	}
	if m.problem != nil {
		return e
	}
	for _, s := range m.series {
		if draft := d.catalog.drafts[s.family]; draft.refused {
			e.Problem = draft.refusal(m)
			continue
		}
		e.Series = append(e.Series, s.key)
	}
	return e
}
