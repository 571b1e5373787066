package benchmarks

import "time"

// recent is how long values count as recent: what comes half a minute later
// weighs half as much again in a decaying reservoir.
const recent = 20 * time.Second

func openWorld(world World, size Size, perKind int) *Exposed {
	e := world.Open(Population{PerKind: perKind, Labelled: world.Layout == Labelled, Fill: size.Fill})
	e.fill(size)
	if e.Flush != nil {
		e.Flush()
	}
	return e
}

// fill fills reservoirs, as busy instruments have them.
func (e *Exposed) fill(size Size) {
	values := logNormalValues(1)
	for filled := 0; filled < size.Fill; filled += len(values) {
		e.Update(values[:min(len(values), size.Fill-filled)])
	}
	e.filled = time.Now()
}

// The first trials of a world, before those that scrape.
const (
	flushTrial = iota
	idleTrial
	gatherTrial
	scrapeTrial // in text; the other formats follow
)

var formatNames = map[Format]string{Text: "text", OpenMetrics: "OpenMetrics", Protobuf: "protobuf"}

// exposeTrials are the trials of a world.
func exposeTrials(e *Exposed, size Size) []Trial {
	trial := func(before, operation func()) (t Trial) {
		if operation != nil {
			t.Run = func(n int) Cost { return each(n, before, operation) }
		}
		return t
	}
	trials := []Trial{flushTrial: e.flushes(size), idleTrial: trial(nil, e.Flush), gatherTrial: {}}
	if e.Gather != nil {
		trials[gatherTrial] = trial(e.Refresh, func() { e.Gather() })
	}
	for _, format := range allFormats {
		for _, gzipped := range []bool{false, true} {
			if e.knows(format, gzipped) {
				r := request(format, gzipped)
				trials = append(trials, trial(e.Refresh, func() { scrape(e.Handler, r) }))
			} else {
				trials = append(trials, Trial{})
			}
		}
	}
	return append(trials, e.again())
}

// again is of scrapes of one flush, but for the first of them.
func (e *Exposed) again() Trial {
	if !e.knows(OpenMetrics, true) {
		return Trial{}
	}
	r := request(OpenMetrics, true)
	return Trial{Run: func(n int) Cost {
		if e.Refresh != nil {
			e.Refresh()
		}
		scrape(e.Handler, r)
		return each(n, nil, func() { scrape(e.Handler, r) })
	}}
}

// flushes are of busy instruments. Between two of them all are updated, and the
// rest of their reservoirs is recent too, however long the others took whose turn
// it was.
func (e *Exposed) flushes(size Size) Trial {
	if e.Flush == nil {
		return Trial{}
	}
	values := logNormalValues(1)[:size.Updates]
	return Trial{Run: func(n int) Cost {
		if time.Since(e.filled) > recent {
			e.fill(size)
		}
		return each(n, func() { e.Update(values) }, e.Flush)
	}}
}

// slowFlushes are of instruments that get a value now and then.
func (e *Exposed) slowFlushes(size Size) Trial {
	if e.Flush == nil {
		return Trial{}
	}
	values := logNormalValues(1)
	return Trial{Run: func(n int) Cost {
		time.Sleep(time.Until(e.filled.Add(size.Age)))
		next := 0
		one := func() {
			e.Update(values[next : next+1])
			next = (next + 1) % len(values)
		}
		return each(n, one, e.Flush)
	}}
}

// growthTrials opens each world when it is first wanted, and gives up the one
// before: a million series take more than a gigabyte.
func growthTrials(world World, size Size) (trials []Trial) {
	var (
		open    int
		current []Trial
	)
	flushes := world.Open(Population{PerKind: 1}).Flush != nil
	for _, series := range size.Growth {
		sets := max(1, series/seriesPerSet)
		for _, which := range []int{flushTrial, scrapeTrial} {
			run := func(n int) Cost {
				if open != sets {
					current, open = nil, sets
					current = exposeTrials(openWorld(world, size, sets), size)
				}
				return current[which].Run(n)
			}
			if which == flushTrial && !flushes {
				run = nil
			}
			trials = append(trials, Trial{Run: run, Per: sets * seriesPerSet})
		}
	}
	return trials
}
