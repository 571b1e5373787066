// Package hashicorp has a sink for github.com/hashicorp/go-metrics, to which raft,
// memberlist, serf, Consul, Nomad and Vault report. What they report is recorded into
// instruments of github.com/go-metrics-plus/metrics, from where the driver for
// Prometheus, or any other reader of a registry, takes it:
//
//	sink := hashicorp.NewSink(registry, hashicorp.Config{})
//	config := gometrics.DefaultConfig("")
//	config.EnableHostname = false
//	gometrics.NewGlobal(config, sink)
//
// It works with go-metrics from v0.5.4 on, and so with raft 1.7 built with -tags
// hashicorpmetrics (without the tag raft 1.7 reports to armon/go-metrics), with raft
// 1.8, memberlist 0.7 and serf 0.11.
//
// # What each call becomes
//
//   - IncrCounter adds to a Counter, fractions included.
//   - SetGauge, SetPrecisionGauge and EmitKey set a GaugeFloat64.
//   - AddSample and MeasureSince record in a HistogramFloat64, which the driver shows
//     as a histogram, classic and native.
//
// The parts of a key are joined by dots, which the driver replaces by underscores, and
// characters that Prometheus does not allow become underscores. In LayoutTyped the
// names are then those of go-metrics' own sink for Prometheus, with a unit and _total
// behind them where there is one. Labels are a set: their order does not matter, of a
// name that comes twice the last value counts, and an empty value is no label.
//
// Samples of MeasureSince are in seconds, with that unit, though the library hands them
// over as milliseconds like any other number: the sink learns it from the call stack
// when the first sample of a name comes. AddSample's are as they are given, unless a
// rule says more: [Rules], which hold unless Config has others, know which of raft,
// memberlist and serf are durations, sizes or ratios, have a help text for all of them,
// and make labels of what varies in their keys.
//
// # Service and host names
//
// DefaultConfig of go-metrics puts the service's name before all keys, and the host's
// before those of gauges. Rules match all the same, and the names stay before the
// metric's. Simpler queries come from an empty service name, no host name, as above,
// and Config.Namespace of the driver; or from EnableServiceLabel and
// EnableHostnameLabel, which make labels of them.
//
// # Lifetime
//
// A series stays until somebody unregisters it, so that counters never start over and a
// gauge says what it was set to last, however long ago: see [Sink.Forget] for what has
// gone for good, and Config.MaxSeries for labels that have ever new values. A series
// that was unregistered comes back with its next value.
package hashicorp
