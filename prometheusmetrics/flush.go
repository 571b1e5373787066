package prometheusmetrics

import (
	"maps"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/planning"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// flush reads all metrics and publishes what it read, when it is its turn.
func (d *Driver) flush() error {
	d.flushed.Store(true)
	mine := d.turns.takeToRead()
	err := d.flushInTurn(mine, reading.Limit{Timeout: d.config.CallTimeout, Begin: time.Now()})
	d.reports.Tell(d.config.OnError)
	return err
}

// flushInScrape flushes for a scrape that is going on, in no more time than
// Config.CallTimeout. Scrapes that come while one is read share what it brings.
func (d *Driver) flushInScrape() {
	limit := reading.Limit{Timeout: d.config.CallTimeout, Begin: time.Now(), Whole: true}
	current, mine := d.turns.tryTake(true, true)
	for !mine {
		left := limit.Timeout - time.Since(limit.Begin)
		current.await(left)
		if current.reads || left <= 0 {
			return
		}
		current, mine = d.turns.tryTake(true, true)
	}
	d.flushInTurn(current, limit)
	d.reports.TellWithin(d.config.OnError, limit.Timeout-time.Since(limit.Begin))
}

// flushInTurn reads, plans, asks and commits, and ends the turn. Until the commit
// nothing has changed that others can see.
func (d *Driver) flushInTurn(mine *turn, limit reading.Limit) error {
	defer d.turns.end(mine)
	if d.closed.Load() {
		return ErrClosed
	}
	read := d.read(limit)
	if !d.hasList(read) {
		return sourceError(read.Failed)
	}
	plan := d.plan(read.Metrics, false)
	plan = d.ask(plan, mine, limit.Whole)
	d.commit(plan)
	d.noteFlush(limit.Begin, d.state.Exposition().Series)
	d.self.record(d, limit.Begin)
	return sourceError(read.Failed)
}

// read fills values that belong to this flush alone.
func (d *Driver) read(limit reading.Limit) reading.Result {
	d.reader.Saw(d.seen.Load())
	read := d.reader.Read(limit)
	for _, err := range read.News {
		d.reports.Add(sourceError(err))
	}
	return read
}

// hasList reports whether one of the user's sources has been listed, ever. Without any
// there is nothing to show, which is not the same as showing that there is nothing.
func (d *Driver) hasList(read reading.Result) bool {
	own := 0
	if d.config.SelfMetrics {
		own = 1
	}
	return read.Failed == nil || read.Listed > own
}

// plan makes a plan of the values and the state. Again says that the values are those
// of the last one.
func (d *Driver) plan(all []*reading.Metric, again bool) *planning.Plan {
	d.answers = planning.Answers{
		Refused: maps.Clone(d.member.Lost()), Changes: d.member.Changes(), Again: again, IsShared: d.member.Shares,
	}
	d.planned = all
	return planning.Make(d.state, all, d.answers)
}

// maxRounds bounds how often a plan is made again because another driver has what it
// would add. One refusal may make room for a metric that is refused next.
const maxRounds = 16

// ask asks for what the plan adds: the other drivers of the registry, and the
// registry itself unless a scrape is going on, which may have it locked.
func (d *Driver) ask(plan *planning.Plan, mine *turn, inScrape bool) *planning.Plan {
	shared := d.member.Ask(plan.Claims())
	for range maxRounds {
		if !d.refuse(shared) {
			break
		}
		plan = planning.Make(d.state, d.planned, d.answers)
		shared = d.member.Ask(plan.Claims())
	}
	var probes []planning.Probe
	if !inScrape {
		probes = d.probes.probeFor(plan, mine)
	}
	plan.Settle(shared.Families, probes...)
	return plan
}

// refuse notes what was refused, and reports whether that was news.
func (d *Driver) refuse(shared sharing.Answers) (news bool) {
	for key, err := range shared.Refused {
		if _, known := d.answers.Refused[key]; !known {
			if d.answers.Refused == nil {
				d.answers.Refused = make(map[sharing.Key]error)
			}
			d.answers.Refused[key], news = err, true
		}
	}
	return news
}

// commit makes the plan the state. Scrapes see it from the moment in which the other
// drivers of the registry do.
func (d *Driver) commit(plan *planning.Plan) {
	reports := plan.Commit(func(released map[string]string, change func()) {
		d.member.Commit(released, func() {
			change()
			exposition := d.state.Exposition()
			exposition.Reading = d.reader.Reading()
			d.current.Store(exposition)
		})
	})
	d.renderings.drop()
	for _, r := range reports {
		d.reports.Add(metricError(r.Metric, r.Problem))
	}
}

// reconsider plans with the last values again, because something has changed that
// does not come from the sources.
func (d *Driver) reconsider(change func(*planning.Plan)) {
	mine := d.turns.take()
	defer d.turns.end(mine)
	if d.current.Load() == nil {
		return
	}
	plan := d.plan(d.state.Metrics(), true)
	plan = d.ask(plan, mine, true)
	change(plan)
	d.commit(plan)
}

// scraped returns what a scrape is to show: the last flush, or a new one where the
// sources are read at each scrape or nothing has been flushed yet.
func (d *Driver) scraped() *families.Exposition {
	switch {
	case d.closed.Load():
	case d.config.FlushInterval == 0:
		d.flushInScrape()
	case d.current.Load() == nil:
		if d.flushed.CompareAndSwap(false, true) {
			d.reports.Add(ErrNotRunning)
		}
		d.flushInScrape()
	}
	if e := d.current.Load(); e != nil {
		d.saw(e)
		return e
	}
	return families.Empty
}

// saw notes that a scrape or push has seen an exposition, so that what SinkOnce left
// need not be shown any longer.
func (d *Driver) saw(e *families.Exposition) {
	for e != nil {
		seen := d.seen.Load()
		if e.Reading <= seen || d.seen.CompareAndSwap(seen, e.Reading) {
			return
		}
	}
}
