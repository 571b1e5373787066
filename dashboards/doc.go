// Package dashboards writes what Grafana and Prometheus need to watch a program, from
// what the program exposes: a dashboard, recording rules, alerts, and tests of these.
//
//	monitoring, err := dashboards.New(driver, dashboards.Config{Job: "shop"})
//	err = monitoring.WriteFiles("monitoring", false)
//
// Any prometheus.Gatherer will do: the driver of package prometheusmetrics in either
// layout, a prometheus.Registry, or, by Scrape, an address that serves metrics. The
// command in cmd/dashboards does the same from a shell.
//
// # The same input gives the same bytes
//
// Of each metric only its name, type, help text, unit and label names count, never a
// value, nor which values a label has. So the files can stand in a repository, and a
// test can compare them. What has not been recorded yet is not exposed, and so not on
// the dashboard: generate from a program that has done each kind of its work once.
//
// # What is where
//
// The first row of the dashboard says whether something is broken, since when, and
// where: alerts, targets, health checks, served requests with their errors and
// latency by route, how fast error budgets burn, what is saturated, and what the driver
// leaves out. Then comes a row for each prefix of names, with a panel or two for each
// metric, as its type wants it.
//
// Requests are found by the names that httpmetrics, OpenTelemetry, client_golang's
// examples and gRPC's interceptors use, with whatever namespace before them:
// http_server_request_duration_seconds, http_request_duration_seconds,
// http_requests_total, grpc_server_handling_seconds and their like. About the driver
// there is something where its Config.SelfMetrics is set.
//
// Every expression works with native and with classic histograms, whichever Prometheus
// stores. It needs Prometheus 3.4 or later, for histogram_fraction of classic ones, and
// Grafana 11 or later.
package dashboards
