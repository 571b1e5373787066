package prometheusmetrics

import (
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	gocollectors "github.com/prometheus/client_golang/prometheus/collectors"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/runtimemetrics"
)

// The runtime and the process, shown by us and by client_golang's collectors, name by
// name and value by value: ours is read between two readings of theirs.
func TestRuntimeMetricsAreThoseOfClientGolang(t *testing.T) {
	theirs := prometheus.NewRegistry()
	theirs.MustRegister(
		gocollectors.NewGoCollector(gocollectors.WithGoCollectorRuntimeMetrics(gocollectors.MetricsAll)),
		gocollectors.NewProcessCollector(gocollectors.ProcessCollectorOpts{}),
		gocollectors.NewBuildInfoCollector(),
	)
	driver, err := NewWithConfig(Config{Registry: runtimemetrics.Source(), Layout: LayoutTyped, Detached: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	byName := func(g prometheus.Gatherer) map[string]*dto.MetricFamily {
		families, err := g.Gather()
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]*dto.MetricFamily{}
		for _, f := range families {
			all[f.GetName()] = f
		}
		return all
	}
	for range 2 { // and again, after something happened
		runtime.GC()
		percent := debug.SetGCPercent(-1) // values move less without collections
		before := byName(theirs)
		ours := byName(driver)
		after := byName(theirs)
		debug.SetGCPercent(percent)
		for name, family := range before {
			switch {
			case name == "go_memstats_alloc_bytes_total": // clashes with the gauge in OpenMetrics
			case ours[name] == nil:
				t.Errorf("%s is missing", name)
			case ours[name].GetType() != family.GetType():
				t.Errorf("%s is a %v, theirs a %v", name, ours[name].GetType(), family.GetType())
			default:
				compareRuntime(t, name, before[name].Metric[0], ours[name].Metric[0], after[name].Metric[0])
			}
		}
		for name := range ours {
			if before[name] == nil {
				t.Errorf("%s is not among theirs", name)
			}
		}
		if len(ours) < 120 {
			t.Errorf("%d families", len(ours))
		}
	}
}

func compareRuntime(t *testing.T, name string, before, ours, after *dto.Metric) {
	t.Helper()
	theirs := slices.DeleteFunc(slices.Clone(before.Label), func(l *dto.LabelPair) bool { return l.GetValue() == "" }) // is no label
	if !slices.EqualFunc(ours.Label, theirs, func(a, b *dto.LabelPair) bool { return proto.Equal(a, b) }) {
		t.Errorf("%s has labels %v, theirs %v", name, ours.Label, theirs)
	}
	switch {
	case ours.Counter != nil:
		between(t, name, before.Counter.GetValue(), ours.Counter.GetValue(), after.Counter.GetValue(), 0)
	case ours.Gauge != nil:
		low, high := before.Gauge.GetValue(), after.Gauge.GetValue()
		between(t, name, min(low, high), ours.Gauge.GetValue(), max(low, high), 0.2)
	case ours.Summary != nil:
		between(t, name, float64(before.Summary.GetSampleCount()), float64(ours.Summary.GetSampleCount()),
			float64(after.Summary.GetSampleCount()), 0)
		between(t, name, before.Summary.GetSampleSum(), ours.Summary.GetSampleSum(), after.Summary.GetSampleSum(), 0)
	case ours.Histogram != nil:
		compareHistograms(t, name, before.Histogram, ours.Histogram, after.Histogram)
	}
}

func compareHistograms(t *testing.T, name string, before, ours, after *dto.Histogram) {
	t.Helper()
	between(t, name, float64(before.GetSampleCount()), float64(ours.GetSampleCount()), float64(after.GetSampleCount()), 0)
	if len(ours.Bucket) != len(before.Bucket) {
		t.Errorf("%s has %d buckets, theirs %d", name, len(ours.Bucket), len(before.Bucket))
		return
	}
	for i, bucket := range ours.Bucket {
		if bucket.GetUpperBound() != before.Bucket[i].GetUpperBound() {
			t.Errorf("%s has bound %v, theirs %v", name, bucket.GetUpperBound(), before.Bucket[i].GetUpperBound())
		}
		between(t, name, float64(before.Bucket[i].GetCumulativeCount()), float64(bucket.GetCumulativeCount()),
			float64(after.Bucket[i].GetCumulativeCount()), 0)
	}
	if count := ours.GetSampleCount(); count > 0 && !(ours.GetSampleSum() > 0) || math.IsInf(ours.GetSampleSum(), 0) {
		t.Errorf("%s has the sum %v of %d", name, ours.GetSampleSum(), count)
	}
}

// between allows the slack, relative to the larger, and a little for what is small.
func between(t *testing.T, name string, low, value, high, slack float64) {
	t.Helper()
	margin := slack*high + 100*slack + 1e-12*high
	if value < low-margin || value > high+margin {
		t.Errorf("%s is %v, theirs %v and %v", name, value, low, high)
	}
}
