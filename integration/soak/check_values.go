package soak

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/soak/truth"
)

// The names under which values are checked.
const (
	valuesCheck = "values between two flushes"
	finalCheck  = "final values"
	nativeCheck = "native histograms"
	livesCheck  = "values over restarts"
)

// ingestion is how long a scrape may take until its samples can be queried.
const ingestion = 2 * scrapeInterval

// values is what the checks of values remember.
type values struct {
	since time.Time             // what is older has been checked
	last  map[showing]lastValue // by who shows it
}

// showing is a driver of a service in one life, as one job shows it.
type showing struct {
	job, service, driver string
	generation           int
}

// lastValue is what a job has last shown of a driver.
type lastValue struct {
	at   time.Time
	mark truth.Mark
	live life
}

// life is a driver in one life of its service.
type life struct {
	driver  truth.Driver
	history truth.History
}

// checkValues compares each sample that Prometheus has stored since the last time
// with what the service had counted when the flush began that it shows, and when the
// next one did.
func (r *run) checkValues() {
	until := time.Now().Add(-ingestion)
	if !until.After(r.values.since) {
		return
	}
	if r.values.last == nil {
		r.values.last = map[showing]lastValue{}
	}
	lives := r.readLives()
	names := map[string]bool{}
	for _, l := range lives {
		names[l.driver.Mark] = true
		for _, f := range l.driver.Figures {
			names[f.Series] = true
		}
	}
	selector := strings.Join(slices.Sorted(maps.Keys(names)), "|")
	length := until.Sub(r.values.since).Milliseconds()
	for _, job := range append(slices.Sorted(maps.Keys(paths)), gatewayJob) {
		matrix, err := r.server.Matrix(fmt.Sprintf(`{job=%q,__name__=~%q}[%dms]`, job, selector, length), until)
		if err != nil {
			r.fail(valuesCheck, "%v", err)
			return
		}
		for service, samples := range byService(matrix) {
			for id, l := range lives {
				if id.service == service {
					id.job = job
					r.checkDriver(id, l, samples)
				}
			}
		}
	}
	r.values.since = until
}

// samples are sums of all series of a name, by name and time.
type samples map[string]map[model.Time]float64

func byService(matrix model.Matrix) map[string]samples {
	all := map[string]samples{}
	for _, stream := range matrix {
		service, name := string(stream.Metric["service"]), string(stream.Metric[model.MetricNameLabel])
		if all[service] == nil {
			all[service] = samples{}
		}
		if all[service][name] == nil {
			all[service][name] = map[model.Time]float64{}
		}
		for _, pair := range stream.Values {
			all[service][name][pair.Timestamp] += float64(pair.Value)
		}
	}
	return all
}

// readLives reads what every driver of every life has left behind so far.
func (r *run) readLives() map[showing]life {
	lives := map[showing]life{}
	for _, s := range r.services {
		for generation := 1; generation <= s.generation; generation++ {
			folder := r.folderOf(s, generation)
			schema, err := truth.ReadSchema(folder)
			if err != nil {
				continue // killed before it had one
			}
			for _, d := range schema.Drivers {
				history, err := truth.ReadMarks(folder, d.Name, schema.Slots)
				if err != nil {
					r.fail(valuesCheck, "%s of %s: %v", d.Name, s.name, err)
				}
				lives[showing{service: s.name, driver: d.Name, generation: generation}] = life{d, history}
			}
		}
	}
	return lives
}

// checkDriver checks each scrape of a job that shows the driver.
func (r *run) checkDriver(id showing, l life, all samples) {
	for at, number := range all[l.driver.Mark] {
		mark, next := l.history.Of(int64(number))
		if mark == nil {
			continue // of another life
		}
		for _, f := range l.driver.Figures {
			value, found := all[f.Series][at]
			least, most := bounds(f, mark, next)
			if !found && (f.Optional || least == 0 || r.stalledDuring(id, mark, next)) {
				continue
			}
			r.count(valuesCheck, 1)
			if !found || !between(value, least, most) {
				r.fail(valuesCheck, "%+v: %s at %v is %v (%v), want %v to %v, flush %d",
					id, f.Series, at.Time(), value, found, least, most, mark.Number)
			}
		}
		if last := r.values.last[id]; at.Time().After(last.at) {
			r.values.last[id] = lastValue{at.Time(), *mark, l}
		}
	}
}

// bounds are the least and the most that a figure may be. A driver lists all sources at
// once, and so may list one right before the mark is made: what is registered in between,
// as happens while a service starts, is not in its first flush.
func bounds(f truth.Figure, mark, next *truth.Mark) (least, most float64) {
	least, most = float64(mark.Slots[f.Slot].Done)*f.Scale, math.Inf(1)
	if mark.IsFirst() {
		least = 0
	}
	if next != nil {
		most = float64(next.Slots[f.Slot].Begun) * f.Scale
	}
	return least, most
}

// between allows for what a float64 loses in sums of parts of a second.
func between(value, least, most float64) bool {
	const precision = 1e-12
	return value >= least*(1-precision) && value <= most*(1+precision)
}

// stalledDuring reports whether the service was kept from running during a flush, so
// that a metric of another library may have been left out as one that hangs.
func (r *run) stalledDuring(id showing, mark, next *truth.Mark) bool {
	end := mark.At.Add(scrapeInterval)
	if next != nil {
		end = next.At
	}
	d := r.readDiary(r.service(id.service), id.generation)
	return slices.ContainsFunc(d.stalls, func(s truth.Stall) bool { return s.To.After(mark.At) && s.From.Before(end) })
}
