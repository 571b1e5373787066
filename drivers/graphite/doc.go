// Package graphite delivers the metrics of any prometheus.Gatherer to Graphite, or what
// else reads its lines over TCP: VictoriaMetrics, Telegraf, graphite_exporter.
//
//	driver, err := graphite.New(graphite.Config{Gatherer: registry, Address: "graphite:2003"})
//	if err != nil { … }
//	go driver.Run()
//	defer driver.Close()
//
// # What becomes of metrics
//
// Every sample that Prometheus would store is a line: gauges as they are; counters as
// totals, of which nonNegativeDerivative and perSecond make rates; summaries with _sum,
// _count and a line for each quantile; classic histograms with _sum, _count and _bucket,
// cumulative, with the bound as the label le. Of a native histogram that has no classic
// buckets only sum and count are sent. NaN and infinities are not sent.
//
// # Names
//
// Labels are part of the path, in the order of their names, as client_golang's package
// graphite has them: requests_total.code.200.method.GET. There all but letters, digits,
// "_", "-" and ":" of ASCII becomes "_", and several of these one. With Config.Tags they
// are tags, requests_total;code=200;method=GET, in whose values only spaces, semicolons,
// a tilde at the beginning and what can't be seen become "_"; a label with the name name
// becomes name_. So a label can't begin another line, field or tag.
//
// # What arrives
//
// All values are totals or levels. So a delivery that failed is made good by the next one,
// and what is lost with a server that was away are the values between. Each delivery is
// one connection, at whose end the server has read everything, or the delivery has failed.
//
// # Beside client_golang's bridge
//
// This package does not use client_golang's bridge. A server that does not read keeps the
// bridge for ever; labels with spaces, semicolons or line feeds become fields, tags or
// lines of their own when it writes tags; one family of a type that it does not know, or
// one error of the gatherer, costs all.
package graphite
