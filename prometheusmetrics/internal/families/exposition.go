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
	Quantiles []float64 // of a summary, ascending: a driver has the same for all
}

// NewFamily makes a family, whose series are sorted already. A summary has quantiles.
func NewFamily(name, help, unit string, typ dto.MetricType, series []*Series, quantiles ...float64) *Family {
	if len(series) != 1 {
		f := &Family{Series: series}
		f.set(name, help, unit, typ, quantiles)
		return f
	}
	f := new(loneFamily)
	f.series[0] = series[0]
	f.Series = f.series[:]
	f.set(name, help, unit, typ, quantiles)
	return &f.Family
}

// loneFamily is a family that has one series, as nearly all have where each statistic is a
// family. One place in memory less is to be waited for by whoever reads many.
type loneFamily struct {
	Family
	series [1]*Series
}

func (f *Family) set(name, help, unit string, typ dto.MetricType, quantiles []float64) {
	f.Quantiles = quantiles
	f.Head = wire.NewHead(name, help, unit, typ)
	f.Desc = prometheus.V2.NewDesc(name, help, prometheus.UnconstrainedLabels(nil), nil, prometheus.WithUnit(unit))
}

// Series is one series of a family. There may be a million, so nothing is in it that can
// be had from elsewhere.
type Series struct {
	// Labels are sorted by name; the constant ones are among them, those that a
	// wrapping registerer adds are not. The series of a metric share them.
	Labels wire.Labels

	// Slot is where in Numbers the values are: one of a gauge or counter; count, sum
	// and quantiles of a summary. A histogram has none.
	Slot uint32

	// Part is where in Parts, or for a histogram in Histograms, the rest is. A gauge
	// has none.
	Part uint32

	// Origin is the metric that the series is made of.
	Origin *problem.Origin
}

// Part is what a counter or summary has beside numbers.
type Part struct {
	Created  int64     // when it began to count, in nanoseconds since 1970; 0 if that is not known
	Exemplar *Exemplar // nil for none
}

// Exemplar is a value with labels that lead to more about it.
type Exemplar struct {
	Labels []naming.Label // sorted by name
	Value  float64        // in the unit of its series
	Time   time.Time
}
