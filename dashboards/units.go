package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/units"

// grafanaUnits are Grafana's names for the units that metrics have here and in
// Prometheus's conventions.
var grafanaUnits = map[string]string{
	"seconds":      units.Seconds,
	"milliseconds": units.Milliseconds,
	"microseconds": units.Microseconds,
	"nanoseconds":  units.Nanoseconds,
	"bytes":        units.BytesIEC,
	"bits":         units.BitsIEC,
	"ratio":        units.PercentUnit,
	"percent":      units.Percent,
	"celsius":      units.Celsius,
	"kelvin":       units.Kelvin,
	"meters":       units.Meter,
	"volts":        units.Volt,
	"amperes":      units.Ampere,
	"joules":       units.Joule,
	"watts":        units.Watt,
	"grams":        units.Gram,
	"hertz":        units.Hertz,
	"pascals":      units.Pascals,
}

// valueUnit is the unit of a panel that shows values.
func valueUnit(unit string) string {
	if known := grafanaUnits[unit]; known != "" {
		return known
	}
	return units.Short
}

// rateUnit is the unit of a panel that shows how much is added each second. Seconds
// in each second are a share of the time.
func rateUnit(unit string) string {
	switch unit {
	case "seconds":
		return units.PercentUnit
	case "cpu_seconds":
		return units.Short // cores
	case "bytes":
		return "binBps" // bytes of 1024, as those of values
	case "requests":
		return units.RequestsPerSecond
	}
	return units.CountsPerSecond
}

// inSeconds is how many of a duration's unit make a second; 0 for what is no duration.
func inSeconds(unit string) float64 {
	return map[string]float64{"seconds": 1, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}[unit]
}
