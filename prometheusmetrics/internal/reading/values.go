package reading

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// Values is what was read of one metric. A Reader keeps it between readings, so that
// our own histograms compute again only what has changed.
type Values struct {
	Value   float64             // of a gauge or counter; 1 or 0 of a health check
	Stats   *metrics.Statistics // of all else; never nil
	Created int64               // when it began to count, in nanoseconds since 1970; 0 for unknown
	Told    *Told               // what a metric that is not ours has told beside; nil for nothing

	// Buckets are nil unless the sample is bucketed. Version is another number when
	// they, or their exemplars, are others than before.
	Buckets *metrics.BucketSnapshot
	Version uint64

	// Exemplar is that of a counter, nil for none. It is another pointer when it is
	// another exemplar.
	Exemplar *metrics.Exemplar

	// LifetimeSum says that Stats.Sum is the total of all that was recorded, and not
	// of what a reservoir happens to hold.
	LifetimeSum bool

	probed    bool     // whether ReadBuckets has been tried
	fractions bool     // whether what is recorded is not whole numbers
	recent    *sliding // nil until statistics of buckets are wanted
}

// Told is what metrics of other libraries are asked for when they are read.
type Told struct {
	Info   map[string]string // pairs of an info metric
	labels naming.Pairs      // original; nil for none
	known  bool              // whether they need not be asked for
}

// Info returns the pairs of an info metric.
func (v *Values) Info() map[string]string {
	if v.Told == nil {
		return nil
	}
	return v.Told.Info
}

// NewValues returns values that nothing has been read into yet.
func NewValues() *Values {
	v := &struct {
		Values
		stats metrics.Statistics // in one place with the rest
	}{}
	v.Stats = &v.stats
	return &v.Values
}

// noStatistics are those of what has none, which all of them share. Nobody writes to
// them.
var noStatistics metrics.Statistics

// Wanted is what values are read for.
type Wanted struct {
	Percentiles []float64
	Buckets     bool          // the buckets themselves are shown, not statistics of them
	Window      time.Duration // which such statistics describe
	IdleAfter   time.Duration // how long nothing is recorded in an idle metric; 0: none is idle
}

// read fills the values; a panic of the metric's code becomes an error.
func (v *Values) read(metric any, s shape, want Wanted) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("reading it panicked: %v", reports.Cause(cause))
		}
	}()
	if t := v.Told; t != nil && !t.known {
		t.labels, t.known = naming.PairsOf(labelsOf(metric)), true
	}
	if ownKind(metric) != Unknown {
		v.readOwn(metric, want)
	} else {
		v.readForeign(metric, s, want.Percentiles)
	}
	return nil
}

// labelsOf returns the labels of any metric whose method Labels gives a map of
// strings, or nil. They are not to be changed, and may not be kept. It may run a
// user's code, and panic with it.
func labelsOf(metric any) map[string]string {
	switch m := metric.(type) {
	case interface{ Labels() metrics.Labels }:
		return m.Labels()
	case interface{ Labels() map[string]string }:
		return m.Labels()
	}
	value := reflect.ValueOf(metric)
	if !value.IsValid() {
		return nil
	}
	method := value.MethodByName("Labels")
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 ||
		!isStringMap(method.Type().Out(0)) {
		return nil
	}
	return stringMap(method.Call(nil)[0])
}

func stringMap(value reflect.Value) map[string]string {
	labels := make(map[string]string, value.Len())
	for entry := value.MapRange(); entry.Next(); {
		labels[entry.Key().String()] = entry.Value().String()
	}
	return labels
}

// forgetPercentiles makes percentiles NaN: there is none of nothing.
func (v *Values) forgetPercentiles() {
	for i := range v.Stats.Percentiles {
		v.Stats.Percentiles[i] = math.NaN()
	}
}
