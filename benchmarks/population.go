package benchmarks

import (
	"slices"
	"strconv"
)

// Population is which instruments a world has: as many counters, gauges, meters,
// timers and histograms, with reservoirs filled.
type Population struct {
	PerKind  int
	Labelled bool // all of a kind under one name, told apart by two labels
	Fill     int  // values recorded in each instrument before measuring
}

// The names of instruments begin with these, in the order in which worlds make
// them.
const (
	counterName   = "counter"
	gaugeName     = "gauge"
	meterName     = "meter"
	timerName     = "timer"
	histogramName = "histogram"
)

// Identity is the name of an instrument, and its labels.
type Identity struct {
	Name        string
	Route, Code string // empty for no labels
}

// Identities returns those of all instruments of a kind.
func (p Population) Identities(kind string) []Identity {
	all := make([]Identity, p.PerKind)
	for i := range all {
		if p.Labelled {
			all[i] = Identity{Name: kind, Route: "/route/" + strconv.Itoa(i/20), Code: strconv.Itoa(200 + 10*(i%20))}
		} else {
			all[i] = Identity{Name: kind + "_" + strconv.Itoa(i)}
		}
	}
	return all
}

// The labels of a labelled population.
const (
	routeLabel = "route"
	codeLabel  = "code"
)

// figure is a gauge that an instrument becomes where every figure is one: the
// suffix of its name, and what its help text says after the instrument's name.
type figure struct {
	suffix, help string
	whole        bool // a whole number, which is shorter to write
}

var (
	countFigures = []figure{{"_count", "count since the start", true}}
	rateFigures  = []figure{
		{"_rate_1min", "events per second, 1 minute moving average", false},
		{"_rate_5min", "events per second, 5 minutes moving average", false},
		{"_rate_15min", "events per second, 15 minutes moving average", false},
		{"_rate_mean", "events per second since the start", false},
	}
	sampleFigures = []figure{
		{"_min", "minimum of the recent sample", true},
		{"_max", "maximum of the recent sample", true},
		{"_mean", "mean of the recent sample", false},
		{"_sum", "sum of all values since the start", true},
		{"_variance", "variance of the recent sample", false},
		{"_stddev", "standard deviation of the recent sample", false},
		{"_median", "0.5 quantile of the recent sample", true},
		{"_percentile_75", "0.75 quantile of the recent sample", false},
		{"_percentile_95", "0.95 quantile of the recent sample", false},
		{"_percentile_99_0", "0.99 quantile of the recent sample", false},
		{"_percentile_99_9", "0.999 quantile of the recent sample", false},
	}
)

// figures are those of each kind of instrument, 35 in all.
var figures = map[string][][]figure{
	counterName:   {{{"_count", "current count", true}}},
	gaugeName:     {{{"_gauge", "current value", true}}},
	meterName:     {countFigures, rateFigures},
	timerName:     {countFigures, sampleFigures, rateFigures},
	histogramName: {countFigures, sampleFigures},
}

// quantiles are those that distributions show where the library lets one choose,
// with the errors that summaries of client_golang are given for them.
var quantiles = map[float64]float64{0.5: 0.05, 0.75: 0.02, 0.95: 0.005, 0.99: 0.001, 0.999: 0.0001}

// helpOf is the help text of a gauge.
func helpOf(kind, name string, f figure) string {
	help := name + ": " + f.help
	if kind == timerName && slices.Contains(sampleFigures, f) {
		help += ", in nanoseconds"
		if f.suffix == "_variance" {
			help += " squared"
		}
	}
	return help
}
