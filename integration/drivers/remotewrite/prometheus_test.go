// Package remotewrite tests the driver of that name with real receivers.
package remotewrite

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/drivers/remotewrite"
	"github.com/go-metrics-plus/metrics/integration/drivers/workload"
	"github.com/go-metrics-plus/metrics/integration/harness"
)

// start runs a driver that sends a workload five times a second.
func start(t *testing.T, url string, w *workload.Workload, config remotewrite.Config) *remotewrite.Driver {
	t.Helper()
	config.URL = url + "/api/v1/write"
	config.Gatherer = w.Gatherer
	config.Interval = 200 * time.Millisecond
	config.Timeout = 20 * time.Second
	config.Labels = map[string]string{"job": "j", "instance": "i"}
	config.OnError = func(err error) { t.Log("reported:", err) }
	driver, err := remotewrite.New(config)
	if err != nil {
		t.Fatal(err)
	}
	go driver.Run()
	t.Cleanup(func() { driver.Close() })
	return driver
}

// awaitSent waits until the receiver has taken samples of later rounds.
func awaitSent(t *testing.T, driver *remotewrite.Driver) {
	t.Helper()
	before := driver.Status().Sent
	harness.Eventually(t, "samples to be sent", func() error {
		if s := driver.Status(); s.Sent < before+50 || s.Waiting > 0 {
			return fmt.Errorf("status %+v", s)
		}
		return nil
	})
}

// Over remote write the count and sum of a histogram are series, whatever its form.
const (
	latencyCount = `last_over_time(app_latency_seconds_count{job="j",instance="i"}[5m])`
	latencySum   = `last_over_time(app_latency_seconds_sum{job="j",instance="i"}[5m])`
)

// ended is an error while there are series that Close has ended.
func ended(server harness.Queries, series string) error {
	vector, err := server.Query(series)
	if err == nil && len(vector) != 0 {
		err = fmt.Errorf("after Close there are %v", vector)
	}
	return err
}

// gap is an error if somewhere between the first and the last sample of a series there
// is less than one sample a second.
func gap(p *harness.PrometheusReceiver, series string, since time.Duration) error {
	promql := fmt.Sprintf("min_over_time(count_over_time(%s[1s])[%ds:500ms])", series, int(since.Seconds()))
	if n, err := p.Value(promql); err != nil || n < 1 {
		return fmt.Errorf("%s = %v, %w", promql, n, err)
	}
	return nil
}

func TestPrometheus(t *testing.T) {
	for _, version := range []remotewrite.Version{remotewrite.VersionAuto, remotewrite.Version1} {
		t.Run(version.String(), func(t *testing.T) {
			t.Parallel()
			p := harness.StartPrometheusReceiver(t)
			w := workload.Start(t)
			driver := start(t, p.URL, w, remotewrite.Config{Version: version, Histograms: remotewrite.HistogramsBoth})
			awaitSent(t, driver)
			begun := time.Now()
			w.KillTwice(t, p)
			if err := gap(p, `app_work_total{code="200"}`, time.Since(begun)); err != nil {
				t.Errorf("the time of the outages is not there: %v", err)
			}
			checkExemplars(t, p, w)
			w.Stop()
			if err := driver.Close(); err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{w.Totals(p, latencyCount, latencySum), native(p, w), ended(p.Queries, `{job="j"}`)} {
				if err != nil {
					t.Error(err)
				}
			}
			if s := driver.Status(); s.Dropped+s.Rejected != 0 || s.Waiting != 0 {
				t.Errorf("status %+v", s)
			}
			if version == remotewrite.VersionAuto {
				checkCreation(t, p, w, driver.Status())
			}
		})
	}
}

// native compares the native histogram with what was recorded.
func native(p *harness.PrometheusReceiver, w *workload.Workload) error {
	const native = "last_over_time(app_latency_seconds[5m])"
	n, sum := w.Latencies()
	return errors.Join(
		workload.Near(p, "histogram_count("+native+")", n, 0),
		workload.Near(p, "histogram_sum("+native+")", sum, 1e-9),
		w.Quantiles(p, native, true),
	)
}

// checkCreation sees that what was counted before the first sample is part of an increase,
// since the receiver knows that counting began at 0.
func checkCreation(t *testing.T, p *harness.PrometheusReceiver, w *workload.Workload, status remotewrite.Status) {
	t.Helper()
	if status.Version != remotewrite.Version2 {
		t.Errorf("status %+v", status)
	}
	n, _ := w.Latencies()
	for _, err := range []error{
		workload.Near(p, `min_over_time(app_work_total{code="200"}[5m])`, 0, 0),
		workload.Near(p, `resets(app_work_total{code="200"}[5m])`, 0, 0),
		workload.Near(p, `min_over_time(app_latency_seconds_count[5m])`, 0, 0),
		workload.Near(p, `last_over_time(app_latency_seconds_count[5m]) - min_over_time(app_latency_seconds_count[5m])`, n, 0),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}

// checkExemplars sees that traced latencies lead to their traces, by both forms of the
// histogram.
func checkExemplars(t *testing.T, p *harness.PrometheusReceiver, w *workload.Workload) {
	t.Helper()
	for _, series := range []string{"app_latency_seconds", "app_latency_seconds_bucket"} {
		harness.Eventually(t, "exemplars of "+series, func() error { return w.Traced(p.Queries, series) })
	}
}
