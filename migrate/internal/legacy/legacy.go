// Package legacy knows the libraries that programs are migrated from: their
// import paths, what became of their names, and where the pages tell of it.
package legacy

import (
	"go/types"
	"strings"
)

// Import paths of the new packages.
const (
	Core   = "github.com/go-metrics-plus/metrics"
	Bridge = Core + "/rcrowley"
	Driver = Core + "/prometheusmetrics"
)

// Import paths of the older ones.
const (
	Rcrowley       = "github.com/rcrowley/go-metrics"
	Original       = "github.com/zeim839/go-metrics-plus"
	OriginalDriver = Original + "/prometheus"
)

// NewPath returns the import path that replaces an older one, or "" if none does.
func NewPath(path string) string {
	switch path {
	case Rcrowley, Original:
		return Core
	case OriginalDriver:
		return Driver
	}
	return ""
}

// IsRoot reports whether a path is that of an older library's instruments.
func IsRoot(path string) bool { return path == Rcrowley || path == Original }

// Owns reports whether a path belongs to an older library, reporters included.
func Owns(path string) bool {
	return IsRoot(path) || strings.HasPrefix(path, Rcrowley+"/") || strings.HasPrefix(path, Original+"/")
}

// instruments are the interfaces that have become structs.
var instruments = map[string]bool{
	"Counter": true, "Gauge": true, "GaugeFloat64": true, "Meter": true, "Histogram": true, "Timer": true, "EWMA": true,
}

// incomparable are the snapshots that == does not work on.
var incomparable = map[string]bool{"HistogramSnapshot": true, "TimerSnapshot": true}

// A Form is what a type of an older library says about an instrument.
type Form int

// The forms: rcrowley's Counter, StandardCounter, NilCounter and CounterSnapshot
// are one of each. FunctionalGauge is a Standard one.
const (
	Other Form = iota
	Interface
	Standard
	Nil
	Snapshot
)

// Classify returns the instrument that a type name of an older library stands
// for, and in which form.
func Classify(name string) (instrument string, form Form) {
	if instruments[name] {
		return name, Interface
	}
	if rest, ok := strings.CutSuffix(name, "Snapshot"); ok && instruments[rest] {
		return rest, Snapshot
	}
	if rest, ok := strings.CutPrefix(name, "Nil"); ok && instruments[rest] {
		return rest, Nil
	}
	for _, prefix := range []string{"Standard", "Functional"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && instruments[rest] {
			return rest, Standard
		}
	}
	return "", Other
}

// Comparable reports whether values of a new type can be compared with ==.
func Comparable(name string) bool { return !incomparable[name] }

// HasUsefulZero reports whether a pointer to a zero StandardX recorded.
func HasUsefulZero(instrument string) bool {
	return instrument == "Counter" || instrument == "Gauge" || instrument == "GaugeFloat64"
}

// reporters of rcrowley's root package have no successor in the core. They keep
// their import and read our registry through the bridge.
var reporters = map[string]bool{
	"Graphite": true, "GraphiteConfig": true, "GraphiteOnce": true, "GraphiteWithConfig": true,
	"OpenTSDB": true, "OpenTSDBConfig": true, "OpenTSDBWithConfig": true,
	"Syslog": true,
}

// IsReporter reports whether a name of a package stays with the older library.
func IsReporter(path, name string) bool { return path == Rcrowley && reporters[name] }

// registryLacks are the methods that our Registry has and rcrowley's has not.
var registryLacks = []string{"SinkOnce"}

// MissingMethods returns what a registry written for an older library may lack.
func MissingMethods() []string { return registryLacks }

// Named returns the name of a type that an older library's root package declares,
// behind at most one pointer, and its path; "" for all others.
func Named(t types.Type) (name, path string) {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || !IsRoot(named.Obj().Pkg().Path()) {
		return "", ""
	}
	return named.Obj().Name(), named.Obj().Pkg().Path()
}

// IsInstrument reports whether a type is an older library's instrument interface.
func IsInstrument(t types.Type) bool {
	name, _ := Named(t)
	_, pointer := types.Unalias(t).(*types.Pointer)
	return instruments[name] && !pointer
}

// IsRegistry reports whether a type is an older library's Registry interface.
func IsRegistry(t types.Type) bool {
	name, _ := Named(t)
	_, pointer := types.Unalias(t).(*types.Pointer)
	return name == "Registry" && !pointer
}

// RegistryPath returns the path of the library whose Registry a type is.
func RegistryPath(t types.Type) string {
	if !IsRegistry(t) {
		return ""
	}
	_, path := Named(t)
	return path
}
