// Package prometheusmetrics shows the metrics of a go-metrics registry to
// Prometheus. It reads any registry of the family, which is whatever has a method
// Each ([Source]): those of this module, of rcrowley/go-metrics, of go-ethereum.
//
//	registry := prometheus.NewRegistry()
//	driver, err := prometheusmetrics.New(metrics.DefaultRegistry, time.Second, "namespace", "subsystem", registry)
//	if err != nil {
//		log.Fatal(err)
//	}
//	go driver.Run()
//	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry}))
//
// [NewWithConfig] takes everything else that can be set, in a [Config].
//
// # Flush and scrape
//
// A flush reads every metric once, and publishes what it read; a scrape shows
// what the last flush published, whole. Neither waits for the other. [Driver.Run]
// flushes at the configured interval, [Driver.Once] whenever it is called. With an
// interval of 0 each scrape makes a flush of its own, and scrapes that come at the
// same time share one.
//
// # Layouts
//
// In [LayoutGauges], the default, each statistic of a metric is a gauge of its own:
// <name>_count, <name>_percentile_99_0, <name>_rate_1min. These are the names
// that users of go-metrics have on their dashboards. In [LayoutTyped] counters are
// counters, and timers are in seconds, as Prometheus would have them. A [Rule] changes
// the name, labels, scale or kind of single metrics, and [Driver.Explain] lists what
// has become of each.
//
// # Serving
//
// A driver in a Prometheus registry is scraped with it, by promhttp or by [HandlerFor],
// which answers the same at less cost. One that [Config.Detached] keeps out of any
// registry serves itself, and others, through [Driver.Handler]; [Driver.Gather] and
// [Driver.Transactional] are for code that takes a gatherer.
//
// # One bad metric costs one metric
//
// What can't be shown, such as a metric without a name, two that become one
// series, a functional gauge that panics or hangs, is left out and reported to
// [Config.OnError], once for each time that it begins, as a [*MetricError] that names
// it. All others go on. Code that is not this module's runs in goroutines of its
// own, up to 16 at once, each for up to [Config.CallTimeout].
//
// Names that the application itself registered in the Prometheus registry are left
// out as well. The registry is probed for them when one of the driver's families is
// new, and soon after each scrape. So a name that the application registers while the
// driver shows it makes the scrapes until then fail: one as a rule, and never more
// than those of five seconds. A collector of the application that does not describe
// itself can't be found that way, and shows up in the scrape as an error of the
// Prometheus registry. With promhttp.ContinueOnError, or [HandlerFor], either costs
// only itself.
//
// A registry remembers the names of what was unregistered from it, so such a name
// stays left out. Whether a name such as requests_count clashes with requests depends
// on what requests is: the registry is gathered to find out, once. Through a wrapping
// registerer it can't be, and a histogram is assumed.
//
// # Several drivers
//
// Drivers in one Prometheus registry, be it through wrapping registerers or because
// one registry was registered in another, know of each other: no series is shown by
// two of them, and in a clash whoever shows a series keeps it. What reading empties,
// such as go-ethereum's ResettingTimer, can be read by one driver only.
//
// # Pushing
//
// [Driver.Push] sends what a driver shows to a Pushgateway once, for a job that ends
// before anybody scrapes it; [Driver.RunPush] does so at an interval, with retries.
// Neither holds up flushes or scrapes. What the gateway refuses or does not answer is
// a [*PushError].
//
// # Bucketed samples
//
// Histograms and timers with a [metrics.BucketSample] are real histograms in
// LayoutTyped, classic and native at once. Prometheus takes the native one with
// scrape_native_histograms, and keeps the classic beside it with
// always_scrape_classic_histograms. In LayoutGauges their statistics are those of
// the last [Config.Window].
//
// # How many series
//
// [Config.MaxSeries] limits what is exposed, and [Config.IdleAfter] hides metrics in
// which nothing was recorded for long. A Vec limits its own by MaxChildren.
//
// # Pedantic registries
//
// A pedantic registry wants each series described beforehand, which a driver
// can't do: use [Config.Detached] there, and [Driver.Handler].
package prometheusmetrics
