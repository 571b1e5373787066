// Package statsd delivers the metrics of any prometheus.Gatherer to a StatsD server:
// Datadog's agent, Prometheus's statsd_exporter, Telegraf, or StatsD itself.
//
//	driver, err := statsd.New(statsd.Config{Gatherer: registry, Address: "localhost:8125"})
//	if err != nil { … }
//	go driver.Run()
//	defer driver.Close()
//
// # What becomes of metrics
//
// A gauge, and what has no type, is a gauge; a negative one comes after a zero, in the
// same packet, since StatsD takes a sign for a difference. A counter is a counter, of
// which each delivery sends what it has gained; the first one sends all. Summaries and
// histograms have counters with _count and _sum after the name; the quantiles of a
// summary are gauges with _quantile and the tag quantile, the buckets of a classic
// histogram counters with _bucket and the tag le, cumulative as in Prometheus. Of a native
// histogram that has no classic buckets only count and sum are sent. Values keep their
// units: seconds stay seconds. NaN and infinities are not sent, as the protocol has none.
//
// # Names
//
// The protocol has no escapes. In names, all but letters, digits, "_", "-" and "." of
// ASCII becomes "_"; in the values of tags it is the comma, the vertical bar and control
// characters. So a label can't begin another tag, or another line.
//
// # What arrives
//
// What a counter has gained is owed until a packet with it was sent, however many
// deliveries fail in between, and whether or not the source begins anew. Each packet is
// accounted for by itself, so that a delivery that fails midway is not repeated from its
// beginning. Over a Unix socket the server has what was sent. Over UDP a packet may get
// lost on the way; on one machine the driver notices that nobody listens, and keeps what
// it had. The first delivery of a new Driver sends counters whole: two drivers for one
// server count twice.
package statsd
