package soak

import (
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

const scrapesCheck = "scrapes"

// checkScrapes checks that no scrape failed, and none is missing, at a time when
// neither trouble nor the machine kept Prometheus or the service from it.
func (r *run) checkScrapes() {
	at, length := time.Now(), time.Since(r.begun).Milliseconds()
	r.findSlowTimes(at, length)
	matrix, err := r.server.Matrix(fmt.Sprintf(`up[%dms]`, length), at)
	if err != nil {
		r.fail(scrapesCheck, "%v", err)
		return
	}
	for _, stream := range matrix {
		job, service := string(stream.Metric["job"]), string(stream.Metric["service"])
		if job == gatewayJob {
			service = onGateway
		}
		r.checkStream(job, service, stream.Values)
	}
}

func (r *run) checkStream(job, service string, pairs []model.SamplePair) {
	for i, pair := range pairs {
		r.count(scrapesCheck, 1)
		at := pair.Timestamp.Time()
		if pair.Value == 0 {
			r.tally.lost++
			if !r.mayLose(service, at, at) {
				r.fail(scrapesCheck, "job %s of %s failed at %v", job, service, at)
			}
		}
		if i == 0 {
			continue
		}
		before := pairs[i-1].Timestamp.Time()
		if gap := at.Sub(before); gap > scrapeInterval*3/2 {
			r.tally.lost += int(gap/scrapeInterval) - 1
			if !r.mayLose(service, before, at) {
				r.fail(scrapesCheck, "job %s of %s was not scraped between %v and %v", job, service, before, at)
			}
		}
	}
}

// mayLose reports whether a scrape may be lost between two moments: one that was
// under way when trouble began, or could not begin before it ended.
func (r *run) mayLose(service string, from, to time.Time) bool {
	from, to = from.Add(-2*scrapeInterval), to.Add(2*scrapeInterval)
	return r.stopped(from, to, service, onPrometheus) || r.slowBetween(from, to) || r.stalledBetween(service, from, to)
}

// stalledBetween reports whether a service was kept from running between two moments.
func (r *run) stalledBetween(service string, from, to time.Time) bool {
	for _, s := range r.services {
		for generation := 1; s.name == service && generation <= s.generation; generation++ {
			stalls := r.readDiary(s, generation).stalls
			if slices.ContainsFunc(stalls, func(s truth.Stall) bool { return s.To.After(from) && s.From.Before(to) }) {
				return true
			}
		}
	}
	return false
}

// slowBetween reports whether the machine was slow at some time between two moments.
func (r *run) slowBetween(from, to time.Time) bool {
	return slices.ContainsFunc(r.tally.slow, func(at time.Time) bool { return at.After(from) && at.Before(to) })
}

// findSlowTimes notes when a scrape of the peer's metrics, of a service that no
// trouble was made to, failed, was late or took a quarter of the time that there is.
// Prometheus itself is among what the machine has to run.
func (r *run) findSlowTimes(at time.Time, length int64) {
	matrix, err := r.server.Matrix(fmt.Sprintf(`scrape_duration_seconds{job=%q}[%dms]`, controlJob, length), at)
	if err != nil {
		r.fail(scrapesCheck, "%v", err)
		return
	}
	for _, stream := range matrix {
		var before time.Time
		for _, pair := range stream.Values {
			at := pair.Timestamp.Time()
			late := !before.IsZero() && at.Sub(before) > scrapeInterval*3/2
			if took := float64(pair.Value); took > scrapeInterval.Seconds()/4 || late {
				r.noteSlow(string(stream.Metric["service"]), before, at)
			}
			before = at
		}
	}
}

func (r *run) noteSlow(service string, before, at time.Time) {
	if before.IsZero() {
		before = at
	}
	if !r.stopped(before.Add(-2*scrapeInterval), at.Add(2*scrapeInterval), service, onPrometheus) {
		r.tally.slow = append(r.tally.slow, at)
	}
}
