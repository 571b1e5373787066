package rcrowley

import (
	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// What stands for an instrument is a struct of just that instrument, which is a
// pointer: it fits into an interface without allocation, and two of them are
// equal if the instrument is the same. Most methods are the instrument's own.
//
// An exporter that knows our instruments asks for the one behind with the method
// Instrument.

type counter struct{ metrics.Counter }

var _ gometrics.Counter = counter{}

func (c counter) Snapshot() gometrics.Counter { return counterSnapshot{c.Counter.Snapshot()} }
func (c counter) Instrument() any             { return c.Counter }

// Snapshots are read-only. rcrowley's panic when they are changed, ours let it
// pass: no recording code should stop a program.
type counterSnapshot struct{ metrics.CounterSnapshot }

var _ gometrics.Counter = counterSnapshot{}

func (counterSnapshot) Clear()                        {}
func (counterSnapshot) Dec(int64)                     {}
func (counterSnapshot) Inc(int64)                     {}
func (s counterSnapshot) Snapshot() gometrics.Counter { return s }
func (s counterSnapshot) Instrument() any             { return s.CounterSnapshot }

type gauge struct{ metrics.Gauge }

var _ gometrics.Gauge = gauge{}

func (g gauge) Snapshot() gometrics.Gauge { return gaugeSnapshot{g.Gauge.Snapshot()} }
func (g gauge) Instrument() any           { return g.Gauge }

type gaugeSnapshot struct{ metrics.GaugeSnapshot }

var _ gometrics.Gauge = gaugeSnapshot{}

func (gaugeSnapshot) Update(int64)                {}
func (s gaugeSnapshot) Snapshot() gometrics.Gauge { return s }
func (s gaugeSnapshot) Instrument() any           { return s.GaugeSnapshot }

type gaugeFloat64 struct{ metrics.GaugeFloat64 }

var _ gometrics.GaugeFloat64 = gaugeFloat64{}

func (g gaugeFloat64) Snapshot() gometrics.GaugeFloat64 {
	return gaugeFloat64Snapshot{g.GaugeFloat64.Snapshot()}
}
func (g gaugeFloat64) Instrument() any { return g.GaugeFloat64 }

type gaugeFloat64Snapshot struct{ metrics.GaugeFloat64Snapshot }

var _ gometrics.GaugeFloat64 = gaugeFloat64Snapshot{}

func (gaugeFloat64Snapshot) Update(float64)                     {}
func (s gaugeFloat64Snapshot) Snapshot() gometrics.GaugeFloat64 { return s }
func (s gaugeFloat64Snapshot) Instrument() any                  { return s.GaugeFloat64Snapshot }

type meter struct{ metrics.Meter }

var _ gometrics.Meter = meter{}

func (m meter) Snapshot() gometrics.Meter { return meterSnapshot{m.Meter.Snapshot()} }
func (m meter) Instrument() any           { return m.Meter }

type meterSnapshot struct{ metrics.MeterSnapshot }

var _ gometrics.Meter = meterSnapshot{}

func (meterSnapshot) Mark(int64)                  {}
func (meterSnapshot) Stop()                       {}
func (s meterSnapshot) Snapshot() gometrics.Meter { return s }
func (s meterSnapshot) Instrument() any           { return s.MeterSnapshot }
