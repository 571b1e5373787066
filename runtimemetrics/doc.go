// Package runtimemetrics reads the Go runtime and the process as a source of metrics,
// under the names that Prometheus's client_golang gives them, so that dashboards made
// for these fit:
//
//	driver, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{
//		Sources: []prometheusmetrics.LabelledSource{
//			{Source: metrics.DefaultRegistry},
//			{Source: runtimemetrics.Source(), Absolute: true},
//		},
//	}, registry)
//
// It imports the standard library alone, starts no goroutine and never stops the world.
//
// # What there is
//
//   - go_goroutines, go_threads, go_info, go_gc_duration_seconds and go_memstats_…, which
//     client_golang has by default;
//   - every metric of package runtime/metrics, the counts of GODEBUG settings included;
//   - go_build_info;
//   - process_… on Linux; on macOS without memory and network, elsewhere nothing of it.
//
// # What differs from client_golang
//
// go_memstats_alloc_bytes_total is left away: it can't be one family with the gauge
// go_memstats_alloc_bytes in OpenMetrics. It is go_gc_heap_allocs_bytes_total, too.
//
// The sums of histograms are estimates. The runtime keeps counts by bucket and no sums,
// so that values are taken to lie in the middle of their buckets. The counts are exact.
// Histograms have native buckets beside the classic ones.
//
// The quantiles of go_gc_duration_seconds are those of the driver's configuration, of
// the last 256 pauses.
package runtimemetrics
