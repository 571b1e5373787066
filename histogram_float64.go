package metrics

import (
	"errors"
	"math"
	"time"

	"github.com/go-metrics-plus/metrics/internal/buckets"
)

// HistogramFloat64 records the distribution of numbers with a fraction, such as
// ratios or seconds, in buckets: those of a Prometheus native histogram and the bounds
// of a classic one, as with BucketSample. Copies of a HistogramFloat64 are the same
// histogram, and all methods may be called concurrently. The zero value is a no-op
// that always reads 0.
//
// Count is exact and Sum is to the precision of a float64, however many values there
// are. Everything else is to within the relative error of the buckets. All of it is of
// everything since the start; what was recorded in a stretch of time is the difference
// of two snapshots' Buckets.
//
// For durations, a Timer is faster and has rates. For whole numbers, Histogram is
// faster, too.
type HistogramFloat64 struct{ state *histogramFloat64State }

type histogramFloat64State struct {
	origin
	buckets   *floatBuckets
	exemplars exemplars
}

// NewHistogramFloat64 returns a histogram that no registry knows yet. Its buckets grow
// by less than 5 %, and its classic bounds are those of client_golang, 0.005 to 10.
func NewHistogramFloat64(labels ...Labels) HistogramFloat64 {
	return newHistogramFloat64(newLabelSet(labels...), nowhere)
}

// NewBucketHistogramFloat64 returns a histogram with a relative error and classic
// bounds of one's own choice; see NewBucketSample. Without bounds they are those of
// NewHistogramFloat64. To have it for each series of a name, use NewVecFunc.
func NewBucketHistogramFloat64(relativeError float64, bounds []float64, labels ...Labels) HistogramFloat64 {
	if UseNilMetrics {
		return HistogramFloat64{}
	}
	return newFloatHistogram(newLabelSet(labels...), buckets.SpecOf(relativeError, bounds))
}

// GetOrRegisterHistogramFloat64 returns the histogram of that name and those labels,
// making it if need be, with the error and the bounds of the registry's default sample
// if that is a BucketSample. A nil registry is DefaultRegistry. If the name belongs to
// a metric of another type, the histogram works but isn't exported.
func GetOrRegisterHistogramFloat64(name string, r Registry, labels ...Labels) HistogramFloat64 {
	return getOrRegister(name, r, labels, newHistogramFloat64)
}

// NewRegisteredHistogramFloat64 makes a histogram as GetOrRegisterHistogramFloat64 does
// and registers it, nil meaning DefaultRegistry. It works, unexported, even if the
// series is taken already.
func NewRegisteredHistogramFloat64(name string, r Registry, labels ...Labels) HistogramFloat64 {
	return newRegistered(name, r, newHistogramFloat64(newLabelSet(labels...), place{r, name}))
}

func newHistogramFloat64(labels *labelSet, at place) HistogramFloat64 {
	if UseNilMetrics {
		return HistogramFloat64{}
	}
	spec := buckets.SpecOf(buckets.DefaultError, nil)
	if sample, ok := at.sample(at.unit()).(*BucketSample); ok && sample.spec != nil {
		spec = sample.spec
	}
	return newFloatHistogram(labels, spec)
}

func newFloatHistogram(labels *labelSet, spec *buckets.Spec) HistogramFloat64 {
	state := &histogramFloat64State{origin: origin{labels: labels}, buckets: newFloatBuckets(spec.Float())}
	state.begin()
	return HistogramFloat64{state}
}

// errNotFinite is logged once: a sum that has been infinite or NaN is so for ever.
var errNotFinite = errors.New("a value is infinite or NaN")

// Update records a value. It allocates nothing, save for the first value in 16
// neighbouring buckets. NaN and infinities are not recorded, since they would spoil
// the sum for good; the first is logged.
func (h HistogramFloat64) Update(value float64) { h.UpdateN(value, 1) }

// UpdateN records a value n times at once, for what was counted elsewhere: the middle
// of a bucket, and how many came into it. If n is not positive, nothing is recorded.
func (h HistogramFloat64) UpdateN(value float64, n int64) {
	if h.state == nil || n <= 0 {
		return
	}
	if math.IsNaN(value - value) {
		problems.Once("", "value not recorded", errNotFinite)
		return
	}
	h.state.buckets.record(value, uint64(n))
}

// UpdateWithExemplar is Update, and keeps the value and the labels as the exemplar of
// its classic bucket: see Histogram.UpdateWithExemplar.
func (h HistogramFloat64) UpdateWithExemplar(value float64, labels Labels) {
	h.Update(value)
	if h.state == nil || math.IsNaN(value-value) {
		return
	}
	if e := newExemplar(value, labels, time.Now()); e != nil {
		scheme := h.state.buckets.scheme
		h.state.exemplars.keep(e, scheme.ClassicOfFloat(value), len(scheme.Bounds())+1)
	}
}

// Clear forgets all values and exemplars, and renews the creation time.
func (h HistogramFloat64) Clear() {
	if h.state != nil {
		h.state.begin()
		h.state.exemplars.clear()
		h.state.buckets.restart()
	}
}

// Count returns how many values were recorded since the start.
func (h HistogramFloat64) Count() int64 { return h.Buckets().Count() }

// Sum returns the sum of all values recorded since the start.
func (h HistogramFloat64) Sum() float64 { return h.Buckets().SumFloat64() }

// Max returns the highest value to within the relative error, 0 if there is none.
func (h HistogramFloat64) Max() float64 { return h.Buckets().MaxFloat64() }

// Mean returns the mean of all values, 0 if there is none.
func (h HistogramFloat64) Mean() float64 { return h.Buckets().Mean() }

// Min returns the lowest value to within the relative error, 0 if there is none.
func (h HistogramFloat64) Min() float64 { return h.Buckets().MinFloat64() }

// Percentile returns the value below which the fraction p, from 0 to 1, of all values
// lies, to within the relative error.
func (h HistogramFloat64) Percentile(p float64) float64 { return h.Buckets().Percentile(p) }

// Percentiles returns the percentiles at ps, all of one moment.
func (h HistogramFloat64) Percentiles(ps []float64) []float64 { return h.Buckets().Percentiles(ps) }

// StdDev returns the population's standard deviation; see BucketSnapshot.StdDev.
func (h HistogramFloat64) StdDev() float64 { return h.Buckets().StdDev() }

// Variance returns the population's variance; see BucketSnapshot.StdDev.
func (h HistogramFloat64) Variance() float64 { return h.Buckets().Variance() }

// Labels returns a copy of the histogram's labels, never nil.
func (h HistogramFloat64) Labels() Labels { return h.provenance().Labels() }

// Created returns when the histogram was made or last cleared, by the wall clock;
// the zero time for a no-op.
func (h HistogramFloat64) Created() time.Time { return h.provenance().Created() }

// Buckets returns what the histogram has counted: count by bucket, for Merge and Sub.
func (h HistogramFloat64) Buckets() *BucketSnapshot {
	b := new(BucketSnapshot)
	h.ReadBuckets(b)
	return b
}

// Snapshot returns a read-only copy of the histogram as it is now.
func (h HistogramFloat64) Snapshot() HistogramFloat64Snapshot {
	return HistogramFloat64Snapshot{h.provenance(), h.Buckets()}
}

// WithLabels returns a snapshot with labels added to the histogram's own, which stay
// as they are. An empty value takes a label away.
func (h HistogramFloat64) WithLabels(labels Labels) HistogramFloat64Snapshot {
	return h.Snapshot().WithLabels(labels)
}

// ReadBuckets refreshes into with what the histogram has counted: see
// Histogram.ReadBuckets. It is ok for all but a no-op.
func (h HistogramFloat64) ReadBuckets(into *BucketSnapshot) (changed, ok bool) {
	if h.state == nil || into == nil {
		return false, false
	}
	changed = h.state.buckets.read(into)
	return h.state.exemplars.refresh(&into.examples) || changed, true
}

// ReadStatistics fills s with all there is to know and the percentiles at ps,
// from 0 to 1: see Statistics.
func (h HistogramFloat64) ReadStatistics(s *Statistics, ps []float64) {
	if h.state == nil {
		s.clear(ps)
		return
	}
	b := bucketSnapshots.Get().(*BucketSnapshot)
	defer bucketSnapshots.Put(b)
	h.state.buckets.read(b)
	b.describe(s, ps)
	s.source = nil
	s.Count, s.Sum = b.count, b.sum
	s.setRates(rateValues{})
}

func (h HistogramFloat64) provenance() (p provenance) {
	if h.state != nil {
		p = h.state.provenance()
	}
	return p
}

// HistogramFloat64Snapshot is a histogram as it was at one moment. It never changes.
type HistogramFloat64Snapshot struct {
	provenance
	buckets *BucketSnapshot // nil for the zero value
}

// Buckets returns the count by bucket, for Merge and Sub. It is not to be passed to
// ReadBuckets.
func (s HistogramFloat64Snapshot) Buckets() *BucketSnapshot {
	if s.buckets == nil {
		return new(BucketSnapshot)
	}
	return s.buckets
}

// Count returns how many values were recorded since the start.
func (s HistogramFloat64Snapshot) Count() int64 { return s.Buckets().Count() }

// Sum returns the sum of all values recorded since the start.
func (s HistogramFloat64Snapshot) Sum() float64 { return s.Buckets().SumFloat64() }

// SumFloat64 is Sum, under the name that other snapshots have it.
func (s HistogramFloat64Snapshot) SumFloat64() float64 { return s.Sum() }

// Max returns the highest value to within the relative error, 0 if there is none.
func (s HistogramFloat64Snapshot) Max() float64 { return s.Buckets().MaxFloat64() }

// Mean returns the mean of all values, 0 if there is none.
func (s HistogramFloat64Snapshot) Mean() float64 { return s.Buckets().Mean() }

// Min returns the lowest value to within the relative error, 0 if there is none.
func (s HistogramFloat64Snapshot) Min() float64 { return s.Buckets().MinFloat64() }

// Percentile returns the value below which the fraction p, from 0 to 1, of all values
// lies, to within the relative error.
func (s HistogramFloat64Snapshot) Percentile(p float64) float64 { return s.Buckets().Percentile(p) }

// Percentiles returns the percentiles at ps.
func (s HistogramFloat64Snapshot) Percentiles(ps []float64) []float64 {
	return s.Buckets().Percentiles(ps)
}

// StdDev returns the population's standard deviation; see BucketSnapshot.StdDev.
func (s HistogramFloat64Snapshot) StdDev() float64 { return s.Buckets().StdDev() }

// Variance returns the population's variance; see BucketSnapshot.StdDev.
func (s HistogramFloat64Snapshot) Variance() float64 { return s.Buckets().Variance() }

// Snapshot returns the snapshot itself.
func (s HistogramFloat64Snapshot) Snapshot() HistogramFloat64Snapshot { return s }

// WithLabels returns a copy with labels added; an empty value takes one away.
func (s HistogramFloat64Snapshot) WithLabels(labels Labels) HistogramFloat64Snapshot {
	s.provenance = s.with(labels)
	return s
}
