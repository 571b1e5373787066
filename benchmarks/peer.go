package benchmarks

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Peer is the adapter of one library.
type Peer struct {
	Name    string   // as the tables show it
	Modules []string // whose versions stand beside the figures

	Instruments []Instrument
	Lookups     []Lookup
	Churns      []Churn
	Worlds      []World
}

// Peers returns all libraries, ours first.
func Peers() []Peer {
	return []Peer{ours(), clientGolang(), rcrowley(), goEthereum(), victoriaMetrics(), openTelemetry(), hashicorp()}
}

// A Kind is what an instrument is for. Only instruments of one kind are compared.
type Kind string

// The kinds of instruments.
const (
	Counter      Kind = "counter"
	Gauge        Kind = "gauge"
	Meter        Kind = "meter"        // a counter that knows its rates
	Distribution Kind = "distribution" // histograms, summaries and timers
)

// Instrument is a type of instrument of a library.
type Instrument struct {
	Kind Kind
	Name string // as the library calls it

	// Lazy tells that instruments come into being with their first value.
	Lazy bool

	// Open makes instruments of these names, registered as a program would have
	// them, in a registry of their own.
	Open func(names []string) Recorder
}

// Recorder records into instruments that are open.
type Recorder struct {
	One    func([]Value) // all values into the first instrument
	Spread func([]Value) // each value into the instrument that it says

	// Totals reads back how many values all instruments got, and their sum in
	// the unit that the library was given; a gauge has its value for a sum and
	// no count. It is for tests, and goes through what the library exposes.
	Totals func() (count, sum float64)
}

// Lookup finds an instrument for every single event and counts the event.
type Lookup struct {
	By   LookupBy
	Name string // how the library does it

	// Open makes the counter; the function counts one event for each pair.
	Open func() (count func([]Pair), totals func() float64)
}

// LookupBy tells what a program has at hand when an event comes.
type LookupBy string

// The ways to look up.
const (
	ByValues LookupBy = "values" // the values of known labels, in their order
	ByLabels LookupBy = "labels" // names and values; without labels, a name made of them
)

// Churn registers a counter, counts once and unregisters it, while others are
// registered.
type Churn struct {
	Name string
	Open func(others []string) (churn func(ids []string), registered func() int)
}

// World is a whole registry with an exposition.
type World struct {
	Layout Layout
	Name   string // which instruments, and how they are exposed
	Open   func(Population) *Exposed
	Only   Purpose // what it takes part in; empty for everything
}

// Purpose tells groups of scenarios apart that are about worlds.
type Purpose string

// The purposes.
const (
	Exposing  Purpose = "exposing"
	Growing   Purpose = "growing"
	Disturbed Purpose = "disturbed"
)

// in returns the worlds of a layout that take part.
func (p Peer) in(layout Layout, purpose Purpose) (worlds []World) {
	for _, w := range p.Worlds {
		if w.Layout == layout && (w.Only == "" || w.Only == purpose) {
			worlds = append(worlds, w)
		}
	}
	return worlds
}

// Layout tells which worlds are compared with each other.
type Layout string

// The layouts.
const (
	Gauges   Layout = "gauges"   // every figure a gauge in a family of its own
	Labelled Layout = "labelled" // the same with the instruments of a kind under one name, told apart by two labels
	Typed    Layout = "typed"    // the types of Prometheus, each library in its own way
)

// Exposed is a world that is open.
type Exposed struct {
	// Update records each value in every instrument.
	Update func([]Value)

	// Record records a value in one of the timers, or in what the library has
	// for a timer.
	Record func(timer int, v Value)

	// Flush brings the exposition up to date; nil where scrapes read for
	// themselves.
	Flush func()

	// Refresh, where there is one, is called before each gathering, and its time
	// is not counted: it does what keeps a scrape from being answered with what
	// the last one left.
	Refresh func()

	// Gather collects all series without encoding them; nil if a library can't.
	Gather func() (series int)

	// Handler answers scrapes.
	Handler http.Handler

	// Formats are those that Handler knows.
	Formats []Format

	registry *prometheus.Registry // where there is one

	filled time.Time // when Update was last given more than reservoirs hold
}
