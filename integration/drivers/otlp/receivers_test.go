// Package otlp tests the driver of that name with real receivers. Prometheus and
// VictoriaMetrics take OTLP over HTTP only; the driver's own tests have a gRPC server.
package otlp

import (
	"errors"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-metrics-plus/metrics/drivers/otlp"
	"github.com/go-metrics-plus/metrics/integration/drivers/workload"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

// start runs a driver that sends a workload five times a second.
func start(t *testing.T, url string, w *workload.Workload, histograms otlp.Histograms) *otlp.Driver {
	t.Helper()
	driver, err := otlp.New(otlp.Config{
		URL:         url,
		Protocol:    otlp.HTTP,
		ServiceName: "j",
		Resource:    resource.NewSchemaless(attribute.String("service.instance.id", "i")),
		Gatherer:    w.Gatherer,
		Histograms:  histograms,
		Interval:    200 * time.Millisecond,
		Timeout:     20 * time.Second,
		OnError:     func(err error) { t.Log("reported:", err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	go driver.Run()
	t.Cleanup(func() { driver.Close() })
	return driver
}

// Both forms of histogram that Prometheus makes of OTLP's.
func TestPrometheus(t *testing.T) {
	const native = `last_over_time(app_latency_seconds{job="j",instance="i"}[5m])`
	for _, test := range []struct {
		name                 string
		histograms           otlp.Histograms
		count, sum, quantile string
		exemplars            string
	}{
		{"exponential", otlp.HistogramsExponential, "histogram_count(" + native + ")", "histogram_sum(" + native + ")", native, "app_latency_seconds"},
		{"explicit", otlp.HistogramsExplicit, `last_over_time(app_latency_seconds_count{job="j"}[5m])`,
			`last_over_time(app_latency_seconds_sum{job="j"}[5m])`, `last_over_time(app_latency_seconds_bucket{job="j"}[5m])`,
			"app_latency_seconds_bucket"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := harness.StartPrometheusReceiver(t)
			w := workload.Start(t)
			driver := start(t, p.URL+"/api/v1/otlp/v1/metrics", w, test.histograms)
			w.KillTwice(t, p)
			harness.Eventually(t, "exemplars", func() error { return w.Traced(p.Queries, test.exemplars) })
			w.Stop()
			if err := driver.Close(); err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{
				w.Totals(p, test.count, test.sum),
				w.Quantiles(p, test.quantile, test.histograms == otlp.HistogramsExponential),
				// The time when counting began: from then on there is a zero.
				workload.Near(p, `min_over_time(app_work_total{code="200"}[5m])`, 0, 0),
				workload.Near(p, `resets(app_work_total{code="200"}[5m])`, 0, 0),
				workload.Near(p, `count(target_info{job="j",instance="i",telemetry_sdk_language="go"})`, 1, 0),
			} {
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// VictoriaMetrics makes ranges of exponential histograms. Killed, it forgets what came
// during its last second, which the next values make up for.
func TestVictoriaMetrics(t *testing.T) {
	v := harness.StartVictoriaMetrics(t)
	w := workload.Start(t)
	driver := start(t, v.URL+"/opentelemetry/v1/metrics", w, otlp.HistogramsExponential)
	w.KillTwice(t, v)
	w.Stop()
	if err := driver.Close(); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, "the last values", func() error { // of whole seconds
		return errors.Join(v.Flush(),
			w.Totals(v, "last_over_time(app_latency_seconds_count[5m])", "last_over_time(app_latency_seconds_sum[5m])"),
			w.Quantiles(v, "sum by (vmrange) (last_over_time(app_latency_seconds_bucket[5m]))", true))
	})
}
