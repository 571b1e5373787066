package benchmarks

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// Group is scenarios that share their contenders and their set-up.
type Group struct {
	Name       string
	Doc        string // what is done, in sentences
	Unit       Unit   // of what Trials measure
	Scenarios  []string
	Contenders []Contender // the first is ours, and what others are compared with
	MaxRounds  int         // how often it makes sense to repeat; 0: any number
}

// Contender is what takes part in a group.
type Contender struct {
	Peer string
	Name string // which instrument of the peer, or which way to do it

	// Open sets it up. It takes up to seconds.
	Open func() Setup
}

// Setup is a contender that is ready.
type Setup struct {
	Trials []Trial // as many as there are scenarios; zero ones for what it has not got
	Note   string  // what tables say beside the name
}

// String is how tables name the contender.
func (c Contender) String() string { return strings.TrimSpace(c.Peer + " " + c.Name) }

// Unit is what figures count.
type Unit string

// The units.
const (
	Nanoseconds Unit = "ns"
	Bytes       Unit = "B"
)

// Size is how large scenarios are.
type Size struct {
	Instruments int           // over which records are spread, and of which memory is taken
	Fill        int           // values in each distribution before measuring
	PerKind     int           // instruments of each kind in a world
	Updates     int           // values in each instrument of a world between two flushes
	Growth      []int         // gauges in worlds that grow
	Crowds      []int         // series of vectors that grow
	Window      time.Duration // how long updates are watched under flushes and scrapes
	Slow        int           // values that slow instruments got
	Age         time.Duration // of these values
	Cold        [2]int        // values in each of many instruments that are new
}

// FullSize is that of the figures in RESULTS.md. A reservoir of 1028 is full
// with 2048 values, and 32 more change nearly all of them.
func FullSize() Size {
	return Size{
		Instruments: 1000, Fill: 2048, PerKind: 1000, Updates: 32,
		Growth: []int{1_000, 10_000, 100_000}, Crowds: []int{10_000, 100_000},
		Window: time.Second, Slow: 1028, Age: 10 * time.Second,
		Cold: [2]int{3_000, 10_000},
	}
}

// SmallSize is for finding out whether scenarios work.
func SmallSize() Size {
	return Size{Instruments: 10, Fill: 16, PerKind: 4, Updates: 2, Growth: []int{70, 140}, Crowds: []int{80},
		Window: 10 * time.Millisecond, Slow: 5,
		Cold: [2]int{5, 20}}
}

// Groups returns all scenarios for these peers.
func Groups(peers []Peer, size Size) []Group {
	groups := []Group{
		recordGroup(peers, size, Counter, "record: counters", "a counter is increased by 1", constantValues),
		recordGroup(peers, size, Gauge, "record: gauges", "a gauge is set", logNormalValues),
		recordGroup(peers, size, Meter, "record: meters", "a meter is marked with 1", constantValues),
		recordGroup(peers, size, Distribution, "record: distributions, constant values",
			"the same duration is recorded again and again", constantValues),
		recordGroup(peers, size, Distribution, "record: distributions, log-normal values",
			"durations are recorded whose median is 20 ms and whose 99th percentile is 200 ms", logNormalValues),
		coldGroup(peers, size),
		lookupGroup(peers, ByValues, "lookup: by label values",
			"the counter of two label values is found among 60 and increased"),
		lookupGroup(peers, ByLabels, "lookup: by labels",
			"the same with names and values of labels; "+
				"libraries without labels find a name that is put together from the values"),
		churnGroup(peers, size),
		exposeGroup(peers, size, Gauges),
		slowGroup(peers, size),
		exposeGroup(peers, size, Labelled),
		exposeGroup(peers, size, Typed),
		growthGroup(peers, size),
	}
	groups = append(groups, crowdGroups(size)...)
	return append(groups, memoryGroup(peers, size), disturbedGroup(peers, size))
}

// --- recording

func recordGroup(peers []Peer, size Size, kind Kind, name, what string, values func(int) []Value) Group {
	many := fmt.Sprintf("%d instruments, ", size.Instruments)
	g := Group{Name: name, Unit: Nanoseconds, Scenarios: []string{
		"1 goroutine", "all cores", "100 goroutines",
		many + "1 goroutine", many + "all cores", many + "100 goroutines",
	}}
	g.Doc = "One operation: " + what + ". Either there is one instrument, or each operation takes another one " +
		"of many in random order. With several goroutines, the time is that of all together divided by the " +
		"operations of all together."
	if kind == Distribution {
		g.Doc += fmt.Sprintf(" Each instrument got %d values before, so that reservoirs are full.", size.Fill)
	} else {
		size.Fill = 1 // it is all the same to them what came before
	}
	for _, peer := range peers {
		for _, in := range peer.Instruments {
			if in.Kind == kind {
				g.Contenders = append(g.Contenders, Contender{peer.Name, in.Name, func() Setup {
					return Setup{Trials: recordTrials(in, size, values)}
				}})
			}
		}
	}
	return g
}

func recordTrials(in Instrument, size Size, values func(int) []Value) (trials []Trial) {
	one := in.Open(names("one", 1))
	fillUp(one, 1, size.Fill)
	many := in.Open(names("many", size.Instruments))
	fillUp(many, size.Instruments, size.Fill)
	for _, goroutines := range []int{1, allCores(), 100} {
		trials = append(trials, onGoroutines(goroutines, values(1), one.One))
	}
	for _, goroutines := range []int{1, allCores(), 100} {
		trials = append(trials, onGoroutines(goroutines, values(size.Instruments), many.Spread))
	}
	return trials
}

func coldGroup(peers []Peer, size Size) Group {
	g := Group{Name: "record: new distributions", Unit: Nanoseconds, MaxRounds: 3}
	for _, values := range size.Cold {
		g.Scenarios = append(g.Scenarios, fmt.Sprintf("the first %d values", values))
	}
	g.Doc = fmt.Sprintf("One operation: a log-normal duration is recorded in the next of %d instruments, in turn, which "+
		"have just been made; none of them is warm when its turn comes. Reservoirs fill, and then take in fewer and fewer. "+
		"The longer run is for histograms only.", size.Instruments)
	for _, peer := range peers {
		for _, in := range peer.Instruments {
			if in.Kind == Distribution {
				long := peer.Name == peers[0].Name || strings.HasPrefix(in.Name, "Histogram,")
				g.Contenders = append(g.Contenders, Contender{peer.Name, in.Name, func() Setup {
					return Setup{Trials: coldTrials(in, size, long)}
				}})
			}
		}
	}
	return g
}

func coldTrials(in Instrument, size Size, long bool) []Trial {
	values := logNormalValues(size.Instruments)
	for i := range values {
		values[i].At = i % size.Instruments
	}
	trials := make([]Trial, len(size.Cold))
	for i, each := range size.Cold {
		if i == 0 || long {
			trials[i].Figure = func() float64 {
				recorder := in.Open(names("cold", size.Instruments))
				runtime.GC()
				n := each * size.Instruments
				start := time.Now()
				through(values, 0, n, recorder.Spread)
				return float64(time.Since(start)) / float64(n)
			}
		}
	}
	return trials
}

// --- finding

func lookupGroup(peers []Peer, by LookupBy, name, what string) Group {
	g := Group{Name: name, Unit: Nanoseconds, Scenarios: []string{"1 goroutine", "all cores"}}
	g.Doc = "One operation: " + what + "."
	for _, peer := range peers {
		for _, lookup := range peer.Lookups {
			if lookup.By == by {
				g.Contenders = append(g.Contenders, Contender{peer.Name, lookup.Name, func() Setup {
					count, _ := lookup.Open()
					events := pairs()
					count(events)
					return Setup{Trials: []Trial{onGoroutines(1, events, count), onGoroutines(allCores(), events, count)}}
				}})
			}
		}
	}
	return g
}

func churnGroup(peers []Peer, size Size) Group {
	g := Group{Name: "churn", Unit: Nanoseconds, Scenarios: []string{"1 goroutine", "all cores"}}
	g.Doc = fmt.Sprintf("One operation: a counter with a new name or label is made and registered, increased, "+
		"and unregistered, while %d others stay.", size.Instruments)
	for _, peer := range peers {
		for _, churn := range peer.Churns {
			g.Contenders = append(g.Contenders, Contender{peer.Name, churn.Name, func() Setup {
				ids := names("id", batch)
				work, _ := churn.Open(names("other", size.Instruments))
				return Setup{Trials: []Trial{onGoroutines(1, ids, work), onGoroutines(allCores(), ids, work)}}
			}})
		}
	}
	return g
}

// --- exposing

var exposeDocs = map[Layout]string{
	Gauges: "Every figure is a gauge in a family of its own: 35 for a set of five instruments. " +
		"client_golang has as many gauges of the same names and help texts, set from time to time.",
	Labelled: "As before, but the instruments of a kind have one name, and two labels that tell them apart; so there " +
		"are 35 families. Libraries that have no gauges for the figures of a distribution show it their own way.",
	Typed: "Counters, gauges, and summaries or histograms, as each library exposes them; the number of lines differs.",
}

func exposeGroup(peers []Peer, size Size, layout Layout) Group {
	g := Group{Name: "expose: " + string(layout), Unit: Nanoseconds}
	g.Doc = fmt.Sprintf("%d each of counters, gauges, meters, timers and histograms "+
		"with full reservoirs. ", size.PerKind) +
		exposeDocs[layout] + " A flush brings up to date what scrapes show, where a library works that way; " +
		"the flush before a scrape is not part of the scrape's time. The last column is of scrapes without a flush between " +
		"them, as a second Prometheus server makes them."
	g.Scenarios = []string{"flush, all updated", "flush, nothing updated", "gather"}
	for _, format := range allFormats {
		g.Scenarios = append(g.Scenarios, formatNames[format], formatNames[format]+", gzip")
	}
	g.Scenarios = append(g.Scenarios, formatNames[OpenMetrics]+", gzip, again")
	for _, peer := range peers {
		for _, world := range peer.in(layout, Exposing) {
			g.Contenders = append(g.Contenders, Contender{peer.Name, world.Name, func() Setup {
				e := openWorld(world, size, size.PerKind)
				return Setup{exposeTrials(e, size), e.summary()}
			}})
		}
	}
	return g
}

func slowGroup(peers []Peer, size Size) Group {
	g := Group{Name: "expose: slow instruments", Unit: Nanoseconds, Scenarios: []string{"flush"}}
	g.Doc = fmt.Sprintf("The gauges of the first exposition, of instruments that are seldom updated: each got %d values, "+
		"all of which are in its reservoir, at least %.0f s ago, "+
		"and one more before each flush.", size.Slow, size.Age.Seconds())
	for _, peer := range peers {
		for _, world := range peer.in(Gauges, Growing) {
			g.Contenders = append(g.Contenders, Contender{peer.Name, world.Name, func() Setup {
				slow := size
				slow.Fill = size.Slow
				return Setup{Trials: []Trial{openWorld(world, slow, size.PerKind).slowFlushes(size)}}
			}})
		}
	}
	return g
}

// seriesPerSet is how many gauges five instruments become.
const seriesPerSet = 35

func growthGroup(peers []Peer, size Size) Group {
	g := Group{Name: "growth", Unit: Nanoseconds}
	g.Doc = "The gauges of the first exposition, few and many: flushed, all just updated, and scraped in text without " +
		"compression. The time is that of one series. Where there are a million, the libraries were measured one " +
		"after the other."
	for _, series := range size.Growth {
		g.Scenarios = append(g.Scenarios, fmt.Sprintf("%d series: flush", series), fmt.Sprintf("%d series: scrape", series))
	}
	for _, peer := range peers {
		for _, world := range peer.in(Gauges, Growing) {
			g.Contenders = append(g.Contenders, Contender{peer.Name, world.Name, func() Setup {
				return Setup{Trials: growthTrials(world, size)}
			}})
		}
	}
	return g
}

// --- memory

func memoryGroup(peers []Peer, size Size) Group {
	g := Group{Name: "memory", Unit: Bytes, MaxRounds: 1}
	g.Scenarios = []string{"never updated", fmt.Sprintf("after %d values", size.Fill)}
	g.Doc = fmt.Sprintf("Memory that an instrument takes with its place in the registry: the growth of the heap by %d of "+
		"them, without the text of their names. Values are log-normal.", size.Instruments)
	for _, peer := range peers {
		for _, in := range peer.Instruments {
			g.Contenders = append(g.Contenders, Contender{peer.Name, in.Name, func() Setup {
				trials := []Trial{{}, {Figure: func() float64 { return bytesEach(in, size.Instruments, size.Fill) }}}
				if !in.Lazy {
					trials[0].Figure = func() float64 { return bytesEach(in, size.Instruments, 0) }
				}
				return Setup{Trials: trials}
			}})
		}
	}
	return g
}

// --- recording while others read

func disturbedGroup(peers []Peer, size Size) Group {
	g := Group{Name: "record under flushes and scrapes", Unit: Nanoseconds, MaxRounds: 3,
		Scenarios: []string{"quiet: p99", "disturbed: p99", "disturbed: p99.9"}}
	g.Doc = "On every core a goroutine records durations without a pause, spread over the timers of a world, and " +
		"times each single update with the clock, whose reading is part of the figure. Worlds are those with the " +
		"types of Prometheus where a library has one. Disturbed: flushed each 100 ms, where the library flushes, and " +
		"scraped in text each second."
	for _, peer := range peers {
		worlds := peer.in(Typed, Disturbed)
		if len(worlds) == 0 {
			worlds = peer.in(Gauges, Disturbed)
		}
		for _, world := range worlds {
			g.Contenders = append(g.Contenders, Contender{peer.Name, world.Name, func() Setup {
				return Setup{Trials: disturbedTrials(openWorld(world, size, size.PerKind), size)}
			}})
		}
	}
	return g
}

func disturbedTrials(e *Exposed, size Size) []Trial {
	values := logNormalValues(size.PerKind)
	var last *latencies // both figures come from one run
	disturbed := disturbance{flush: size.Window / 10, scrape: size.Window}
	return []Trial{
		{Figure: func() float64 { return recordUnder(e, values, disturbance{}, size.Window/4).quantile(0.99) }},
		{Figure: func() float64 {
			last = recordUnder(e, values, disturbed, size.Window)
			return last.quantile(0.99)
		}},
		{Figure: func() float64 { return last.quantile(0.999) }},
	}
}
