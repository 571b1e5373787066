package dashboards

import (
	"bytes"
	_ "embed"
	"regexp"
	"strings"
	"text/template"
	"unicode"
)

//go:embed readme.md.tmpl
var readmeText string

var readmeTemplate = template.Must(
	template.New("README.md").Funcs(template.FuncMap{"line": line, "scalar": scalar}).Parse(readmeText))

// line makes one line of Markdown of a text, without tags and code.
func line(text string) string {
	unseen := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
	text = strings.Join(strings.FieldsFunc(text, unseen), " ")
	return strings.NewReplacer("<", "&lt;", "`", "'", "|", `\|`).Replace(text)
}

// scalar quotes what YAML may not take as it is.
func scalar(text string) string {
	if plainScalar.MatchString(text) {
		return text
	}
	return quote(text)
}

var plainScalar = regexp.MustCompile(`^[A-Za-z][\w.-]*$`)

// readmeAlert is a line in the table of alerts.
type readmeAlert struct{ Name, Severity, Hold, Summary string }

// placeholder matches what Prometheus fills in.
var placeholder = regexp.MustCompile(`{{ (?:printf "[^"]*" )?\$(?:labels\.)?(\w+)(?: \| \w+)? }}`)

// readme says how to load the files, and lists the alerts.
func (m *model) readme(alerts []*alert, recorded int) ([]byte, error) {
	var lines []readmeAlert
	for _, a := range alerts {
		summary := placeholder.ReplaceAllString(a.summary, "‹$1›")
		lines = append(lines, readmeAlert{
			a.alert, a.labels[0].value, promDuration(a.hold), line(summary),
		})
	}
	job := m.config.Job
	if job == "" {
		job = m.config.UID
	}
	var out bytes.Buffer
	err := readmeTemplate.Execute(&out, map[string]any{
		"Title": m.config.Title, "UID": m.config.UID, "Panels": len(m.panels), "Recorded": recorded,
		"Alerts": lines, "Job": job, "JobGiven": m.config.Job != "", "Anchor": m.anchorName(),
		"Grafana": m.config.GrafanaURL, "Objective": percent(m.config.Objective),
		"LatencyObjective": percent(m.config.LatencyObjective), "Latency": m.config.LatencyThreshold,
		"Variables": m.variables,
	})
	return out.Bytes(), err
}
