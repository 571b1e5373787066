// Package otlp sends the metrics of a Go program by OpenTelemetry's protocol, over HTTP or
// gRPC: to a collector, to Prometheus, to whatever takes OTLP. Exporters, resource and
// translation are OpenTelemetry's own.
//
//	driver, err := otlp.New(otlp.Config{Gatherer: gatherer})
//	if err != nil { … }
//	go driver.Run()
//	defer driver.Close()
//
// Where to, as which service and how often comes from the environment, as OpenTelemetry
// has it: OTEL_EXPORTER_OTLP_ENDPOINT, _PROTOCOL, _HEADERS, _CERTIFICATE, _COMPRESSION and
// _TIMEOUT, the same with METRICS_ before the last word, OTEL_SERVICE_NAME,
// OTEL_RESOURCE_ATTRIBUTES and OTEL_METRIC_EXPORT_INTERVAL. What Config says wins.
//
// # What arrives
//
// The bridge go.opentelemetry.io/contrib/bridges/prometheus translates what was gathered.
// Counters become cumulative sums, gauges and untyped metrics gauges, summaries summaries,
// histograms with native buckets exponential histograms, and others histograms with
// explicit bounds. Names and labels stay. The time when counting began is that of the
// metric, or of the process where the metric does not know it.
//
// The driver mends what the bridge leaves out or gets wrong: the unit, in OpenTelemetry's
// words; exemplars of native histograms; identifiers of traces, for which the bridge takes
// the hexadecimal digits, so that Prometheus refuses the whole request; families in which
// only some histograms have native buckets, and gatherers that fail in part, whose other
// families it drops.
//
// # When something goes wrong
//
// Every delivery has all values since the beginning, so that one which fails loses nothing
// and one that arrives twice counts nothing twice. The driver makes deliveries with a loop
// of its own, not with the SDK's periodic reader: that one hands errors to a handler which
// the whole program shares, drops what a receiver could not take instead of trying again
// with newer values, and lets no one know at the end. The exporters' own retries are off,
// since they would send values that are old by then.
//
// # Limitations
//
//   - The temporality is cumulative, whatever OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE
//     says. For a receiver that wants differences, a collector makes them with its
//     cumulativetodelta processor.
//   - The SDK can't say that a series has ended. Prometheus shows the last value for five
//     minutes.
//   - Histograms that count fractions, and gauge histograms, have no counterpart: they are
//     left out and reported.
//   - OTLP has no gaps between buckets: a native histogram of high resolution over many
//     orders of magnitude is sent with its empty buckets.
package otlp
