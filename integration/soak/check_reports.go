package soak

import (
	"slices"
	"time"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

const (
	reportsCheck = "reports explained"
	causesCheck  = "causes reported"
)

// tooSlow are the reasons for which something is reported that takes too long.
var tooSlow = []string{"timeout", "source"}

// diary is what a life of a service has left behind beside numbers.
type diary struct {
	service string
	reports []truth.Report
	causes  []truth.Cause
	stalls  []truth.Stall
}

// checkReports checks that each report has a cause, and each cause its reports.
func (r *run) checkReports() {
	for _, s := range r.services {
		for generation := 1; generation <= s.generation; generation++ {
			d := r.readDiary(s, generation)
			r.checkExplained(d)
			r.checkReported(d)
		}
		r.checkPushesReported(s)
	}
}

func (r *run) readDiary(s *service, generation int) (d diary) {
	folder := r.folderOf(s, generation)
	d.service = s.name
	var errs [3]error
	d.reports, errs[0] = truth.ReadJournal[truth.Report](folder, truth.Reports)
	d.causes, errs[1] = truth.ReadJournal[truth.Cause](folder, truth.Causes)
	d.stalls, errs[2] = truth.ReadJournal[truth.Stall](folder, truth.Stalls)
	for _, err := range errs {
		if err != nil {
			r.fail(reportsCheck, "%s: %v", s.name, err)
		}
	}
	return d
}

// checkExplained checks that nothing was reported without a cause, nor more often
// than the cause allows.
func (r *run) checkExplained(d diary) {
	type kind struct{ driver, name, reason string }
	times := map[kind]int{}
	for _, report := range d.reports {
		r.count(reportsCheck, 1)
		r.tally.reasons[report.Reason]++
		max, explained := d.explain(report)
		k := kind{report.Driver, report.Name, report.Reason}
		times[k]++
		switch {
		case report.Reason == "push" && r.pushMayFail(d, report.At):
		case !explained && !(slices.Contains(tooSlow, report.Reason) && d.stalled(report.At)):
			r.fail(reportsCheck, "%s: driver %s reported, for no reason, at %v: %s",
				d.service, report.Driver, report.At, report.Text)
		case max > 0 && times[k] > max && len(d.stalls) == 0:
			r.fail(reportsCheck, "%s: driver %s reported %d times: %s", d.service, report.Driver, times[k], report.Text)
		}
	}
}

// explain finds the cause of a report about a metric, and how often it may be reported.
func (d diary) explain(report truth.Report) (max int, explained bool) {
	i := slices.IndexFunc(d.causes, func(c truth.Cause) bool { return c.Explains(report) })
	if i < 0 {
		return 0, false
	}
	return d.causes[i].Max, true
}

// stalled reports whether the service was kept from running shortly before: a call
// that was under way then took too long.
func (d diary) stalled(at time.Time) bool {
	return slices.ContainsFunc(d.stalls, func(s truth.Stall) bool {
		return s.From.Before(at) && s.To.After(at.Add(-2*scrapeInterval))
	})
}

// checkReported checks that each cause that drivers had the time to report was.
func (r *run) checkReported(d diary) {
	for _, c := range d.causes {
		for _, driver := range c.Seen {
			r.count(causesCheck, 1)
			if !slices.ContainsFunc(d.reports, func(report truth.Report) bool {
				return report.Driver == driver && c.Explains(report)
			}) {
				r.fail(causesCheck, "%s: driver %s did not report %s of %s", d.service, driver, c.Reason, c.Name)
			}
		}
	}
}

// pushMayFail reports whether a push that failed just before a moment had a reason.
// It waits for a second, and tries again after one that is drawn.
func (r *run) pushMayFail(d diary, at time.Time) bool {
	return r.stopped(at.Add(-4*scrapeInterval), at, onGateway, d.service) || d.stalled(at)
}

// checkPushesReported checks that each trouble of the Pushgateway by which requests
// of all services failed was reported by those that lived through it undisturbed.
// Each kind of failure is reported once until a push goes well, as one does while the
// gateway is at rest.
func (r *run) checkPushesReported(s *service) {
	var reports []truth.Report
	for generation := 1; generation <= s.generation; generation++ {
		reports = append(reports, r.readDiary(s, generation).reports...)
	}
	for _, e := range r.events {
		if e.on != onGateway || e.hidden || e.to.Sub(e.from) < 3*scrapeInterval ||
			r.stopped(e.from.Add(-rest), e.to, s.name) || r.slowBetween(e.from.Add(-rest), e.to) {
			continue
		}
		r.count(causesCheck, 1)
		if !slices.ContainsFunc(reports, func(report truth.Report) bool {
			return report.Reason == "push" && e.overlaps(report.At.Add(-2*scrapeInterval), report.At)
		}) {
			r.fail(causesCheck, "%s: nothing was reported of %s from %v to %v", s.name, e.trouble, e.from, e.to)
		}
	}
}
