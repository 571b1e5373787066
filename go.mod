module github.com/go-metrics-plus/metrics

go 1.26.0
