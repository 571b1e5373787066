package live

import (
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// Our driver's histograms are classic and native at once, and shown by the native
// buckets; its exemplars come once each.
func TestDriverHistogram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) }))
		timer := metrics.GetOrRegisterTimer("latency", r)
		d, err := prometheusmetrics.NewWithConfig(prometheusmetrics.Config{Registry: r, Layout: prometheusmetrics.LayoutTyped, FlushInterval: time.Second, Detached: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		page := New(d, Config{})
		reader := newReader(t)
		for i := range 4 {
			time.Sleep(time.Second)
			timer.Update(20 * time.Millisecond)
			d.Once()
			reader.poll(page)
			var latency *readSeries
			for _, s := range reader.series {
				latency = s
			}
			if latency.native["classic"] != true || latency.columns["count"] != float64(i+1) {
				t.Fatalf("flush %d: %+v", i, latency)
			}
			buckets := 0.0
			for column, n := range latency.columns {
				if strings.HasPrefix(column, "b:") {
					buckets += n
				}
			}
			if buckets != float64(i+1) {
				t.Errorf("flush %d: %v in buckets", i, buckets)
			}
		}
	})
}

func TestIsNative(t *testing.T) {
	span := []*dto.BucketSpan{{}}
	for name, test := range map[string]struct {
		h    *dto.Histogram
		want bool
	}{
		"classic":            {&dto.Histogram{}, false},
		"positive":           {&dto.Histogram{Schema: proto.Int32(0), PositiveSpan: span}, true},
		"negative":           {&dto.Histogram{Schema: proto.Int32(8), NegativeSpan: span}, true},
		"empty":              {&dto.Histogram{Schema: proto.Int32(3), ZeroThreshold: proto.Float64(0.1)}, true},
		"empty, exact zeros": {&dto.Histogram{Schema: proto.Int32(3), ZeroThreshold: proto.Float64(0)}, false},
		"coarsest":           {&dto.Histogram{Schema: proto.Int32(-4), PositiveSpan: span}, true},
		"custom bounds":      {&dto.Histogram{Schema: proto.Int32(-53), PositiveSpan: span}, false},
	} {
		if got := isNative(test.h); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Buckets come from differences or floats, and end where there are no more counts.
func TestNativeBuckets(t *testing.T) {
	spans := []*dto.BucketSpan{
		{Offset: proto.Int32(-2), Length: proto.Uint32(2)}, {Offset: proto.Int32(3), Length: proto.Uint32(2)},
	}
	for name, test := range map[string]struct {
		deltas []int64
		counts []float64
		want   map[int32]float64
	}{
		"differences":    {[]int64{1, 2, -3, 4}, nil, map[int32]float64{-2: 1, -1: 3, 3: 0, 4: 4}},
		"floats":         {nil, []float64{0.5, 1, 1.5, 2}, map[int32]float64{-2: 0.5, -1: 1, 3: 1.5, 4: 2}},
		"too few counts": {[]int64{1, 2, 3}, nil, map[int32]float64{-2: 1, -1: 3, 3: 6}},
		"none":           {nil, nil, map[int32]float64{}},
	} {
		if got := maps.Collect(nativeBuckets(spans, test.deltas, test.counts)); !maps.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
