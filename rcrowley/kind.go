package rcrowley

import (
	"reflect"

	gometrics "github.com/rcrowley/go-metrics"
)

// kind is the type of a metric as far as rcrowley's registry cares.
type kind uint8

const (
	kindNone kind = iota // nothing that recording code could be given
	kindCounter
	kindGauge
	kindGaugeFloat64
	kindHistogram
	kindMeter
	kindTimer
	kindHealthcheck
)

var kindNames = [...]string{
	kindNone:         "Snapshot",
	kindCounter:      "Counter",
	kindGauge:        "Gauge",
	kindGaugeFloat64: "GaugeFloat64",
	kindHistogram:    "Histogram",
	kindMeter:        "Meter",
	kindTimer:        "Timer",
	kindHealthcheck:  "Healthcheck",
}

func (k kind) String() string { return kindNames[k] }

// isInstrument reports whether there is an instrument of ours to stand for it. A
// health check has a function that only its owner can give it.
func (k kind) isInstrument() bool { return k != kindNone && k != kindHealthcheck }

// kindOf tells what a metric is. What stands for an instrument is looked at
// first, since it is what lookups mostly find.
func kindOf(metric any) kind {
	switch metric.(type) {
	case counter:
		return kindCounter
	case gauge:
		return kindGauge
	case gaugeFloat64:
		return kindGaugeFloat64
	case histogram:
		return kindHistogram
	case meter:
		return kindMeter
	case timer:
		return kindTimer
	case counterSnapshot, gaugeSnapshot, gaugeFloat64Snapshot, histogramSnapshot, meterSnapshot, timerSnapshot:
		return kindNone
	}
	switch metric.(type) { // the cases and their order are those of rcrowley's registry
	case gometrics.Counter:
		return kindCounter
	case gometrics.Gauge:
		return kindGauge
	case gometrics.GaugeFloat64:
		return kindGaugeFloat64
	case gometrics.Healthcheck:
		return kindHealthcheck
	case gometrics.Histogram:
		return kindHistogram
	case gometrics.Meter:
		return kindMeter
	case gometrics.Timer:
		return kindTimer
	}
	return kindNone
}

var instrumentTypes = map[reflect.Type]kind{
	reflect.TypeFor[gometrics.Counter]():      kindCounter,
	reflect.TypeFor[gometrics.Gauge]():        kindGauge,
	reflect.TypeFor[gometrics.GaugeFloat64](): kindGaugeFloat64,
	reflect.TypeFor[gometrics.Histogram]():    kindHistogram,
	reflect.TypeFor[gometrics.Meter]():        kindMeter,
	reflect.TypeFor[gometrics.Timer]():        kindTimer,
}

// constructs tells which instrument i is a constructor of, without calling it.
// A function whose result is a type of its own, and no interface of rcrowley's,
// is none: its caller may well expect that very type.
func constructs(i any) kind {
	switch i.(type) { // nearly all there are; the rest takes reflection
	case func() gometrics.Counter:
		return kindCounter
	case func() gometrics.Histogram:
		return kindHistogram
	case func() gometrics.Meter:
		return kindMeter
	case func() gometrics.Timer:
		return kindTimer
	case func() gometrics.Gauge:
		return kindGauge
	case func() gometrics.GaugeFloat64:
		return kindGaugeFloat64
	}
	if t := reflect.TypeOf(i); t != nil && t.Kind() == reflect.Func && t.NumOut() > 0 {
		return instrumentTypes[t.Out(0)]
	}
	return kindNone
}

// call returns what a function makes, and anything else as it is. A function
// that can't be called without arguments is returned as it is too.
func call(i any) any {
	v := reflect.ValueOf(i)
	if v.Kind() != reflect.Func || v.IsNil() || v.Type().NumOut() == 0 {
		return i
	}
	required := v.Type().NumIn()
	if v.Type().IsVariadic() {
		required--
	}
	if required > 0 {
		return i
	}
	return v.Call(nil)[0].Interface()
}
