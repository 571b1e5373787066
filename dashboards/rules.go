package dashboards

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rule is a recording rule or an alert.
type rule struct {
	record      string // of a recording rule
	alert       string // of an alert
	expr        string
	hold        time.Duration // for how long the expression must hold
	labels      []pair
	annotations []pair
}

type pair struct{ name, value string }

// ruleGroup is evaluated in order, so that later rules see what earlier ones recorded.
type ruleGroup struct {
	name  string
	rules []*rule
}

const generatedNote = "# Generated from the metrics that the program exposes, by\n" +
	"# github.com/go-metrics-plus/metrics/dashboards. Generate it anew rather than change it.\n"

// ruleFile writes groups as YAML.
func ruleFile(groups []ruleGroup) []byte {
	var out bytes.Buffer
	out.WriteString(generatedNote)
	if len(groups) == 0 {
		out.WriteString("groups: []\n")
		return out.Bytes()
	}
	out.WriteString("groups:\n")
	for _, g := range groups {
		fmt.Fprintf(&out, "  - name: %s\n    rules:\n", quote(g.name))
		for _, r := range g.rules {
			r.write(&out)
		}
	}
	return out.Bytes()
}

func (r *rule) write(out *bytes.Buffer) {
	if r.record != "" {
		fmt.Fprintf(out, "      - record: %s\n", r.record)
	} else {
		fmt.Fprintf(out, "      - alert: %s\n", r.alert)
	}
	out.WriteString("        expr: |-\n")
	for line := range strings.Lines(r.expr) {
		out.WriteString("          " + line)
	}
	out.WriteString("\n")
	if r.hold > 0 {
		fmt.Fprintf(out, "        for: %s\n", promDuration(r.hold))
	}
	writePairs(out, "        ", "labels", r.labels)
	writePairs(out, "        ", "annotations", r.annotations)
}

func writePairs(out *bytes.Buffer, indent, title string, pairs []pair) {
	if len(pairs) == 0 {
		return
	}
	fmt.Fprintf(out, "%s%s:\n", indent, title)
	for _, p := range pairs {
		fmt.Fprintf(out, "%s  %s: %s\n", indent, p.name, quote(p.value))
	}
}

// quote writes a string of YAML. What Go escapes, YAML escapes in the same way.
func quote(text string) string { return strconv.Quote(text) }

// promDuration writes a duration as Prometheus does, in units that leave no rest.
func promDuration(d time.Duration) string {
	var out strings.Builder
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if n := d / unit.length; n > 0 {
			fmt.Fprintf(&out, "%d%s", n, unit.name)
			d -= n * unit.length
		}
	}
	return out.String()
}

// recorded is the name of a recorded series, as Prometheus's conventions want it:
// level, metric and operations.
func recorded(r *requests, level, operation string) string {
	return level + ":" + r.name() + ":" + operation
}

// recordingGroups has what the first screen and the alerts ask for.
func (m *model) recordingGroups() (groups []ruleGroup) {
	s := ruleScope(m.config.Job)
	for _, r := range m.requests {
		g := ruleGroup{name: m.config.UID + ": " + r.name()}
		record := func(level, operation, expr string) {
			g.rules = append(g.rules, &rule{record: recorded(r, level, operation), expr: expr})
		}
		record("job", "rate5m", bare(r.rate(s, []string{"job"}, "5m")))
		if r.hasBuckets() {
			record("job", "p99_rate5m", bare(s.quantile(r.duration, 0.99, []string{"job"}, "5m")))
		}
		m.recordRatios(r, s, record)
		m.recordRoutes(r, s, record)
		groups = append(groups, g)
	}
	return groups
}

// recordRoutes records what the table of routes shows.
func (m *model) recordRoutes(r *requests, s scope, record func(level, operation, expr string)) {
	if r.route == "" {
		return
	}
	level, by := "job_"+r.route, []string{"job", r.route}
	record(level, "rate5m", bare(r.rate(s, by, "5m")))
	if r.status != "" {
		record(level, "error_ratio_rate5m", r.errorRatio(s, by, "5m"))
	}
	if r.hasBuckets() && r.duration == r.counted {
		record(level, "p99_rate5m", bare(s.quantile(r.duration, 0.99, by, "5m")))
	}
}

// recordRatios records the shares of failed and slow requests over every window of the
// burn rates.
func (m *model) recordRatios(r *requests, s scope, record func(level, operation, expr string)) {
	by := []string{"job"}
	for _, window := range burnWindows() {
		if r.status != "" {
			record("job", "error_ratio_rate"+window, r.errorRatio(s, by, window))
		}
		if r.hasBuckets() {
			record("job", "slow_ratio_rate"+window, s.slowRatio(r.duration, m.bound(r), by, window))
		}
	}
}

// bare takes off the parentheses of either, around what stands by itself.
func bare(expr string) string {
	if strings.HasPrefix(expr, "(") {
		return strings.TrimSuffix(strings.TrimPrefix(expr, "("), ")")
	}
	return expr
}
