// Package influxdb writes the metrics of any prometheus.Gatherer to InfluxDB 1, 2 or 3, or
// what else takes its line protocol over HTTP: VictoriaMetrics, Telegraf, QuestDB.
//
//	driver, err := influxdb.New(influxdb.Config{
//		Gatherer: registry,
//		URL:      "http://localhost:8086",
//		Org:      "shop", Bucket: "metrics", Token: os.Getenv("INFLUX_TOKEN"),
//	})
//	if err != nil { … }
//	go driver.Run()
//	defer driver.Close()
//
// # What becomes of metrics
//
// The layout is that of Telegraf's Prometheus input, so that its dashboards fit. In
// version 1 a metric is one line: its name is the measurement, its labels are tags, and
// the field is counter, gauge or value, by its type. Summaries and histograms have the
// fields sum and count, and one for each quantile or upper bound, whose values are
// cumulative counts. In version 2 each sample is a line of the measurement prometheus,
// with the sample's name as its field, and le and quantile as tags. Of a native histogram
// that has no classic buckets only count and sum are written. NaN and infinities are left
// out, as the protocol has none: so are the quantiles of an empty summary.
//
// # What arrives
//
// Counters, counts and sums are totals. So a delivery that failed, in whole or in part, is
// made good by the next one, and one that comes twice changes nothing; what is lost with a
// server that was away are the values between. Lines have the time of the gathering, or
// the metric's own if it has one, in milliseconds.
//
// # Names
//
// What needs a backslash gets one. What the protocol can't have becomes "_": control
// characters, invalid UTF-8. A backslash before a comma, an equals sign, a space, a quote,
// another backslash or the end becomes a slash, since servers differ in what they make of
// it. Labels named time, _time, _field, _measurement or _value, which InfluxDB keeps for
// itself, get "_" at the end.
package influxdb
