module github.com/go-metrics-plus/metrics/examples

go 1.26.0

require (
	github.com/go-metrics-plus/metrics v0.0.0
	github.com/go-metrics-plus/metrics/drivers/graphite v0.0.0
	github.com/go-metrics-plus/metrics/drivers/influxdb v0.0.0
	github.com/go-metrics-plus/metrics/drivers/statsd v0.0.0
	github.com/go-metrics-plus/metrics/prometheusmetrics v0.0.0
	github.com/prometheus/client_golang v1.25.0
	github.com/prometheus/client_model v0.6.3
	github.com/prometheus/common v0.72.0
	google.golang.org/protobuf v1.36.12
)

require github.com/grafana/grafana-foundation-sdk/go v0.0.22 // indirect

require (
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/go-metrics-plus/metrics/dashboards v0.0.0
	github.com/klauspost/compress v1.20.1 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
)

replace (
	github.com/go-metrics-plus/metrics => ../
	github.com/go-metrics-plus/metrics/drivers/graphite => ../drivers/graphite
	github.com/go-metrics-plus/metrics/drivers/influxdb => ../drivers/influxdb
	github.com/go-metrics-plus/metrics/drivers/statsd => ../drivers/statsd
	github.com/go-metrics-plus/metrics/prometheusmetrics => ../prometheusmetrics
)

replace github.com/go-metrics-plus/metrics/dashboards => ../dashboards
