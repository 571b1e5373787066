package integration

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

// An instance that dies and comes back counts from zero again. Its counts are
// already above the old ones when Prometheus sees it again, so nothing but the
// creation time tells that they are others; without it, all that the first life
// counted would be lost.
func TestNothingIsLostInARestart(t *testing.T) {
	const before, after = 1000, 3000
	service := harness.StartService(t, "-layout", "typed", "-record")
	// Scrapes are so rare that the second life has recorded everything before the
	// first one that sees it.
	p := harness.StartTypedPrometheus(t, harness.Job{
		Name: "service", Targets: []string{service.Address},
		Options: map[string]any{"scrape_interval": "4s", "scrape_timeout": "2s"},
	})
	p.AwaitScrapes(t)
	record(t, service.URL, repeat(20*time.Millisecond, before))
	count := recordedSeries("_count")
	harness.Eventually(t, "the first life", func() error { return equal(p, count, before) })

	if err := service.Kill(); err != nil {
		t.Fatal(err)
	}
	harness.StartService(t, "-layout", "typed", "-record", "-listen", service.Address)
	record(t, service.URL, repeat(40*time.Millisecond, after))
	harness.Eventually(t, "the second life", func() error { return equal(p, count, after) })
	wantValue(t, p, "min_over_time("+count+"[10m])", 0) // the creation times
	wantValue(t, p, "resets("+count+"[10m])", 1)

	// At the time of the last sample, and from a first one that is zero, nothing
	// is extrapolated.
	const sum = before*0.020 + after*0.040
	at := ask(t, p, "timestamp("+count+")")
	increase := func(series string) string { return fmt.Sprintf("increase(%s[10m] @ %.3f)", series, at) }
	wantNear(t, p, increase(count), before+after)
	wantNear(t, p, increase(recordedSeries("_sum")), sum)
	native := increase(recordedSeries(""))
	wantNear(t, p, "histogram_count("+native+")", before+after)
	wantNear(t, p, "histogram_sum("+native+")", sum)
	wantBetween(t, p, "histogram_quantile(0.2, "+native+")", 0.020*0.95, 0.020*1.05)
	wantBetween(t, p, "histogram_quantile(0.9, "+native+")", 0.040*0.95, 0.040*1.05)
	wantVector(t, p, "round("+increase(`example_service_latency_seconds_bucket{route="/record",le=~"0.01|0.025|0.05|.Inf"}`)+")",
		by(model.BucketLabel), map[string]float64{"0.01": 0, "0.025": before, "0.05": before + after, "+Inf": before + after})
}

// wantNear leaves room for the rounding of floating point numbers.
func wantNear(t *testing.T, p *harness.Prometheus, promql string, want float64) {
	t.Helper()
	wantBetween(t, p, promql, want*(1-1e-9), want*(1+1e-9))
}

func repeat(latency time.Duration, n int) []time.Duration {
	latencies := make([]time.Duration, n)
	for i := range latencies {
		latencies[i] = latency
	}
	return latencies
}
