package remotewrite

import (
	"errors"
	"testing"

	"github.com/go-metrics-plus/metrics/drivers/remotewrite"
	"github.com/go-metrics-plus/metrics/integration/drivers/workload"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

// VictoriaMetrics answers a message of 2.0 with 204 and finds nothing in it. The driver
// notices, and speaks 1.0 from then on. Killed, it forgets what came during its last
// second, which the next values make up for.
func TestVictoriaMetrics(t *testing.T) {
	for _, test := range []struct {
		name       string
		histograms remotewrite.Histograms
		buckets    string // what histogram_quantile is to be asked about
		ended      string
	}{
		{"classic", remotewrite.HistogramsAuto, `app_latency_seconds_bucket{le!=""}`, `{job="j"}`},
		// There is no way to end the series that it makes of a native histogram.
		{"native", remotewrite.HistogramsNative, `app_latency_seconds_bucket{vmrange!=""}`, `{job="j",__name__!~"app_latency_.*"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := harness.StartVictoriaMetrics(t)
			w := workload.Start(t)
			driver := start(t, v.URL, w, remotewrite.Config{Histograms: test.histograms})
			awaitSent(t, driver)
			w.KillTwice(t, v)
			if version := driver.Status().Version; version != remotewrite.Version1 {
				t.Errorf("version %v is spoken", version)
			}
			w.Stop()
			if err := driver.Close(); err != nil {
				t.Fatal(err)
			}
			harness.Eventually(t, "the last values", func() error { // of whole seconds
				return errors.Join(v.Flush(), w.Totals(v, latencyCount, latencySum), ended(v.Queries, test.ended),
					w.Quantiles(v, "sum by (le, vmrange) (last_over_time("+test.buckets+"[5m]))",
						test.histograms == remotewrite.HistogramsNative))
			})
		})
	}
}
