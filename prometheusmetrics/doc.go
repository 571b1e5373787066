// Package prometheusmetrics shows the metrics of a go-metrics registry to
// Prometheus. It reads any registry of the family, which is whatever has a method
// Each: those of this module, of rcrowley/go-metrics, of go-ethereum.
//
//	registry := prometheus.NewRegistry()
//	driver, err := prometheusmetrics.New(metrics.DefaultRegistry, time.Second, "namespace", "subsystem", registry)
//	if err != nil {
//		log.Fatal(err)
//	}
//	go driver.Run()
//	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}))
//
// # Flush and scrape
//
// A flush reads every metric once, and publishes what it read; a scrape shows
// what the last flush published, whole. Neither waits for the other. Run flushes
// at the configured interval, Once whenever it is called. With an interval of 0
// each scrape makes a flush of its own.
//
// # Layouts
//
// In LayoutGauges, the default, each figure of a metric is a gauge of its own:
// <name>_count, <name>_percentile_99_0, <name>_rate_1min. These are the names
// that users of go-metrics have on their dashboards. In LayoutTyped counters are
// counters, and timers are in seconds, as Prometheus would have them.
//
// # One bad metric costs one metric
//
// What can't be shown, such as a metric without a name, two that become one
// series, a functional gauge that panics or hangs, is left out and told to
// Config.OnError, once, as a *MetricError that names it. All others go on.
//
// Names that the application itself registered in the Prometheus registry are
// left out as well. They are looked up when one of the driver's families is new,
// and once a minute. What can't be found that way (an application's collector
// that does not describe itself, or one that was registered since the last look)
// shows up in the scrape as an error of the Prometheus registry; give promhttp
// ErrorHandling: promhttp.ContinueOnError to have it cost only itself, or use
// Handler, which does. A registry remembers the names of what was unregistered
// from it, so such a name stays left out.
//
// # Serving
//
// HandlerFor serves any gatherers as promhttp does, at a fraction of the cost, and
// bounds what a gatherer that hangs, a client that does not read, or many requests
// at a time can do. Driver.Handler is that for a driver that is in no Prometheus
// registry: what a flush shows is rendered once for each format and coding, when
// somebody asks for it, and kept until the next flush. For that a family keeps two
// bits beside its name and help text, a series without labels 8 bytes, and labels,
// rendered as text and as protobuf, about twice the memory of their names and
// values. Kept renderings take up to 64 MiB.
//
// # Pushing
//
// Push sends what a driver shows to a Pushgateway once, for a job that ends before
// anybody scrapes it; RunPush does so at an interval, with retries. Neither holds
// up flushes or scrapes.
//
// # Bucketed samples
//
// Histograms and timers with a metrics.NewBucketSample are real histograms in
// LayoutTyped, classic and native at once. Prometheus takes the native one with
// scrape_native_histograms, and keeps the classic beside it with
// always_scrape_classic_histograms. In LayoutGauges their statistics are those of
// the last Config.Window.
//
// # Pedantic registries
//
// A pedantic registry wants each series described beforehand, which a driver
// can't do: use Config.Detached there, and Handler.
package prometheusmetrics
