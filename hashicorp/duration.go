package hashicorp

import (
	"reflect"
	"runtime"
	"strings"

	gometrics "github.com/hashicorp/go-metrics"
)

// measured is how the functions of go-metrics begin that hand over a duration as a
// sample: MeasureSince and MeasureSinceWithLabels of a Metrics.
var measured = reflect.TypeFor[gometrics.Metrics]().PkgPath() + ".(*Metrics).MeasureSince"

// callerMeasures reports whether the sample being added comes from MeasureSince, which
// nothing but the call stack can tell: go-metrics adds a duration as it adds any other
// number. It takes some microseconds and is asked once for each name. A sink in between that hands samples
// on from another goroutine hides it; then a Rule has to say it.
func callerMeasures() bool {
	var callers [24]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, measured) {
			return true
		}
		if !more {
			return false
		}
	}
}
