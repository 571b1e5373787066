package prometheusmetrics

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/go-metrics-plus/metrics"
)

// reading is what one flush learned of one metric. It is kept between flushes,
// so that our own histograms compute again only what has changed.
type reading struct {
	value   float64 // of a gauge or counter; 1 or 0 of a health check
	stats   metrics.Statistics
	created time.Time         // zero where the metric does not tell
	info    map[string]string // pairs of an info metric
	labels  map[string]string // original; nil for none
	labeled bool              // whether labels were asked for

	buckets  *metrics.BucketSnapshot // nil unless the sample is bucketed
	asked    bool                    // whether it was found out if it is
	renewed  bool                    // whether buckets changed since the last flush
	recent   window
	exemplar *metrics.Exemplar // of a counter; nil for none

	// lifetimeSum tells that stats.Sum is the total of all that was recorded,
	// and not of what a reservoir happens to hold.
	lifetimeSum bool
}

// wanted is what the readings are for.
type wanted struct {
	percentiles []float64
	buckets     bool          // the layout shows the buckets themselves
	window      time.Duration // of the statistics of bucketed samples
}

// read fills the reading; a panic of the metric's code becomes an error.
func (m *metric) read(into *reading, want wanted) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("reading it panicked: %v", cause)
		}
	}()
	if !into.labeled {
		into.labels, into.labeled = labelsOf(m.value), true
	}
	if m.own {
		into.readOwn(m.value, want)
	} else {
		into.readForeign(m.value, m.shape, want.percentiles)
	}
	return nil
}

// readOwn reads one of our instruments without allocating.
func (r *reading) readOwn(metric any, want wanted) {
	switch m := metric.(type) {
	case metrics.Counter:
		r.value, r.created = float64(m.Count()), m.Created()
		r.setExemplar(m.Snapshot())
	case metrics.Gauge:
		r.value = float64(m.Value())
	case metrics.GaugeFloat64:
		r.value = m.Value()
	case metrics.Meter:
		s := m.Snapshot() // stays a value: as an interface it would be allocated
		r.stats.Count, r.created = s.Count(), s.Created()
		r.value = float64(r.stats.Count)
		r.stats.Rate1, r.stats.Rate5, r.stats.Rate15, r.stats.RateMean = s.Rate1(), s.Rate5(), s.Rate15(), s.RateMean()
	case metrics.Histogram:
		r.readDistribution(m, want)
	case metrics.Timer:
		r.readDistribution(m, want)
	}
}

// distribution is a histogram or timer of ours.
type distribution interface {
	ReadStatistics(*metrics.Statistics, []float64)
	ReadBuckets(*metrics.BucketSnapshot) (changed, ok bool)
	Created() time.Time
}

func (r *reading) readDistribution(m distribution, want wanted) {
	r.created, r.lifetimeSum = m.Created(), true
	if !r.asked {
		r.asked = true
		buckets := &metrics.BucketSnapshot{}
		if _, ok := m.ReadBuckets(buckets); ok {
			r.buckets, r.renewed = buckets, true
		}
	} else if r.buckets != nil {
		r.renewed, _ = m.ReadBuckets(r.buckets)
	}
	switch {
	case r.buckets == nil:
		m.ReadStatistics(&r.stats, want.percentiles)
	case !want.buckets:
		m.ReadStatistics(&r.stats, nil) // for totals and rates
		r.recent.advance(time.Now(), want.window, r.buckets, r.renewed)
		r.recent.describe(&r.stats, want.percentiles)
	}
}

// setExemplar keeps the one exemplar that a counter may have.
func (r *reading) setExemplar(s metrics.CounterSnapshot) {
	for exemplar := range s.Exemplars() {
		if r.exemplar == nil || !r.exemplar.Time.Equal(exemplar.Time) {
			r.exemplar = &exemplar
		}
		return
	}
	r.exemplar = nil
}

// readForeign reads a metric of another library through one snapshot, by what
// the snapshot can say. It runs that library's code, and a user's where the
// metric is a functional gauge or a health check.
func (r *reading) readForeign(metric any, s shape, ps []float64) {
	if s.kind == kindHealthcheck {
		r.value = checkHealth(metric)
		return
	}
	snapshot := metric
	if s.snapshot >= 0 {
		snapshot = reflect.ValueOf(metric).Method(s.snapshot).Call(nil)[0].Interface()
	}
	if created, ok := metric.(interface{ Created() time.Time }); ok {
		r.created = created.Created()
	}
	switch s.kind {
	case kindCounter:
		r.value = countOf(snapshot)
	case kindGauge:
		r.value = valueOf(snapshot)
	case kindInfo:
		r.value = 1
		r.info = stringMap(reflect.ValueOf(snapshot).MethodByName("Value").Call(nil)[0])
	case kindMeter:
		r.value = countOf(snapshot)
		r.stats.Count = int64(r.value)
		r.setRates(snapshot.(rates))
	case kindWindow:
		r.setWindow(snapshot, ps)
	case kindTimer:
		r.setRates(snapshot.(rates))
		r.setStatistics(snapshot, ps)
	case kindHistogram:
		r.setStatistics(snapshot, ps)
	}
}

func checkHealth(metric any) float64 {
	metric.(checkable).Check()
	if metric.(healthy).Error() != nil {
		return 0
	}
	return 1
}

func countOf(snapshot any) float64 {
	switch s := snapshot.(type) {
	case countInt64:
		return float64(s.Count())
	case countInt:
		return float64(s.Count())
	case countFloat:
		return s.Count()
	}
	return math.NaN()
}

func valueOf(snapshot any) float64 {
	switch s := snapshot.(type) {
	case valueInt64:
		return float64(s.Value())
	case valueFloat:
		return s.Value()
	}
	return math.NaN()
}

func (r *reading) setRates(snapshot rates) {
	r.stats.Rate1, r.stats.Rate5, r.stats.Rate15 = snapshot.Rate1(), snapshot.Rate5(), snapshot.Rate15()
	r.stats.RateMean = snapshot.RateMean()
}

func (r *reading) setStatistics(snapshot any, ps []float64) {
	r.stats.Count = int64(countOf(snapshot))
	r.setDistribution(snapshot, ps)
	if s, ok := snapshot.(interface{ Sum() int64 }); ok {
		r.stats.Sum = float64(s.Sum())
	}
	if s, ok := snapshot.(interface{ SumFloat64() float64 }); ok {
		r.stats.Sum, r.lifetimeSum = s.SumFloat64(), true
	}
}

// setWindow takes over the window that reading it has just ended; its count and
// sum are added to those of the windows before by whoever keeps the metric.
func (r *reading) setWindow(snapshot any, ps []float64) {
	r.stats.Variance, r.stats.StdDev = math.NaN(), math.NaN() // such snapshots don't tell them
	r.setDistribution(snapshot, ps)
	count := countOf(snapshot)
	r.stats.Count = int64(count)
	r.stats.Sum = math.Round(r.stats.Mean * count) // values are whole, so this undoes the division
	r.lifetimeSum = true
	if count == 0 {
		for i := range r.stats.Percentiles {
			r.stats.Percentiles[i] = math.NaN() // there is none of nothing, though the total count is not 0
		}
	}
}

// setDistribution takes over what describes the recent sample.
func (r *reading) setDistribution(snapshot any, ps []float64) {
	if s, ok := snapshot.(interface {
		Min() int64
		Max() int64
	}); ok {
		r.stats.Min, r.stats.Max = s.Min(), s.Max()
	}
	if s, ok := snapshot.(interface{ Mean() float64 }); ok {
		r.stats.Mean = s.Mean()
	}
	if s, ok := snapshot.(interface{ Variance() float64 }); ok {
		r.stats.Variance = s.Variance()
	}
	if s, ok := snapshot.(deviation); ok {
		r.stats.StdDev = s.StdDev()
	}
	// The library gets a slice of its own, and ours is filled whatever it returns.
	answers := snapshot.(percentiles).Percentiles(append([]float64(nil), ps...))
	r.stats.Percentiles = append(r.stats.Percentiles[:0], answers...)
	for len(r.stats.Percentiles) < len(ps) {
		r.stats.Percentiles = append(r.stats.Percentiles, math.NaN())
	}
}

// windows are the totals of a metric that only tells what came since it was
// last read.
type windows struct {
	count int64
	sum   float64
}

// add adds the latest window, and puts the totals in its place.
func (w *windows) add(stats *metrics.Statistics) {
	w.count += stats.Count
	w.sum += stats.Sum
	stats.Count, stats.Sum = w.count, w.sum
}
