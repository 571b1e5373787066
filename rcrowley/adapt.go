package rcrowley

import (
	gometrics "github.com/rcrowley/go-metrics"

	"github.com/go-metrics-plus/metrics"
)

// adapt puts an instrument or snapshot of ours behind rcrowley's interface. A
// health check has the same methods in both libraries, and needs no adapting;
// what is neither is returned as it is.
func adapt(metric any) any {
	switch m := metric.(type) {
	case metrics.Counter:
		return counter{m}
	case metrics.Histogram:
		return histogram{m}
	case metrics.Meter:
		return meter{m}
	case metrics.Timer:
		return timer{m}
	case metrics.Gauge:
		return gauge{m}
	case metrics.GaugeFloat64:
		return gaugeFloat64{m}
	case metrics.CounterSnapshot:
		return counterSnapshot{m}
	case metrics.HistogramSnapshot:
		return histogramSnapshot{m}
	case metrics.MeterSnapshot:
		return meterSnapshot{m}
	case metrics.TimerSnapshot:
		return timerSnapshot{m}
	case metrics.GaugeSnapshot:
		return gaugeSnapshot{m}
	case metrics.GaugeFloat64Snapshot:
		return gaugeFloat64Snapshot{m}
	}
	return metric
}

// unwrap undoes adapt.
func unwrap(metric any) any {
	switch m := metric.(type) {
	case counter, histogram, meter, timer, gauge, gaugeFloat64,
		counterSnapshot, histogramSnapshot, meterSnapshot, timerSnapshot, gaugeSnapshot, gaugeFloat64Snapshot:
		return m.(interface{ Instrument() any }).Instrument()
	}
	return metric
}

// makers find or make the instrument of each kind. If the name is taken by
// another one they give an instrument that works and isn't exported, and report
// it.
var makers = [...]func(string, metrics.Registry) any{
	kindCounter: func(name string, r metrics.Registry) any { return counter{metrics.GetOrRegisterCounter(name, r)} },
	kindGauge:   func(name string, r metrics.Registry) any { return gauge{metrics.GetOrRegisterGauge(name, r)} },
	kindGaugeFloat64: func(name string, r metrics.Registry) any {
		return gaugeFloat64{metrics.GetOrRegisterGaugeFloat64(name, r)}
	},
	kindHistogram: func(name string, r metrics.Registry) any {
		return histogram{metrics.GetOrRegisterHistogram(name, r, nil)}
	},
	kindMeter: func(name string, r metrics.Registry) any { return meter{metrics.GetOrRegisterMeter(name, r)} },
	kindTimer: func(name string, r metrics.Registry) any { return timer{metrics.GetOrRegisterTimer(name, r)} },
}

// noops are what rcrowley's UseNilMetrics asks for.
var noops = [...]any{
	kindCounter:      metrics.Counter{},
	kindGauge:        metrics.Gauge{},
	kindGaugeFloat64: metrics.GaugeFloat64{},
	kindHistogram:    metrics.Histogram{},
	kindMeter:        metrics.Meter{},
	kindTimer:        metrics.Timer{},
}

// obtain returns the instrument of that name and kind in r, made if need be.
func obtain(name string, k kind, r metrics.Registry) any {
	if !gometrics.UseNilMetrics {
		return makers[k](name, r)
	}
	if got := adapt(r.GetOrRegister(name, noops[k])); kindOf(got) == k {
		return got
	}
	return adapt(noops[k])
}
