package reading

import "reflect"

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

// shape is what must be known of a metric to read it.
type shape struct {
	kind     Kind
	snapshot int  // index of the method Snapshot, -1 where there is none
	resets   bool // whether reading it empties it
}

var (
	percentilesType = reflect.TypeFor[percentiles]()
	ratesType       = reflect.TypeFor[rates]()
	deviationType   = reflect.TypeFor[deviation]()
	healthyType     = reflect.TypeFor[healthy]()
	checkableType   = reflect.TypeFor[checkable]()
	valueTypes      = []reflect.Type{reflect.TypeFor[valueInt64](), reflect.TypeFor[valueFloat]()}
	countTypes      = []reflect.Type{
		reflect.TypeFor[countInt64](), reflect.TypeFor[countInt](), reflect.TypeFor[countFloat](),
	}
)

// shapeOf inspects a metric from elsewhere: what its Snapshot returns, or the type
// itself where it has none. No method is called.
func shapeOf(metric any) shape {
	typ := reflect.TypeOf(metric)
	if typ == nil {
		return shape{snapshot: -1}
	}
	if typ.Implements(checkableType) && typ.Implements(healthyType) {
		return shape{kind: Healthcheck, snapshot: -1}
	}
	s := shape{snapshot: -1}
	if method, ok := typ.MethodByName("Snapshot"); ok && method.Type.NumIn() == 1 && method.Type.NumOut() == 1 {
		if s.kind = kindOfType(method.Type.Out(0)); s.kind != Unknown {
			s.snapshot = method.Index
		}
	}
	if s.kind == Unknown {
		s.kind = kindOfType(typ)
	}
	s.resets = s.kind == ResettingTimer || s.kind == Histogram && hasResettingSample(metric)
	return s
}

func kindOfType(typ reflect.Type) Kind {
	switch {
	case typ.Implements(percentilesType) && typ.Implements(ratesType):
		return Timer
	case typ.Implements(percentilesType) && typ.Implements(deviationType):
		return Histogram
	case typ.Implements(percentilesType) && implementsAny(typ, countTypes):
		return ResettingTimer
	case typ.Implements(ratesType) && implementsAny(typ, countTypes):
		return Meter
	case implementsAny(typ, valueTypes):
		return Gauge
	case isInfo(typ):
		return Info
	case implementsAny(typ, countTypes):
		return Counter
	}
	return Unknown
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

// resettingSample is the name of go-ethereum's sample that its own Snapshot empties.
// No method tells it from others, and what a histogram over it counts is what came
// since the last reading.
const resettingSample = "resettingSample"

// hasResettingSample looks for such a sample among the fields of a histogram.
func hasResettingSample(metric any) bool {
	v := reflect.Indirect(reflect.ValueOf(metric))
	if v.Kind() != reflect.Struct {
		return false
	}
	for _, field := range v.Fields() {
		for field.Kind() == reflect.Interface || field.Kind() == reflect.Pointer {
			if field.IsNil() {
				break
			}
			field = field.Elem()
		}
		if field.Type().Name() == resettingSample {
			return true
		}
	}
	return false
}
