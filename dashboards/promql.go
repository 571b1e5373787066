package dashboards

import (
	"fmt"
	"slices"
	"strings"
)

// scope is which series an expression is about: on a dashboard those that its
// variables choose, in rules those of a job.
type scope struct {
	fixed     []string // matchers that hold for every series
	variables []string // labels that are matched where a family has them
}

// dashboardScope is the scope of panels, whose variables are named after the labels.
func dashboardScope(variables []string) scope {
	return scope{fixed: []string{`job=~"$job"`, `instance=~"$instance"`}, variables: variables}
}

// ruleScope is the scope of rules; without a job, all series are meant.
func ruleScope(job string) scope {
	if job == "" {
		return scope{}
	}
	return scope{fixed: []string{fmt.Sprintf("job=%q", job)}}
}

// series selects the series of a name that have the labels of a family.
func (s scope) series(name string, labels []string, more ...string) string {
	matchers := slices.Clone(s.fixed)
	for _, variable := range s.variables {
		if slices.Contains(labels, variable) {
			matchers = append(matchers, fmt.Sprintf(`%s=~"$%[1]s"`, variable))
		}
	}
	matchers = append(matchers, more...)
	if len(matchers) == 0 {
		return name
	}
	return name + "{" + strings.Join(matchers, ",") + "}"
}

// named selects the series of several names.
func (s scope) named(names []string) string {
	return s.series("", nil, fmt.Sprintf("__name__=~%q", strings.Join(names, "|")))
}

// sumRate is the rate of counters, added up by labels.
func sumRate(by []string, series, window string) string {
	return fmt.Sprintf("%s(rate(%s[%s]))", sumBy(by), series, window)
}

func sumBy(by []string) string {
	if len(by) == 0 {
		return "sum"
	}
	return "sum by (" + strings.Join(by, ",") + ") "
}

// either is the first expression, and where that gives nothing for some labels the
// second. Native histograms are stored under other names than classic ones, and which
// of them there are is up to the configuration of Prometheus.
func either(first, second string) string {
	switch {
	case first == "":
		return second
	case second == "":
		return first
	}
	return "(" + first + "\nor\n" + second + ")"
}

// count is how often a metric was observed or increased each second.
func (s scope) count(m *metric, by []string, window string, more ...string) string {
	switch m.shape {
	case histogramShape:
		var native, classic string
		if m.native {
			native = "histogram_count(" + sumRate(by, s.series(m.name, m.labels, more...), window) + ")"
		}
		if m.classic {
			classic = sumRate(by, s.series(m.name+"_count", m.labels, more...), window)
		}
		return either(native, classic)
	case summaryShape:
		return sumRate(by, s.series(m.name+"_count", m.labels, more...), window)
	}
	return sumRate(by, s.series(m.name, m.labels, more...), window)
}

// ofBuckets applies a function to the histogram of what was observed each second:
// format has one verb, for the histogram.
func (s scope) ofBuckets(m *metric, format string, by []string, window string) string {
	var native, classic string
	if m.native {
		native = fmt.Sprintf(format, sumRate(by, s.series(m.name, m.labels), window))
	}
	if m.classic {
		withBound := append(slices.Clone(by), "le")
		classic = fmt.Sprintf(format, sumRate(withBound, s.series(m.name+"_bucket", m.labels), window))
	}
	return either(native, classic)
}

// quantile is a quantile over all instances, which only histograms have.
func (s scope) quantile(m *metric, q float64, by []string, window string) string {
	return s.ofBuckets(m, fmt.Sprintf("histogram_quantile(%v, %%s)", q), by, window)
}

// slowRatio is the share of what took longer than a bound.
func (s scope) slowRatio(m *metric, bound float64, by []string, window string) string {
	return "1 - " + s.ofBuckets(m, fmt.Sprintf("histogram_fraction(-Inf, %v, %%s)", bound), by, window)
}

// heatMap is the histogram itself. The classic buckets are asked for only where there
// are no native ones, since a heat map can't show both.
func (s scope) heatMap(m *metric, window string) string {
	native := sumRate(nil, s.series(m.name, m.labels), window)
	classic := sumRate([]string{"le"}, s.series(m.name+"_bucket", m.labels), window)
	switch {
	case !m.native:
		return classic
	case !m.classic:
		return native
	}
	return fmt.Sprintf("%s\nor\n(%s unless on () %[1]s)", native, classic)
}

func commas(labels []string) string { return strings.Join(labels, ",") }

// maxBy is the beginning of a maximum by labels.
func maxBy(by []string) string {
	if len(by) == 0 {
		return "max"
	}
	return "max by (" + commas(by) + ") "
}
