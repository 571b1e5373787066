package prometheusmetrics

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/go-metrics-plus/metrics"
)

func bucketed(bounds ...float64) metrics.Registry {
	return metrics.NewRegistry(metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05, bounds...) }))
}

// TestHistogramNames pins the exposition of bucketed samples in both layouts.
func TestHistogramNames(t *testing.T) {
	for _, layout := range layouts {
		source := bucketed(0.5, 2.5)
		fill(source)
		metrics.GetOrRegisterHistogram("small", source, nil).Update(2)
		metrics.GetOrRegisterTimer("empty", source)
		d, _, registry, _ := newTestDriver(t, Config{Registry: source, Layout: layout})
		once(t, d)
		golden(t, "bucketed_"+layout.String()+".prom", withoutMeanRates(expose(t, registry)))
	}
}

// TestHistogramIsBothKinds: a scrape in protobuf gets native and classic buckets,
// which agree with each other and with client_golang's own.
func TestHistogramIsBothKinds(t *testing.T) {
	source := bucketed()
	d, _, registry, _ := newTestDriver(t, Config{Registry: source, Layout: LayoutTyped})
	peer := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "peer", NativeHistogramBucketFactor: 1.0443, NativeHistogramZeroThreshold: prometheus.NativeHistogramZeroThresholdZero,
		Buckets: []float64{
			0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 60,
		},
	})
	timer := metrics.GetOrRegisterTimer("t", source)
	random := rand.New(rand.NewPCG(1, 2))
	for range 10000 {
		d := time.Duration(math.Exp(random.NormFloat64()*2) * float64(10*time.Millisecond))
		timer.Update(d)
		peer.Observe(d.Seconds())
	}
	timer.Update(0)
	peer.Observe(0)
	once(t, d)
	var want dto.Metric
	peer.Write(&want)
	got := protobuf(t, registry)["t_seconds"].Metric[0].Histogram
	if !slices.Equal(nativeBuckets(got.PositiveSpan, got.PositiveDelta), nativeBuckets(want.Histogram.PositiveSpan, want.Histogram.PositiveDelta)) {
		t.Errorf("native buckets are\n%v\nand client_golang has\n%v", got, want.Histogram)
	}
	if got.GetSchema() != want.Histogram.GetSchema() || got.GetZeroCount() != 1 || got.GetSampleCount() != want.Histogram.GetSampleCount() {
		t.Errorf("schema %d, %d zeros, %d values", got.GetSchema(), got.GetZeroCount(), got.GetSampleCount())
	}
	if sum := got.GetSampleSum(); math.Abs(sum-want.Histogram.GetSampleSum()) > 1e-6*sum {
		t.Errorf("sum is %v, want %v", sum, want.Histogram.GetSampleSum())
	}
	for i, bucket := range got.Bucket {
		if peers := want.Histogram.Bucket[i]; bucket.GetUpperBound() != peers.GetUpperBound() || bucket.GetCumulativeCount() != peers.GetCumulativeCount() {
			t.Errorf("classic bucket %v, client_golang has %v", bucket, peers)
		}
	}
	if got.CreatedTimestamp == nil {
		t.Error("no creation time")
	}
}

func nativeBuckets(spans []*dto.BucketSpan, deltas []int64) (buckets [][2]int64) {
	var index, count int64
	for _, span := range spans {
		index += int64(span.GetOffset())
		for range span.GetLength() {
			count += deltas[0]
			deltas = deltas[1:]
			if count > 0 {
				buckets = append(buckets, [2]int64{index, count})
			}
			index++
		}
	}
	return buckets
}

// protobuf scrapes a registry in the format that carries native histograms.
func protobuf(t *testing.T, registry *prometheus.Registry) map[string]*dto.MetricFamily {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	encoder := expfmt.NewEncoder(&body, expfmt.NewFormat(expfmt.TypeProtoDelim))
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			t.Fatal(err)
		}
	}
	decoded := make(map[string]*dto.MetricFamily)
	decoder := expfmt.NewDecoder(&body, expfmt.NewFormat(expfmt.TypeProtoDelim))
	for {
		var family dto.MetricFamily
		if decoder.Decode(&family) != nil {
			return decoded
		}
		decoded[family.GetName()] = &family
	}
}

// TestEmptyHistogramIsNative: without the empty span it would be a classic one.
func TestEmptyHistogramIsNative(t *testing.T) {
	source := bucketed()
	d, _, registry, _ := newTestDriver(t, Config{Registry: source, Layout: LayoutTyped})
	metrics.GetOrRegisterTimer("t", source)
	once(t, d)
	h := protobuf(t, registry)["t_seconds"].Metric[0].Histogram
	if len(h.PositiveSpan) != 1 || h.PositiveSpan[0].GetLength() != 0 || h.GetSampleCount() != 0 || len(h.Bucket) == 0 {
		t.Errorf("empty histogram is %v", h)
	}
}

// TestScaledHistogram: milliseconds of another's choosing are shown as seconds.
func TestScaledHistogram(t *testing.T) {
	source := metrics.NewRegistry()
	d, _, registry, _ := newTestDriver(t, Config{
		Registry: source, Layout: LayoutTyped,
		Rules: []Rule{{Match: "latency-in-ms", Name: "latency", Scale: 0.001, Unit: "seconds"}},
	})
	h := metrics.GetOrRegisterHistogram("latency-in-ms", source, metrics.NewBucketSample(0.05, 100, 250))
	for range 3 {
		h.Update(200)
	}
	once(t, d)
	got := figures(expose(t, registry))
	want := map[string]string{
		`latency_seconds_bucket{le="0.1"}`: "0", `latency_seconds_bucket{le="0.25"}`: "3", `latency_seconds_bucket{le="+Inf"}`: "3",
		"latency_seconds_sum": "0.6", "latency_seconds_count": "3",
	}
	if !maps.Equal(got, want) {
		t.Errorf("exposed %v", got)
	}
	native := protobuf(t, registry)["latency_seconds"].Metric[0].Histogram
	buckets := nativeBuckets(native.PositiveSpan, native.PositiveDelta)
	upper := math.Exp2(float64(buckets[0][0]) / 16)
	if len(buckets) != 1 || upper < 0.2/1.1 || upper > 0.2*1.1 {
		t.Errorf("0.2 s was counted up to %v", upper)
	}
}

// TestWindow: in LayoutGauges the statistics are of the last minutes, count and
// sum of all.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := bucketed()
		d, _, registry, _ := newTestDriver(t, Config{
			Registry: source, FlushInterval: time.Second, DurationUnit: time.Second, Window: time.Minute, Percentiles: []float64{0.5},
		})
		timer := metrics.GetOrRegisterTimer("t", source)
		go d.Run()
		defer d.Close()
		near := func(series string, want float64) {
			t.Helper()
			synctest.Wait()
			text := figures(expose(t, registry))[series]
			if math.Abs(parse(t, text)-want) > 0.05*want {
				t.Errorf("%s = %s, want %v", series, text, want)
			}
		}
		for range 600 {
			timer.Update(time.Second)
			time.Sleep(time.Second)
		}
		near("t_median", 1)
		for range 75 {
			timer.Update(4 * time.Second)
			time.Sleep(time.Second)
		}
		near("t_min", 4)
		near("t_median", 4)
		near("t_max", 4)
		near("t_count", 675)
		near("t_sum", 900)
		time.Sleep(2 * time.Minute)
		near("t_median", 0) // nothing came
		near("t_count", 675)
	})
}

func parse(t *testing.T, text string) float64 {
	t.Helper()
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestExemplars(t *testing.T) {
	source := bucketed(0.1, 1)
	d, _, registry, _ := newTestDriver(t, Config{Registry: source, Layout: LayoutTyped})
	timer := metrics.GetOrRegisterTimer("t", source)
	timer.UpdateWithExemplar(50*time.Millisecond, metrics.Labels{"trace_id": "old"})
	timer.UpdateWithExemplar(60*time.Millisecond, metrics.Labels{"trace_id": "low"})
	timer.UpdateWithExemplar(5*time.Second, metrics.Labels{"trace_id": "high"})
	metrics.GetOrRegisterCounter("c", source).IncWithExemplar(2, metrics.Labels{"trace_id": "counted"})
	once(t, d)
	request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	request.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	answer := httptest.NewRecorder()
	d.Handler().ServeHTTP(answer, request)
	text := answer.Body.String()
	for _, want := range []string{
		`t_seconds_bucket{le="0.1"} 2 # {trace_id="low"} 0.06 `,
		`t_seconds_bucket{le="+Inf"} 3 # {trace_id="high"} 5.0 `,
		`c_total 2.0 # {trace_id="counted"} 2.0 `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	h := protobuf(t, registry)["t_seconds"].Metric[0].Histogram
	if len(h.Exemplars) != 2 || h.Exemplars[1].GetValue() != 5 {
		t.Errorf("native exemplars are %v", h.Exemplars)
	}
}

// standIn is a metric as another library wants it, over an instrument of ours.
type standIn struct{ metrics.Timer }

func (s standIn) Instrument() any { return s.Timer }

// impostor has a method of that name for something else, and fails in it.
type impostor struct{ metrics.Timer }

func (impostor) Instrument() any { panic("out of tune") }

// TestStandIns: what stands for an instrument of ours is read as the instrument,
// buckets and all.
func TestStandIns(t *testing.T) {
	timer := metrics.GetOrRegisterTimer("t", bucketed())
	timer.Update(time.Second)
	d, _, registry, _ := newTestDriver(t, Config{Layout: LayoutTyped, Registry: sourceFunc(func(visit func(string, any)) {
		visit("stand_in", standIn{timer})
		visit("impostor", impostor{timer})
	})})
	once(t, d)
	text := expose(t, registry)
	for _, want := range []string{"# TYPE stand_in_seconds histogram\n", "# TYPE impostor_seconds summary\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
