package integration

import (
	"errors"
	"math"
	runtimemetrics "runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	gethmetrics "github.com/ethereum/go-ethereum/metrics"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/integration/harness"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// Without it the library records nothing in meters and timers. It is to be
// called once, before anything is recorded.
func init() { gethmetrics.Enable() }

// fillGethereum registers every type of the library, but for the resetting
// timer, which has tests of its own.
func fillGethereum(r gethmetrics.Registry) {
	gethmetrics.GetOrRegisterCounter("chain/counter", r).Inc(5)
	gethmetrics.GetOrRegisterCounterFloat64("chain/counter.float", r).Inc(0.75)
	gethmetrics.GetOrRegisterGauge("chain/gauge", r).Update(-7)
	gethmetrics.GetOrRegisterGaugeFloat64("chain/gauge.float", r).Update(0.25)
	gethmetrics.GetOrRegisterGaugeInfo("chain/info", r).Update(gethmetrics.GaugeInfoValue{"chain_id": "1", "go-version": "1.26"})
	gethmetrics.GetOrRegisterMeter("chain/meter", r).Mark(60)
	histogram := gethmetrics.GetOrRegisterHistogram("chain/histogram", r, gethmetrics.NewUniformSample(1028))
	decaying := gethmetrics.GetOrRegisterHistogram("chain/histogram.decaying", r, gethmetrics.NewExpDecaySample(1028, 0.015))
	timer := gethmetrics.GetOrRegisterTimer("chain/timer", r)
	for i := range int64(100) {
		histogram.Update(i + 1)
		decaying.Update(i + 1)
		timer.Update(time.Duration(i+1) * time.Millisecond)
	}
	r.Register("chain/runtime", gethmetrics.RuntimeHistogramFromData(10, &runtimemetrics.Float64Histogram{
		Counts:  []uint64{1, 2, 1},
		Buckets: []float64{0, 0.1, 0.2, 0.4},
	}))
	r.Register("chain/check.ok", gethmetrics.NewHealthcheck(func(h *gethmetrics.Healthcheck) { h.Healthy() }))
	r.Register("chain/check.failing", gethmetrics.NewHealthcheck(func(h *gethmetrics.Healthcheck) { h.Unhealthy(errors.New("down")) }))
}

// takeRates takes the rates out of the samples: the library computes them every
// five seconds, so that they depend on when the test runs.
func takeRates(t *testing.T, samples map[string]float64, name string) {
	t.Helper()
	for suffix := range noRates {
		if _, found := samples[name+suffix]; !found {
			t.Errorf("%s%s is missing", name, suffix)
		}
		delete(samples, name+suffix)
	}
}

func TestGoEthereumGauges(t *testing.T) {
	registry := gethmetrics.NewRegistry()
	fillGethereum(registry)
	b := newBridge(t, prometheusmetrics.Config{Registry: registry, Namespace: "geth", DurationUnit: time.Millisecond})
	for range 3 {
		samples := b.flush(t)
		takeRates(t, samples, "geth_chain_meter")
		takeRates(t, samples, "geth_chain_timer")
		wantSamples(t, samples, merge(
			map[string]float64{
				"geth_chain_counter_count": 5, "geth_chain_counter_float_count": 0.75,
				"geth_chain_gauge_gauge": -7, "geth_chain_gauge_float_gauge": 0.25,
				`geth_chain_info_info{chain_id="1",go_version="1.26"}`: 1,
				"geth_chain_meter_count":                               60,
				"geth_chain_check_ok_healthy":                          1,
				"geth_chain_check_failing_healthy":                     0,
			},
			named("geth_chain_histogram", oneToHundred),
			named("geth_chain_histogram_decaying", oneToHundred),
			named("geth_chain_timer", oneToHundred),
			// Of buckets (0,1], (1,2], (2,4] with 1, 2 and 1 values: as the library
			// makes statistics of them.
			named("geth_chain_runtime", map[string]float64{
				"_count": 4, "_min": 0, "_max": 4, "_mean": 1.625, "_sum": 4,
				"_variance": 3.1875 / 3, "_stddev": math.Sqrt(3.1875 / 3), "_median": 1,
				"_percentile_75": 2, "_percentile_95": 2, "_percentile_99_0": 2, "_percentile_99_9": 2,
			}),
		))
	}
	b.wantErrors(t)
}

func TestGoEthereumTyped(t *testing.T) {
	registry := gethmetrics.NewRegistry()
	fillGethereum(registry)
	b := newBridge(t, prometheusmetrics.Config{
		Registry: registry, Layout: prometheusmetrics.LayoutTyped, Percentiles: []float64{0.5, 0.99},
	})
	wantSamples(t, b.flush(t), map[string]float64{
		"chain_counter_total": 5, "chain_counter_float_total": 0.75,
		"chain_gauge": -7, "chain_gauge_float": 0.25,
		`chain_info{chain_id="1",go_version="1.26"}`: 1,
		"chain_meter_total":                          60,
		"chain_check_ok_healthy":                     1,
		"chain_check_failing_healthy":                0,

		`chain_histogram{quantile="0.5"}`:             50.5,
		`chain_histogram{quantile="0.99"}`:            99.99,
		"chain_histogram_observations_total":          100,
		`chain_histogram_decaying{quantile="0.5"}`:    50.5,
		`chain_histogram_decaying{quantile="0.99"}`:   99.99,
		"chain_histogram_decaying_observations_total": 100,
		`chain_runtime{quantile="0.5"}`:               1,
		`chain_runtime{quantile="0.99"}`:              2,
		"chain_runtime_observations_total":            4,
		`chain_timer_seconds{quantile="0.5"}`:         0.0505,
		`chain_timer_seconds{quantile="0.99"}`:        0.09999,
		"chain_timer_observations_total":              100,
	})
	b.wantErrors(t)
	t.Log(b.text(t))
}

// A pair that changes replaces the series; one that clashes costs the series
// until it has gone.
func TestGoEthereumInfo(t *testing.T) {
	registry := gethmetrics.NewRegistry()
	info := gethmetrics.GetOrRegisterGaugeInfo("build", registry)
	gethmetrics.GetOrRegisterCounter("other", registry).Inc(1)
	b := newBridge(t, prometheusmetrics.Config{Registry: registry, ConstLabels: prometheus.Labels{"zone": "a"}})
	for _, step := range []struct {
		pairs gethmetrics.GaugeInfoValue
		want  string // series of the info; empty for none
	}{
		{nil, `build_info{zone="a"}`},
		{gethmetrics.GaugeInfoValue{"version": "1", "commit": "a"}, `build_info{commit="a",version="1",zone="a"}`},
		{gethmetrics.GaugeInfoValue{"version": "1", "commit": "a"}, `build_info{commit="a",version="1",zone="a"}`},
		{gethmetrics.GaugeInfoValue{"version": "2", "commit": "b"}, `build_info{commit="b",version="2",zone="a"}`},
		{gethmetrics.GaugeInfoValue{"version": "2"}, `build_info{version="2",zone="a"}`},
		{gethmetrics.GaugeInfoValue{"version": "\xff\n\""}, "build_info{version=\"\uFFFD\\n\\\"\",zone=\"a\"}"},
		{gethmetrics.GaugeInfoValue{"zone": "b"}, ""},
		{gethmetrics.GaugeInfoValue{"zone": "b"}, ""},
		{gethmetrics.GaugeInfoValue{"version": "3"}, `build_info{version="3",zone="a"}`},
	} {
		info.Update(step.pairs)
		want := map[string]float64{`other_count{zone="a"}`: 1}
		if step.want != "" {
			want[step.want] = 1
		}
		wantSamples(t, b.flush(t), want)
	}
	b.wantErrors(t, "build: label")
}

// The library empties a resetting timer when it is read. The driver adds up
// what it read, so that count and sum are those of all that was recorded; the rest
// describes what came since the last flush.
func TestGoEthereumResettingTimer(t *testing.T) {
	for _, layout := range []prometheusmetrics.Layout{prometheusmetrics.LayoutGauges, prometheusmetrics.LayoutTyped} {
		t.Run(layout.String(), func(t *testing.T) {
			registry := gethmetrics.NewRegistry()
			timer := gethmetrics.GetOrRegisterResettingTimer("db/read", registry)
			b := newBridge(t, prometheusmetrics.Config{
				Registry: registry, Layout: layout, DurationUnit: time.Second, Percentiles: []float64{0.5},
			})
			count, sum := 0.0, 0.0
			for _, durations := range [][]time.Duration{
				{},
				{time.Second, 3 * time.Second, 2 * time.Second},
				{10 * time.Second, 20 * time.Second},
				{},
				{time.Nanosecond},
				make([]time.Duration, 5000),
			} {
				for _, d := range durations {
					timer.Update(d)
					count, sum = count+1, sum+d.Seconds()
				}
				samples := b.flush(t)
				b.text(t) // a scrape takes nothing away
				want := resetValues(layout, durations)
				if layout == prometheusmetrics.LayoutTyped {
					want["db_read_seconds_count"], want["db_read_seconds_sum"] = count, sum
				} else {
					want["db_read_count"], want["db_read_sum"] = count, sum
				}
				wantSamples(t, samples, want)
			}
			b.wantErrors(t)
		})
	}
}

// A histogram over a resetting sample is emptied by being read as well. Its count is
// that of all that was recorded, in either layout, and so is its sum.
func TestGoEthereumResettingSample(t *testing.T) {
	for _, layout := range []prometheusmetrics.Layout{prometheusmetrics.LayoutGauges, prometheusmetrics.LayoutTyped} {
		t.Run(layout.String(), func(t *testing.T) {
			registry := gethmetrics.NewRegistry()
			sample := gethmetrics.ResettingSample(gethmetrics.NewExpDecaySample(1028, 0.015))
			histogram := gethmetrics.GetOrRegisterHistogramLazy("rpc/duration", registry, func() gethmetrics.Sample { return sample })
			b := newBridge(t, prometheusmetrics.Config{Registry: registry, Layout: layout})
			count := 0.0
			for _, updates := range []int{10, 10, 0, 10} {
				for range updates {
					histogram.Update(5)
					count++
				}
				samples := b.flush(t)
				if samples["rpc_duration_count"] != count || samples["rpc_duration_sum"] != 5*count {
					t.Errorf("count %v, sum %v; want %v and %v", samples["rpc_duration_count"], samples["rpc_duration_sum"], count, 5*count)
				}
			}
			b.wantErrors(t)
		})
	}
}

// resetValues are the values that describe what came since the last flush. Nothing has
// no percentiles; the library never tells the deviation, which is not shown.
func resetValues(layout prometheusmetrics.Layout, durations []time.Duration) map[string]float64 {
	var least, most, sum, mean time.Duration
	median := math.NaN()
	if n := len(durations); n > 0 {
		least, most = slices.Min(durations), slices.Max(durations)
		for _, d := range durations {
			sum += d
		}
		mean = sum / time.Duration(n)
		median = mean.Seconds() // as it happens, in each of these cases
	}
	if layout == prometheusmetrics.LayoutTyped {
		return map[string]float64{`db_read_seconds{quantile="0.5"}`: median}
	}
	return map[string]float64{
		"db_read_min": least.Seconds(), "db_read_max": most.Seconds(), "db_read_mean": mean.Seconds(), "db_read_median": median,
	}
}

// What the library records of the process itself, in its default registry.
func TestGoEthereumProcess(t *testing.T) {
	t.Cleanup(func() {
		gethmetrics.DefaultRegistry.Each(func(name string, _ any) { gethmetrics.Unregister(name) })
	})
	go gethmetrics.CollectProcessMetrics(24 * time.Hour) // never returns
	harness.Eventually(t, "process metrics", func() error {
		if threads, ok := gethmetrics.Get("system/cpu/goroutines").(*gethmetrics.Gauge); !ok || threads.Snapshot().Value() == 0 {
			return errors.New("not collected yet")
		}
		return nil
	})
	b := newBridge(t, prometheusmetrics.Config{Registry: gethmetrics.DefaultRegistry})
	samples := b.flush(t)
	if samples["system_cpu_goroutines_gauge"] < 1 || samples["system_memory_pauses_count"] < 0 {
		t.Errorf("unlikely: %v", samples)
	}
	gethmetrics.Each(func(name string, metric any) {
		prefix, found := strings.ReplaceAll(name, "/", "_")+"_", false
		for series := range samples {
			found = found || strings.HasPrefix(series, prefix)
		}
		if !found {
			t.Errorf("nothing is exposed of %s, a %T", name, metric)
		}
		t.Logf("%-35s %T", name, metric)
	})
	b.wantErrors(t)
}
