package metrics

// What is here keeps source compiling that was written against go-metrics. New
// code needs none of it: the zero value of an instrument is its no-op.

// NilCounter is a Counter that counts nothing.
//
// Deprecated: use Counter{}.
type NilCounter = Counter

// NilGauge is a Gauge that keeps nothing.
//
// Deprecated: use Gauge{}.
type NilGauge = Gauge

// NilGaugeFloat64 is a GaugeFloat64 that keeps nothing.
//
// Deprecated: use GaugeFloat64{}.
type NilGaugeFloat64 = GaugeFloat64

// NilMeter is a Meter that counts nothing.
//
// Deprecated: use Meter{}.
type NilMeter = Meter

// NilHistogram is a Histogram that keeps nothing.
//
// Deprecated: use Histogram{}.
type NilHistogram = Histogram

// NilTimer is a Timer that keeps nothing.
//
// Deprecated: use Timer{}.
type NilTimer = Timer

// Stoppable is what Unregister stops if it is a Healthcheck. Instruments of this
// package own no goroutine and need not be stopped.
//
// Deprecated: nothing of this package needs it.
type Stoppable interface{ Stop() }

// NilEWMA is an EWMA whose rate is 0.
//
// Deprecated: use EWMA{}.
type NilEWMA = EWMA

// NilSample is a Sample that keeps nothing.
//
// Deprecated: a histogram that records nothing is Histogram{}.
type NilSample struct{}

var _ Sample = NilSample{}

// Clear does nothing.
func (NilSample) Clear() {}

// Count returns 0.
func (NilSample) Count() int64 { return 0 }

// Max returns 0.
func (NilSample) Max() int64 { return 0 }

// Mean returns 0.
func (NilSample) Mean() float64 { return 0 }

// Min returns 0.
func (NilSample) Min() int64 { return 0 }

// Percentile returns 0.
func (NilSample) Percentile(float64) float64 { return 0 }

// Percentiles returns as many zeros.
func (NilSample) Percentiles(ps []float64) []float64 { return make([]float64, len(ps)) }

// Size returns 0.
func (NilSample) Size() int { return 0 }

// Snapshot returns the same.
func (s NilSample) Snapshot() Sample { return s }

// StdDev returns 0.
func (NilSample) StdDev() float64 { return 0 }

// Sum returns 0.
func (NilSample) Sum() int64 { return 0 }

// Update does nothing.
func (NilSample) Update(int64) {}

// Values returns none.
func (NilSample) Values() []int64 { return []int64{} }

// Variance returns 0.
func (NilSample) Variance() float64 { return 0 }
