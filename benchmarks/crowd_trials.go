package benchmarks

import (
	"fmt"
	"runtime"
	"time"
)

// crowds are the libraries that have labels, vectors and histograms of both kinds.
var crowds = []struct {
	peer, name string
	open       func(crowd) *children
}{
	{"go-metrics-plus", "Vec, detached", ourCrowd},
	{"client_golang", "CounterVec and HistogramVec", promCrowd},
}

// crowdGroups are two groups for each size: what crowds take in time, and in memory.
func crowdGroups(size Size) (groups []Group) {
	for _, series := range size.Crowds {
		c := crowdOf(series)
		what := fmt.Sprintf("%d counters with three labels and %d timers with two, which are histograms with classic and "+
			"native buckets: %d series as OpenMetrics has them, and %d in protobuf, where a histogram is one. "+
			"Divided by the first of these numbers.", c.counters, c.timers, c.series(), c.counters+c.timers)
		name := fmt.Sprintf("growth: %d labelled series", c.series())
		timing := Group{Name: name, Unit: Nanoseconds, Doc: what + " Registering, by the first lookup of each, and the " +
			"first flush were measured once. client_golang keeps nothing from one scrape to the next.", Scenarios: []string{
			"register", "first flush", "flush, all updated", "flush, one in a hundred updated",
			"OpenMetrics, gzip", "the same, again", "protobuf, gzip",
		}}
		memory := Group{Name: name + ", memory", Unit: Bytes, MaxRounds: 1, Doc: what + " In use is what is left after " +
			"garbage collections, with five values in each timer; allocated is what garbage collections have to " +
			"find again.", Scenarios: []string{
			"in use, registered", "in use, scraped", "allocated by a flush", "by a scrape in OpenMetrics, gzip",
			"by a scrape in protobuf, gzip",
		}}
		for _, of := range crowds {
			timing.Contenders = append(timing.Contenders, Contender{of.peer, of.name, func() Setup {
				return Setup{Trials: crowdTimes(of.open(c))}
			}})
			memory.Contenders = append(memory.Contenders, Contender{of.peer, of.name, func() Setup {
				return Setup{Trials: crowdMemory(func() *children { return of.open(c) })}
			}})
		}
		groups = append(groups, timing, memory)
	}
	return groups
}

// crowdTimes registers the children and flushes them for the first time.
func crowdTimes(c *children) []Trial {
	once := func(do func()) Trial {
		start := time.Now()
		do()
		took := float64(time.Since(start)) / float64(c.series())
		return Trial{Figure: func() float64 { return took }}
	}
	again := func(before, do func()) Trial {
		return Trial{Per: c.series(), Run: func(n int) Cost { return each(n, before, do) }}
	}
	open, protobuf := request(OpenMetrics, true), request(Protobuf, true)
	trials := []Trial{once(c.register)}
	if c.flush == nil {
		trials = append(trials, Trial{}, Trial{}, Trial{})
	} else {
		trials = append(trials, once(c.flush),
			again(func() { c.update(1) }, c.flush),
			again(func() { c.update(100) }, c.flush))
	}
	trials = append(trials, again(c.refresh, func() { scrape(c.handler, open) }))
	if c.flush == nil {
		trials = append(trials, Trial{})
	} else {
		trials = append(trials, Trial{Per: c.series(), Run: func(n int) Cost {
			c.refresh()
			scrape(c.handler, open)
			return each(n, nil, func() { scrape(c.handler, open) })
		}})
	}
	return append(trials, again(c.refresh, func() { scrape(c.handler, protobuf) }))
}

// crowdMemory measures in the order of the scenarios, all when the first is asked for.
func crowdMemory(open func() *children) []Trial {
	var figures []float64
	measure := func() {
		empty := heap()
		c := open()
		c.register()
		for range 5 {
			c.update(1)
		}
		registered := heap()
		c.refresh()
		sizes := []float64{allocatedBy(c.flush)}
		for _, format := range []Format{OpenMetrics, Protobuf} {
			r := request(format, true)
			scrape(c.handler, r) // which finds out how large the answer is
			c.refresh()
			sizes = append(sizes, allocatedBy(func() { scrape(c.handler, r) }))
		}
		figures = append([]float64{registered - empty, heap() - empty}, sizes...)
		for i := range figures {
			figures[i] /= float64(c.series())
		}
		runtime.KeepAlive(c)
	}
	trials := make([]Trial, 5)
	for i := range trials {
		trials[i].Figure = func() float64 {
			if figures == nil {
				measure()
			}
			return figures[i]
		}
	}
	if open().flush == nil {
		trials[2] = Trial{}
	}
	return trials
}

// allocatedBy is how many bytes something allocates; none if it is nil.
func allocatedBy(do func()) float64 {
	if do == nil {
		return 0
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}
