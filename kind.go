package metrics

import (
	"fmt"
	"reflect"

	"github.com/go-metrics-plus/metrics/internal/reports"
)

// Instrument is any of the types that record: what a Vec can be made of.
type Instrument interface {
	Counter | Gauge | GaugeFloat64 | Meter | Histogram | HistogramFloat64 | Timer
}

// kind is the type of a metric as far as a registry cares.
type kind uint8

const (
	kindNone kind = iota // nothing that can be registered
	kindCounter
	kindGauge
	kindGaugeFloat64
	kindMeter
	kindHistogram
	kindHistogramFloat64
	kindTimer
	kindHealthcheck

	// kindSnapshot is added for the snapshot of an instrument. It is of the same
	// family, but recording code that asks for the instrument can't be given it.
	kindSnapshot kind = 1 << 7
)

var kindNames = [...]string{
	kindNone:             "unknown",
	kindCounter:          "Counter",
	kindGauge:            "Gauge",
	kindGaugeFloat64:     "GaugeFloat64",
	kindMeter:            "Meter",
	kindHistogram:        "Histogram",
	kindHistogramFloat64: "HistogramFloat64",
	kindTimer:            "Timer",
	kindHealthcheck:      "Healthcheck",
}

func (k kind) String() string {
	if k&kindSnapshot != 0 {
		return kindNames[k.family()] + "Snapshot"
	}
	return kindNames[k]
}

// family is what all series of one name have in common.
func (k kind) family() kind { return k &^ kindSnapshot }

// kindOf is the one place that knows what can be registered.
func kindOf(metric any) kind {
	switch metric := metric.(type) {
	case Counter:
		return kindCounter
	case Gauge:
		return kindGauge
	case GaugeFloat64:
		return kindGaugeFloat64
	case Meter:
		return kindMeter
	case Histogram:
		return kindHistogram
	case HistogramFloat64:
		return kindHistogramFloat64
	case Timer:
		return kindTimer
	case CounterSnapshot:
		return kindCounter | kindSnapshot
	case GaugeSnapshot:
		return kindGauge | kindSnapshot
	case GaugeFloat64Snapshot:
		return kindGaugeFloat64 | kindSnapshot
	case MeterSnapshot:
		return kindMeter | kindSnapshot
	case HistogramSnapshot:
		return kindHistogram | kindSnapshot
	case HistogramFloat64Snapshot:
		return kindHistogramFloat64 | kindSnapshot
	case TimerSnapshot:
		return kindTimer | kindSnapshot
	case Healthcheck:
		if v := reflect.ValueOf(metric); v.Kind() == reflect.Pointer && v.IsNil() {
			return kindNone
		}
		return kindHealthcheck
	}
	return kindNone
}

// labelsOf returns the labels of what kindOf knows. A health check that a user
// wrote has labels if it has a method Labels() Labels; one that panics has none.
func labelsOf(metric any) (set *labelSet) {
	switch k := kindOf(metric); k {
	case kindNone, kindHealthcheck: // may embed a type of ours, and must be asked itself
		if m, ok := metric.(interface{ Labels() Labels }); ok {
			defer func() { _ = recover() }()
			return newLabelSet(m.Labels())
		}
		return nil
	}
	switch metric := metric.(type) {
	case interface{ provenance() provenance }: // an instrument
		return metric.provenance().labels
	case interface{ labelSet() *labelSet }: // a snapshot
		return metric.labelSet()
	}
	return nil
}

// constructorOf returns the function that makes instruments of type M.
func constructorOf[M Instrument]() func(*labelSet, place) M {
	var construct any
	switch any(*new(M)).(type) {
	case Counter:
		construct = newCounter
	case Gauge:
		construct = newGauge
	case GaugeFloat64:
		construct = newGaugeFloat64
	case Meter:
		construct = newMeter
	case Histogram:
		construct = newHistogram
	case HistogramFloat64:
		construct = newHistogramFloat64
	case Timer:
		construct = newTimer
	}
	return construct.(func(*labelSet, place) M)
}

// produce returns what is to be registered: i itself or, if i is a function
// that can be called without arguments, what it returns. If that fails, the
// result is what the caller of GetOrRegister gets in its place: a no-op of the
// type that the function was going to return, so that a type assertion behind
// the call still holds, and i where there is no such type.
func produce(i any) (metric any, err error) {
	v := reflect.ValueOf(i)
	if v.Kind() != reflect.Func {
		return i, nil
	}
	t := v.Type()
	fallback := i
	if t.NumOut() > 0 {
		if zero := reflect.Zero(t.Out(0)).Interface(); kindOf(zero) != kindNone {
			fallback = zero
		}
	}
	required := t.NumIn()
	if t.IsVariadic() {
		required--
	}
	if v.IsNil() || required > 0 || t.NumOut() != 1 {
		return fallback, fmt.Errorf("%T is no constructor that can be called without arguments", i)
	}
	defer func() {
		if p := recover(); p != nil {
			metric, err = fallback, fmt.Errorf("%T panicked: %v", i, reports.Cause(p))
		}
	}()
	return v.Call(nil)[0].Interface(), nil
}
