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
		r.checkFailuresReported(s)
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
		r.tally.reasons[kindOf(report)]++
		max, explained := d.explain(report)
		k := kind{report.Driver, report.Name, report.Reason}
		times[k]++
		switch {
		case report.Reason == "push" && r.pushMayFail(d, report.At):
		case report.Reason == truth.DeliveryFailed && r.deliveryMayFail(d, report):
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

// deliveryMayFail reports whether a delivery that failed just before a moment had a
// reason. It ends after two seconds, and a while later if the service is not run.
func (r *run) deliveryMayFail(d diary, report truth.Report) bool {
	from := report.At.Add(-5 * scrapeInterval)
	return r.stopped(from, report.At, report.Driver, d.service) || d.stalled(report.At) || r.slowBetween(from, report.At)
}

// kindOf is what a report is counted as.
func kindOf(report truth.Report) string {
	if report.Reason == truth.DeliveryFailed {
		return report.Reason + ", " + report.Driver
	}
	return report.Reason
}

// checkFailuresReported checks that services report what happens to the Pushgateway and
// to the receivers.
func (r *run) checkFailuresReported(s *service) {
	var reports []truth.Report
	for generation := 1; generation <= s.generation; generation++ {
		reports = append(reports, r.readDiary(s, generation).reports...)
	}
	r.checkOutages(s, outages{on: onGateway, least: 3 * scrapeInterval, most: 2 * scrapeInterval,
		reported: slices.DeleteFunc(slices.Clone(reports), func(t truth.Report) bool { return t.Reason != "push" })})
	for _, c := range r.receivers {
		if !c.takes(s) {
			continue
		}
		r.checkOutages(s, outages{on: c.name, least: 7 * scrapeInterval / 2, most: 4 * scrapeInterval,
			reported: slices.DeleteFunc(slices.Clone(reports), func(t truth.Report) bool {
				return t.Reason != truth.DeliveryFailed || t.Driver != c.name
			})})
	}
}

// outages are the events of one receiver, and what was reported about it.
type outages struct {
	on       string
	reported []truth.Report
	least    time.Duration // an event that takes less may pass between two deliveries
	most     time.Duration // a report comes so long after the end, at most
}

// checkOutages checks that each trouble of a receiver by which requests of all services
// failed was reported by those that lived through it undisturbed. Each kind of failure is
// reported once until a delivery goes well, as one does while the receiver is at rest.
func (r *run) checkOutages(s *service, o outages) {
	for _, e := range r.events {
		from := e.from.Add(-longRest)
		if e.on != o.on || e.hidden || e.to.Sub(e.from) < o.least ||
			r.stopped(from, e.to, s.name) || r.slowBetween(from, e.to) || r.stalledBetween(s.name, from, e.to) {
			continue
		}
		r.count(causesCheck, 1)
		if !slices.ContainsFunc(o.reported, func(report truth.Report) bool {
			return e.overlaps(report.At.Add(-o.most), report.At)
		}) {
			r.fail(causesCheck, "%s: nothing was reported of %s (%s) from %v to %v", s.name, e.trouble, e.on, e.from, e.to)
		}
	}
}
