package dashboards_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/dashboards"
)

// A program writes its own files, here the alerts alone.
func ExampleNew() {
	registry := prometheus.NewRegistry() // or the driver of package prometheusmetrics
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "shop_store_healthy", Help: "Whether the store answers."}))

	monitoring, err := dashboards.New(registry, dashboards.Config{Job: "shop", GrafanaURL: "https://grafana.example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var recording, alerts strings.Builder
	if err := monitoring.WriteRules(&recording, &alerts); err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(alerts.String()) {
		if strings.Contains(line, "alert:") || strings.Contains(line, "summary:") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// - alert: TargetDown
	// summary: "{{ $labels.instance }} of {{ $labels.job }} is down"
	// - alert: TargetsGone
	// summary: "{{ $labels.job }} has no targets"
	// - alert: HealthCheckFailing
	// summary: "Health check {{ $labels.check }} of {{ $labels.job }} fails on {{ $labels.instance }}"
}

// Files that somebody changed are not overwritten.
func ExampleMonitoring_WriteFiles() {
	folder, err := os.MkdirTemp("", "monitoring")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "queue_length"}))
	monitoring, err := dashboards.New(registry, dashboards.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(monitoring.WriteFiles(folder, false))
	os.WriteFile(folder+"/alerts.yml", []byte("groups: []\n"), 0o644)
	err = monitoring.WriteFiles(folder, false)
	fmt.Println(strings.ReplaceAll(err.Error(), folder, "monitoring"))
	// Output:
	// <nil>
	// dashboards: not overwritten, since changed by hand or not generated: monitoring/alerts.yml
}
