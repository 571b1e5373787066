package dashboards

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// burn is one alert on an error budget. It fires when the budget was used up that many
// times too fast over a long window, and still is over a short one, so that it ends
// soon after its cause. The windows and factors are those of chapter 5 of Google's Site
// Reliability Workbook, for a period of 30 days: 14.4 uses up 2 % of the budget in an
// hour, 6 uses 5 % in six hours, 3 uses 10 % in a day, 1 uses 10 % in three days.
type burn struct {
	long, short string
	factor      float64
	hold        time.Duration // shorter than the long window, and longer than a spike
	severity    string
}

var burns = []burn{
	{"1h", "5m", 14.4, 2 * time.Minute, page},
	{"6h", "30m", 6, 15 * time.Minute, page},
	{"1d", "2h", 3, time.Hour, ticket},
	{"3d", "6h", 1, 3 * time.Hour, ticket},
}

// Severities: somebody is called at once, or sees to it in working hours.
const (
	page   = "page"
	ticket = "ticket"
)

// burnWindows lists the windows of all alerts, each once, the short ones first.
func burnWindows() (windows []string) {
	for _, b := range burns {
		windows = append(windows, b.short)
	}
	for _, b := range burns {
		if !slices.Contains(windows, b.long) {
			windows = append(windows, b.long)
		}
	}
	return windows
}

// burnAlerts are the alerts on failed and on slow requests. Where the objective is so
// low that everything may fail at such a rate, that one is left out.
func (m *model) burnAlerts(r *requests) (alerts []*alert) {
	if r.status != "" {
		alerts = append(alerts, m.budgetAlerts(r, budget{
			alert: "ErrorBudgetBurn", ratio: "error_ratio", objective: m.config.Objective, panel: burnKey + r.name(),
			happens: "fail", cause: m.failedSeries,
		})...)
	}
	if r.hasBuckets() {
		alerts = append(alerts, m.budgetAlerts(r, budget{
			alert: "LatencyBudgetBurn", ratio: "slow_ratio", objective: m.config.LatencyObjective, panel: latencyKey + r.name(),
			happens: fmt.Sprintf("take longer than %v", m.config.LatencyThreshold), cause: m.slowSeries,
		})...)
	}
	return alerts
}

// budget is what the alerts on failed and on slow requests differ in.
type budget struct {
	alert, ratio string
	objective    float64
	panel        string
	happens      string
	cause        func(r *requests, share float64, samples int) []inputSeries
}

func (m *model) budgetAlerts(r *requests, b budget) (alerts []*alert) {
	for _, burn := range burns {
		limit := round(burn.factor * (1 - b.objective))
		if limit >= 1 {
			continue
		}
		over := func(window string) string {
			return fmt.Sprintf("%s > %v", ruleScope(m.config.Job).series(recorded(r, "job", b.ratio+"_rate"+window), nil), limit)
		}
		const testMargin = 5 * time.Minute
		hold := burn.hold
		share := round(min(1, limit*1.2)) // too little for the alerts that want more, but for the time that these take
		at := hold + testMargin
		alerts = append(alerts, &alert{
			rule: rule{
				alert: b.alert,
				expr:  over(burn.long) + "\nand\n" + over(burn.short),
				hold:  hold,
				labels: []pair{
					{"severity", burn.severity}, {"window", burn.long}, {"requests", r.name()},
				},
			},
			summary: fmt.Sprintf("%s of {{ $labels.job }}: {{ $value | humanizePercentage }} %s", r.title, b.happens),
			description: fmt.Sprintf("Over %s, {{ $value | humanizePercentage }} of the requests to {{ $labels.job }} %s. "+
				"That is more than %s an objective of %s allows, and still so over the last %s.",
				burn.long, b.happens, burn.times(), percent(b.objective), burn.short),
			panel: b.panel,
			test: alertTest{
				at:     at,
				inputs: b.cause(r, share, int(at/time.Minute)+1),
				firing: firing{labels: []pair{{"job", m.testJob()}}, value: share},
			},
		})
	}
	return alerts
}

func (b burn) times() string {
	if b.factor == 1 {
		return "what"
	}
	return fmt.Sprintf("%v times what", b.factor)
}

// percent writes a share as people say it.
func percent(share float64) string {
	return strconv.FormatFloat(round(share*100), 'g', -1, 64) + " %"
}
