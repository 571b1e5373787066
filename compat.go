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
