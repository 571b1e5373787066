package prometheusmetrics

import (
	"fmt"
	"math"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics"
)

func TestSelfMetrics(t *testing.T) {
	d, source, registry, _ := newTestDriver(t, Config{SelfMetrics: true, Layout: LayoutTyped, Namespace: "n", MaxSeries: 100})
	metrics.GetOrRegisterCounter("c", source)
	metrics.NewRegisteredFunctionalGauge("broken", source, func() int64 { panic("broken") })
	once(t, d)
	once(t, d)
	got := figures(expose(t, registry))
	for series, want := range map[string]string{
		`n_driver_left_out_metrics{reason="panic"}`: "1",
		`n_driver_left_out_metrics{reason="label"}`: "0",
		"n_driver_push_failures_total":              "0",
		"n_driver_flush_seconds_count":              "1",
		"n_driver_series":                           fmt.Sprint(6 + len(allReasons)),
		"n_driver_max_series":                       "100",
	} {
		if got[series] != want {
			t.Errorf("%s = %q, want %s", series, got[series], want)
		}
	}
	if got["n_driver_last_flush_timestamp_seconds"] == "0" {
		t.Error("the time of the last flush is not shown")
	}

	d, _, registry, _ = newTestDriver(t, Config{SelfMetrics: true, Layout: LayoutTyped})
	once(t, d)
	if got, there := figures(expose(t, registry))["driver_max_series"]; there {
		t.Errorf("without a limit there is one of %s", got)
	}
}

// TestSelfMetricsOverTime: the time of the last flush is in seconds, and what is left
// out goes and comes.
func TestSelfMetricsOverTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, source, registry, _ := newTestDriver(t, Config{SelfMetrics: true, Layout: LayoutTyped})
		broken := true
		metrics.NewRegisteredFunctionalGauge("g", source, func() int64 {
			if broken {
				panic("broken")
			}
			return 1
		})
		for _, broken = range []bool{true, false, true} {
			once(t, d)
			flushed := time.Now()
			time.Sleep(time.Minute)
			once(t, d)
			got := figures(expose(t, registry))
			want := "0"
			if broken {
				want = "1"
			}
			if got[`driver_left_out_metrics{reason="panic"}`] != want {
				t.Errorf("broken %v: %v", broken, got)
			}
			last, err := strconv.ParseFloat(got["driver_last_flush_timestamp_seconds"], 64)
			if err != nil || math.Abs(last-float64(flushed.Unix())) > 1 {
				t.Errorf("the last flush was at %v, want %v", last, flushed.Unix())
			}
		}
	})
}
