package dashboards

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// alert is an alerting rule with the panel that it links to, and its test.
type alert struct {
	rule
	summary, description string
	panel                string // its key
	test                 alertTest
}

const (
	slowHold    = 10  // what is not urgent takes so many times as long as Config.For
	nearlyFull  = 0.9 // of MaxSeries
	anchorRange = "1d"
)

// alerts returns all alerts, complete with their annotations.
func (m *model) alerts() []*alert {
	alerts := m.targetAlerts()
	if names := m.healthNames(); len(names) > 0 {
		alerts = append(alerts, m.healthAlert(names))
	}
	for _, r := range m.requests {
		alerts = append(alerts, m.burnAlerts(r)...)
	}
	for _, d := range m.drivers {
		alerts = append(alerts, m.driverAlerts(d)...)
	}
	for _, a := range alerts {
		a.annotations = []pair{{"summary", a.summary}, {"description", a.description}, {"dashboard", m.link(a)}}
	}
	return alerts
}

func (m *model) alertsFile(alerts []*alert) []byte {
	g := ruleGroup{name: m.config.UID}
	for _, a := range alerts {
		g.rules = append(g.rules, &a.rule)
	}
	return ruleFile([]ruleGroup{g})
}

// link leads to the panel, with job and instance chosen.
func (m *model) link(a *alert) string {
	link := fmt.Sprintf("%s/d/%s?viewPanel=%d", m.config.GrafanaURL, url.PathEscape(m.config.UID), m.panels[a.panel].id)
	for _, label := range []string{"job", "instance"} {
		for _, labelled := range a.test.firing.labels {
			if labelled.name == label {
				link += fmt.Sprintf("&var-%s={{ $labels.%[1]s | urlquery }}", label)
			}
		}
	}
	return link
}

// targetAlerts are about instances that can't be scraped, and jobs that have none left.
func (m *model) targetAlerts() []*alert {
	s := ruleScope(m.config.Job)
	down := s.series("up", nil) + " == 0"
	gone := "absent(" + s.series("up", nil) + ")"
	if m.config.Job == "" { // whoever had the metric before is meant
		before := fmt.Sprintf("last_over_time(%s[%s])", m.anchorName(), anchorRange)
		down = fmt.Sprintf("up == 0\nand on (job,instance)\n%s", before)
		gone = fmt.Sprintf("group by (job) (%s)\nunless on (job)\ngroup by (job) (up)", before)
	}
	hold := m.config.For
	return []*alert{{
		rule:    rule{alert: "TargetDown", expr: down, hold: hold, labels: []pair{{"severity", page}}},
		summary: "{{ $labels.instance }} of {{ $labels.job }} is down",
		description: "Prometheus can't scrape {{ $labels.instance }} of {{ $labels.job }}: it has ended, it hangs, " +
			"or the network is cut.",
		panel: targetsKey,
		test: m.testOf(hold, firing{labels: m.instanceLabels()},
			inputSeries{m.testSeries("up"), steps("1", "0")}, m.anchorSeries(steps("1", "_"))),
	}, {
		rule:    rule{alert: "TargetsGone", expr: gone, hold: hold, labels: []pair{{"severity", page}}},
		summary: "{{ $labels.job }} has no targets",
		description: "Prometheus knows no target of {{ $labels.job }}: they have left service discovery, " +
			"or the job was renamed.",
		panel: targetsKey,
		test: m.testOf(hold, firing{labels: []pair{{"job", m.testJob()}}, value: 1},
			inputSeries{m.testSeries("up"), steps("1", "_")}, m.anchorSeries(steps("1", "_"))),
	}}
}

// healthAlert is about all checks. An alert has no name of a metric, so it becomes a label.
func (m *model) healthAlert(names []string) *alert {
	checks := ruleScope(m.config.Job).named(names)
	hold := m.config.For
	labels := m.instanceLabels(pair{"check", strings.TrimSuffix(names[0], "_healthy")})
	return &alert{
		rule: rule{
			alert: "HealthCheckFailing",
			expr:  fmt.Sprintf(`label_replace(%s == 0, "check", "$1", "__name__", "(.+)_healthy")`, checks),
			hold:  hold, labels: []pair{{"severity", page}},
		},
		summary: "Health check {{ $labels.check }} of {{ $labels.job }} fails on {{ $labels.instance }}",
		description: "{{ $labels.instance }} of {{ $labels.job }} has reported for {{ $labels.check }} " +
			"that it is not healthy " +
			"for " + promDuration(hold) + " or longer.",
		panel: healthKey,
		test:  m.testOf(hold, firing{labels: labels}, inputSeries{m.testSeries(names[0]), steps("1", "0")}),
	}
}

func (m *model) driverAlerts(d *driver) []*alert {
	s := ruleScope(m.config.Job)
	slow := slowHold * m.config.For
	alerts := []*alert{{
		rule: rule{
			alert: "MetricsLeftOut",
			expr:  "sum by (job,instance,reason) (" + s.series(d.leftOut.name, nil) + ") > 0",
			hold:  slow, labels: []pair{{"severity", ticket}, {"driver", d.prefix}},
		},
		summary: "{{ $value }} metrics of {{ $labels.job }} are left out: {{ $labels.reason }}",
		description: "The driver of {{ $labels.instance }} leaves metrics out, for the reason {{ $labels.reason }}. " +
			"Its log names them, and so does driver.Explain.",
		panel: leftOutKey + d.prefix,
		test: m.testOf(slow, firing{labels: m.instanceLabels(pair{"reason", "name"}), value: 3},
			inputSeries{m.testSeries(d.leftOut.name, pair{"reason", "name"}), steps("0", "3")}),
	}}
	if d.series != nil && d.maxSeries != nil {
		alerts = append(alerts, m.seriesAlert(d, slow))
	}
	if d.lastFlush != nil {
		alerts = append(alerts, m.flushAlert(d))
	}
	return alerts
}

func (m *model) seriesAlert(d *driver, hold time.Duration) *alert {
	s := ruleScope(m.config.Job)
	return &alert{
		rule: rule{
			alert: "SeriesNearLimit",
			expr:  fmt.Sprintf("%s\n/\n%s\n> %v", s.series(d.series.name, nil), s.series(d.maxSeries.name, nil), nearlyFull),
			hold:  hold, labels: []pair{{"severity", ticket}, {"driver", d.prefix}},
		},
		summary: "{{ $labels.instance }} of {{ $labels.job }} exposes {{ $value | humanizePercentage }} " +
			"of the series that it may",
		description: "What comes beyond MaxSeries is left out. Look for a label with too many values, or raise the limit " +
			"of {{ $labels.instance }}.",
		panel: seriesKey + d.prefix,
		test: m.testOf(hold, firing{labels: m.instanceLabels(), value: 0.95},
			inputSeries{m.testSeries(d.series.name), steps("10", "95")},
			inputSeries{m.testSeries(d.maxSeries.name), steps("100", "100")}),
	}
}

// flushAlert is about a driver whose values no longer move, which looks like quiet.
func (m *model) flushAlert(d *driver) *alert {
	hold, age := m.config.For, m.config.FlushAge
	series := ruleScope(m.config.Job).series(d.lastFlush.name, nil)
	test := m.testOf(hold+age, firing{labels: m.instanceLabels()},
		inputSeries{m.testSeries(d.lastFlush.name), steps("0", "0")})
	test.firing.value = test.at.Seconds()
	return &alert{
		rule: rule{
			alert: "FlushStale",
			expr:  fmt.Sprintf("time() - %s > %v", series, age.Seconds()),
			hold:  hold, labels: []pair{{"severity", page}, {"driver", d.prefix}},
		},
		summary: "The values of {{ $labels.instance }} of {{ $labels.job }} are {{ printf \"%.0f\" $value }} seconds old",
		description: "The driver of {{ $labels.instance }} has not flushed since: nobody runs it, or it hangs. " +
			"What the other panels show of this instance is old.",
		panel: lastFlushKey + d.prefix,
		test:  test,
	}
}
