package prometheusmetrics

import (
	"reflect"

	"github.com/go-metrics-plus/metrics"
)

// kind is what a metric is, whatever library its type comes from.
type kind uint8

const (
	kindUnknown kind = iota
	kindCounter
	kindGauge
	kindMeter
	kindHistogram
	kindTimer
	kindWindow // a timer whose snapshot is what came since the last one, as go-ethereum's ResettingTimer
	kindHealthcheck
	kindInfo // a gauge whose value is a set of pairs, as go-ethereum's GaugeInfo
)

var kindNames = [...]string{"unknown", "counter", "gauge", "meter", "histogram", "timer", "resetting timer", "healthcheck", "info"}

func (k kind) String() string { return kindNames[k] }

// isTimer tells whether the metric's values are durations in nanoseconds.
func (k kind) isTimer() bool { return k == kindTimer || k == kindWindow }

// The methods by which the metrics of the family are told apart. Snapshots are
// asked through them too.
type (
	percentiles interface{ Percentiles([]float64) []float64 }
	rates       interface {
		Rate1() float64
		Rate5() float64
		Rate15() float64
		RateMean() float64
	}
	deviation  interface{ StdDev() float64 }
	healthy    interface{ Error() error }
	checkable  interface{ Check() }
	countInt64 interface{ Count() int64 }
	countInt   interface{ Count() int }
	countFloat interface{ Count() float64 }
	valueInt64 interface{ Value() int64 }
	valueFloat interface{ Value() float64 }
)

// shape is what the driver needs to know of a type to read it.
type shape struct {
	kind     kind
	snapshot int // index of the method Snapshot, -1 where there is none
}

var (
	percentilesType = reflect.TypeFor[percentiles]()
	ratesType       = reflect.TypeFor[rates]()
	deviationType   = reflect.TypeFor[deviation]()
	healthyType     = reflect.TypeFor[healthy]()
	checkableType   = reflect.TypeFor[checkable]()
	valueTypes      = []reflect.Type{reflect.TypeFor[valueInt64](), reflect.TypeFor[valueFloat]()}
	countTypes      = []reflect.Type{reflect.TypeFor[countInt64](), reflect.TypeFor[countInt](), reflect.TypeFor[countFloat]()}
)

// ownKind tells the kind of our own instruments, which need no reflection.
func ownKind(metric any) kind {
	switch metric.(type) {
	case metrics.Counter:
		return kindCounter
	case metrics.Gauge, metrics.GaugeFloat64:
		return kindGauge
	case metrics.Meter:
		return kindMeter
	case metrics.Histogram:
		return kindHistogram
	case metrics.Timer:
		return kindTimer
	}
	return kindUnknown
}

// instrumentOf returns the instrument of ours that a metric stands for, as those of
// package rcrowley do, since only the instrument itself has buckets; any other
// metric is returned as it is.
func instrumentOf(metric any) (instrument any) {
	if ownKind(metric) != kindUnknown {
		return metric
	}
	standIn, ok := metric.(interface{ Instrument() any })
	if !ok {
		return metric
	}
	defer func() {
		if recover() != nil || ownKind(instrument) == kindUnknown {
			instrument = metric // somebody else's method of that name
		}
	}()
	return standIn.Instrument()
}

// shapeOf looks at a type from elsewhere: at what its Snapshot returns, or at
// the type itself where it has none. No method is called.
func shapeOf(metric any) shape {
	typ := reflect.TypeOf(metric)
	if typ == nil {
		return shape{snapshot: -1}
	}
	if typ.Implements(checkableType) && typ.Implements(healthyType) {
		return shape{kind: kindHealthcheck, snapshot: -1}
	}
	if method, ok := typ.MethodByName("Snapshot"); ok && method.Type.NumIn() == 1 && method.Type.NumOut() == 1 {
		if k := kindOfType(method.Type.Out(0)); k != kindUnknown {
			return shape{kind: k, snapshot: method.Index}
		}
	}
	return shape{kind: kindOfType(typ), snapshot: -1}
}

func kindOfType(typ reflect.Type) kind {
	switch {
	case typ.Implements(percentilesType) && typ.Implements(ratesType):
		return kindTimer
	case typ.Implements(percentilesType) && typ.Implements(deviationType):
		return kindHistogram
	case typ.Implements(percentilesType) && implementsAny(typ, countTypes):
		return kindWindow
	case typ.Implements(ratesType) && implementsAny(typ, countTypes):
		return kindMeter
	case implementsAny(typ, valueTypes):
		return kindGauge
	case isInfo(typ):
		return kindInfo
	case implementsAny(typ, countTypes):
		return kindCounter
	}
	return kindUnknown
}

func implementsAny(typ reflect.Type, interfaces []reflect.Type) bool {
	for _, wanted := range interfaces {
		if typ.Implements(wanted) {
			return true
		}
	}
	return false
}

// isInfo looks for a method Value that returns a map of strings.
func isInfo(typ reflect.Type) bool {
	method, ok := typ.MethodByName("Value")
	if !ok || method.Type.NumOut() != 1 {
		return false
	}
	return isStringMap(method.Type.Out(0))
}

func isStringMap(typ reflect.Type) bool {
	return typ.Kind() == reflect.Map && typ.Key().Kind() == reflect.String && typ.Elem().Kind() == reflect.String
}

// labelsOf returns the labels of any metric whose method Labels gives a map of
// strings, or nil. It may run a user's code, and panic with it.
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
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 || !isStringMap(method.Type().Out(0)) {
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
