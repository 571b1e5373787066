// Package remotewrite sends the metrics of a Go program to whatever receives Prometheus
// remote write: Prometheus itself, Mimir, Thanos, VictoriaMetrics, a collector. It is for
// programs that can't be scraped.
//
//	driver, err := remotewrite.New(remotewrite.Config{
//		URL:      "http://prometheus:9090/api/v1/write",
//		Gatherer: gatherer, // a prometheusmetrics.Driver, a *prometheus.Registry, …
//	})
//	if err != nil { … }
//	go driver.Run()
//	defer driver.Close()
//
// # What arrives
//
// At each interval every series gets one sample, as if it had been scraped: names, labels
// and types are the same, le and quantile are written as Prometheus writes them.
//
//   - By remote write 2.0 counters, summaries and histograms bring along the time when
//     counting began, exemplars are sent once, and each series has its type, help and
//     unit. It is spoken first.
//   - By remote write 1.0 there is no such time, and types are sent beside the series. It is
//     spoken to receivers that answer 2.0 with status 415, or don't say what they have
//     written, as 2.0 demands.
//   - A series that ends gets a stale marker, and so does each one at Close.
//   - A metric with a timestamp of its own keeps it, and is sent when that changes.
//
// A histogram with classic and native buckets is sent in both forms, but over 1.0 in the
// classic form alone; Config.Histograms chooses otherwise.
//
// # When the receiver is away
//
// Counters and histograms are cumulative, so that a delivery which fails, or has arrived
// without an answer, loses nothing and counts nothing twice. The samples of each interval
// wait in a queue, are sent in their order when the receiver is back, and are dropped, the
// oldest first, when more wait than Config.QueueSamples; after a restart of the program
// the queue is empty. What the receiver refuses for good (400, 401, 404 and the like) is
// dropped as well. Both are counted in Status and reported to OnError.
//
// # Limitations
//
// Names and labels that only UTF-8 allows are sent as they are, which Prometheus takes
// since version 3. Where several processes send the same series, each needs a label of its
// own: see Config.Labels.
package remotewrite
