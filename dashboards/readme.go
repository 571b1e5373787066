package dashboards

import (
	"bytes"
	_ "embed"
	"regexp"
	"strings"
	"text/template"
)

//go:embed readme.md.tmpl
var readmeText string

var readmeTemplate = template.Must(template.New("README.md").Parse(readmeText))

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
			a.alert, a.labels[0].value, promDuration(a.hold), strings.ReplaceAll(summary, "|", `\|`),
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
