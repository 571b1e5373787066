package families

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// Exposition is what one flush made: the families and their values.
type Exposition struct {
	// Families are sorted by name. Two expositions with the same families share
	// the slice.
	Families []*Family

	// Numbers are the values of gauges, counters and summaries, each at the slot of
	// its series.
	Numbers []float64

	// Parts are what counters and summaries have beside numbers, and Histograms all
	// that histograms have, each at the part of its series.
	Parts      []Part
	Histograms []Histogram

	// Series and Labels count the series of all families, and their labels.
	Series, Labels int

	// Reading is the number of the reading whose values these are.
	Reading uint64
}

// Empty is an exposition of nothing.
var Empty = &Exposition{}

// Family is one version of a family. When a series comes or goes, or help or unit
// change, the next exposition has another version.
type Family struct {
	wire.Head // name, help, unit and type
	Desc      *prometheus.Desc
	Series    []*Series // at least one, in the order of the exposition
}

// NewFamily makes a family, whose series are sorted already.
func NewFamily(name, help, unit string, typ dto.MetricType, series []*Series) *Family {
	for _, s := range series {
		if s.Rendered == nil && len(s.Labels) > 0 {
			s.Rendered = Render(s.Labels)
		}
	}
	if len(series) != 1 {
		f := &Family{Series: series}
		f.set(name, help, unit, typ)
		return f
	}
	f := new(loneFamily)
	f.series[0] = series[0]
	f.Series = f.series[:]
	f.set(name, help, unit, typ)
	return &f.Family
}

// loneFamily is a family that has one series, as nearly all have where each statistic is a
// family. One place in memory less is to be waited for by whoever reads many.
type loneFamily struct {
	Family
	series [1]*Series
}

func (f *Family) set(name, help, unit string, typ dto.MetricType) {
	f.Head = wire.NewHead(name, help, unit, typ)
	f.Desc = prometheus.V2.NewDesc(name, help, prometheus.UnconstrainedLabels(nil), nil, prometheus.WithUnit(unit))
}

// Series is one series of a family.
type Series struct {
	// Labels are sorted by name; the constant ones are among them, those that a
	// wrapping registerer adds are not.
	Labels []naming.Label

	// Rendered are the labels as scrapes write them, nil if there are none. NewFamily
	// sees to them where they are not given; series of one metric should share them,
	// since they take as much memory as the labels, twice.
	Rendered *wire.Labels

	// Slot is where in Numbers the values are: one of a gauge or counter; count, sum
	// and quantiles of a summary. A histogram has none.
	Slot int

	// Part is where in Parts, or for a histogram in Histograms, the rest is. A gauge
	// has none.
	Part int

	// Quantiles are those of a summary, ascending.
	Quantiles []float64

	// Origin is the metric that the series is made of.
	Origin *Origin
}

// Render renders sorted labels.
func Render(labels []naming.Label) *wire.Labels {
	pairs := make([]string, 0, 2*len(labels))
	for _, l := range labels {
		pairs = append(pairs, l.Name, l.Value)
	}
	return wire.NewLabels(pairs...)
}

// Origin names a metric, for people to read. All its series share it.
type Origin struct {
	Name   string       // as its source has it
	Labels naming.Pairs // the original ones; nil for none
}

// String names the metric with its labels.
func (o *Origin) String() string { return problem.Describe(o.Name, o.Labels.Map()) }

// Part is what a counter or summary has beside numbers.
type Part struct {
	Created  time.Time // when it began to count; zero if that is not known
	Exemplar *Exemplar // nil for none
}

// Exemplar is a value with labels that lead to more about it.
type Exemplar struct {
	Labels []naming.Label // sorted by name
	Value  float64        // in the unit of its series
	Time   time.Time
}
