package integration

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// startDriver serves a registry's values over loopback from the test itself,
// and returns the address. Nothing is flushed unless the test does it.
func startDriver(t *testing.T, r metrics.Registry) (*prometheusmetrics.Driver, *httptest.Server) {
	t.Helper()
	exposed := prometheus.NewRegistry()
	driver, err := prometheusmetrics.New(r, time.Hour, "test", "unregister", exposed)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(promhttp.HandlerFor(exposed, promhttp.HandlerOpts{Registry: exposed}))
	t.Cleanup(server.Close)
	return driver, server
}

// A series that leaves the registry is gone from PromQL with the next scrape, and
// the others stay.
func TestUnregister(t *testing.T) {
	r := metrics.NewRegistry()
	driver, server := startDriver(t, r)
	fast := metrics.GetOrRegisterCounter("jobs", r, metrics.Labels{"queue": "fast"})
	slow := metrics.GetOrRegisterCounter("jobs", r, metrics.Labels{"queue": "slow"})
	fast.Inc(11)
	slow.Inc(22)
	metrics.GetOrRegisterTimer("work", r).Update(time.Second)

	prometheus := harness.StartPrometheus(t, harness.Job{Name: "test", Targets: []string{server.Listener.Addr().String()}})
	settle := func() {
		t.Helper()
		if err := driver.Once(); err != nil {
			t.Fatal(err)
		}
		prometheus.AwaitScrapes(t)
	}
	const (
		jobs = "test_unregister_jobs_count"
		work = `{__name__=~"test_unregister_work_.*"}`
	)

	settle()
	wantVector(t, prometheus, jobs, by("queue"), map[string]float64{"fast": 11, "slow": 22})
	wantValue(t, prometheus, "count("+work+")", 16)

	metrics.UnregisterSeries("jobs", r, metrics.Labels{"queue": "fast"})
	fast.Inc(100) // into the void
	settle()
	wantVector(t, prometheus, jobs, by("queue"), map[string]float64{"slow": 22})
	wantValue(t, prometheus, "count("+work+")", 16)

	r.Unregister("work")
	settle()
	wantVector(t, prometheus, jobs, by("queue"), map[string]float64{"slow": 22})
	wantNothing(t, prometheus, work)

	metrics.GetOrRegisterCounter("jobs", r, metrics.Labels{"queue": "fast"}).Inc(1)
	settle()
	wantVector(t, prometheus, jobs, by("queue"), map[string]float64{"fast": 1, "slow": 22})

	r.UnregisterAll()
	settle()
	wantNothing(t, prometheus, `{__name__=~"test_unregister_.*"}`)

	// It was all still there a moment ago, and the target never went away.
	wantValue(t, prometheus, `min_over_time(up{job="test"}[1m])`, 1)
}
