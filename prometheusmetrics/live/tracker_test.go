package live

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

func TestColumns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "c_total"})
		summary := prometheus.NewSummary(prometheus.SummaryOpts{Name: "s", Objectives: map[float64]float64{0.5: 0.1, 1: 0}})
		classic := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "h", Buckets: []float64{1, 2}})
		native := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "n", NativeHistogramBucketFactor: 2, NativeHistogramZeroThreshold: 0.5})
		registry.MustRegister(counter, summary, classic, native)
		page := New(registry, Config{})
		r := newReader(t)
		r.poll(page)
		for _, step := range []struct {
			record func()
			want   map[string]string
		}{
			{func() {}, map[string]string{"c_total[] value": "0", "s[] count": "0", "s[] q:0.5": "NaN", "s[] q:1": "NaN", "h[] count": "0", "h[] le:1": "0", "h[] le:2": "0", "h[] le:+Inf": "0", "n[] count": "0", "n[] zero": "0"}},
			{func() {
				counter.Inc()
				summary.Observe(3)
				classic.Observe(1.5)
				native.Observe(3)
				native.Observe(0.1)
			},
				map[string]string{"c_total[] value": "1", "s[] count": "1", "s[] q:0.5": "3", "s[] q:1": "3", "s[] sum": "3", "h[] count": "1", "h[] le:1": "0", "h[] le:2": "1", "h[] le:+Inf": "0", "n[] count": "2", "n[] sum": "3.1", "n[] zero": "1", "n[] b:2": "1"}},
			{func() {
				counter.Add(2)
				classic.Observe(9)
				classic.Observe(0)
				native.Observe(-4)
				native.Observe(100)
			},
				map[string]string{"c_total[] value": "3", "h[] count": "3", "h[] le:1": "1", "h[] le:2": "1", "h[] le:+Inf": "1", "n[] count": "4", "n[] b:2": "1", "n[] b:7": "1", "n[] n:2": "1"}},
		} {
			step.record()
			r.poll(page)
			got := r.values()
			for column, want := range step.want {
				if got[column] != want {
					t.Errorf("%s is %s, want %s", column, got[column], want)
				}
			}
		}
		if r.seen["key"] != 1 || r.seen["columns"] != 2 {
			t.Errorf("%d key frames and %d with new columns, want 1 and 2", r.seen["key"], r.seen["columns"])
		}
	})
}

// Whatever happens to the families, who reads increments knows what who is told
// everything knows.
func TestIncrementsAddUp(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			g := &families{}
			page := New(g, Config{MaxSeries: 40})
			steady := newReader(t)
			for round := range 30 {
				g.all = randomFamilies(random)
				steady.poll(page)
				fresh := newReader(t)
				fresh.take(page.feed.answer(0).plain)
				if got, want := steady.values(), fresh.values(); !maps.Equal(got, want) {
					t.Fatalf("seed %d, round %d: increments give %v, everything is %v", seed, round, got, want)
				}
			}
		})
	}
}

func randomFamilies(random *rand.Rand) (all []*dto.MetricFamily) {
	for _, name := range []string{"a", "b", "c", "d"} {
		if random.IntN(5) == 0 {
			continue
		}
		types := []dto.MetricType{dto.MetricType_GAUGE, dto.MetricType_COUNTER, dto.MetricType_HISTOGRAM, dto.MetricType_SUMMARY, dto.MetricType_UNTYPED}
		family := &dto.MetricFamily{Name: proto.String(name), Type: types[0].Enum()}
		if name != "a" {
			family.Type = types[random.IntN(len(types))].Enum()
		}
		for i := range 12 {
			if random.IntN(4) == 0 {
				continue
			}
			m := randomMetric(random, family.GetType())
			m.Label = []*dto.LabelPair{{Name: proto.String("i"), Value: proto.String(number(float64(i)))}}
			family.Metric = append(family.Metric, m)
		}
		all = append(all, family)
	}
	return all
}

func randomMetric(random *rand.Rand, typ dto.MetricType) *dto.Metric {
	value := []float64{0, 1, 1.5, math.Inf(1), math.Inf(-1), math.NaN(), 1e300, -7}[random.IntN(8)]
	switch typ {
	case dto.MetricType_GAUGE:
		return &dto.Metric{Gauge: &dto.Gauge{Value: &value}}
	case dto.MetricType_COUNTER:
		return &dto.Metric{Counter: &dto.Counter{Value: &value}}
	case dto.MetricType_UNTYPED:
		return &dto.Metric{Untyped: &dto.Untyped{Value: &value}}
	case dto.MetricType_SUMMARY:
		s := &dto.Summary{SampleCount: proto.Uint64(random.Uint64N(9)), SampleSum: &value}
		for q := range 1 + random.IntN(2) {
			s.Quantile = append(s.Quantile, &dto.Quantile{Quantile: proto.Float64(float64(q) / 2), Value: &value})
		}
		return &dto.Metric{Summary: s}
	}
	h := &dto.Histogram{SampleCount: proto.Uint64(random.Uint64N(9)), SampleSum: &value}
	if random.IntN(2) == 0 {
		h.Schema = proto.Int32(int32(random.IntN(2)))
		for range random.IntN(3) + 1 {
			h.PositiveSpan = append(h.PositiveSpan, &dto.BucketSpan{Offset: proto.Int32(int32(random.IntN(3))), Length: proto.Uint32(2)})
			h.PositiveDelta = append(h.PositiveDelta, random.Int64N(3)+3, -random.Int64N(3))
		}
		return &dto.Metric{Histogram: h}
	}
	for b := range random.IntN(3) {
		h.Bucket = append(h.Bucket, &dto.Bucket{UpperBound: proto.Float64(float64(b)), CumulativeCount: proto.Uint64(uint64(b))})
	}
	return &dto.Metric{Histogram: h}
}

// A round in which nothing comes or goes allocates nothing but its frame.
func TestSteadyRoundDoesNotAllocate(t *testing.T) {
	values := map[string]float64{}
	for i := range 1000 {
		values[number(float64(i))] = float64(i)
	}
	all := []*dto.MetricFamily{gauge("a", values)}
	tracker := newTracker(Config{}.complete(), 1)
	at := int64(0)
	round := func() {
		at++
		*all[0].Metric[at%1000].Gauge.Value++
		tracker.begin()
		tracker.read(0, all, at)
	}
	round()
	if allocs := testing.AllocsPerRun(100, round); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func FuzzString(f *testing.F) {
	for _, seed := range append(hostile.Texts, "", "plain", `"\`, "\x00\x1f\x7f", "\xff\xfe", "</script>", "\u202e\u2028", "𝄞") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, written := range []string{text, cut(text, 10)} {
			var got string
			if err := json.Unmarshal(appendString(nil, written), &got); err != nil {
				t.Fatalf("%q: %v", written, err)
			}
			if want := strings.ToValidUTF8(written, "\ufffd"); utf8.ValidString(written) && got != want {
				t.Errorf("%q was written as %q", written, got)
			}
		}
	})
}
