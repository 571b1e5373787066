package wire

import (
	"strconv"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// TestCovered: ordinary families are written here and not by expfmt, which would take
// several times as long. What has no value of its type is left to expfmt to refuse.
func TestCovered(t *testing.T) {
	histogram := &dto.Histogram{
		SampleCount: proto.Uint64(2), SampleSum: proto.Float64(3),
		Bucket: []*dto.Bucket{{UpperBound: proto.Float64(1), CumulativeCount: proto.Uint64(1)}},
	}
	inFloats := &dto.Histogram{
		SampleCountFloat: proto.Float64(2.5),
		Bucket:           []*dto.Bucket{{UpperBound: proto.Float64(1), CumulativeCountFloat: proto.Float64(1.5)}},
	}
	halfInFloats := &dto.Histogram{SampleCount: proto.Uint64(2), Bucket: inFloats.Bucket}
	for _, test := range []struct {
		typ                dto.MetricType
		metric             *dto.Metric
		text, open, binary bool
	}{
		{dto.MetricType_COUNTER, &dto.Metric{Counter: &dto.Counter{}}, true, true, true},
		{dto.MetricType_GAUGE, &dto.Metric{Gauge: &dto.Gauge{}}, true, true, true},
		{dto.MetricType_UNTYPED, &dto.Metric{Untyped: &dto.Untyped{}}, true, true, true},
		{dto.MetricType_SUMMARY, &dto.Metric{Summary: &dto.Summary{}}, true, true, true},
		{dto.MetricType_HISTOGRAM, &dto.Metric{Histogram: histogram}, true, true, true},
		{dto.MetricType_HISTOGRAM, &dto.Metric{Histogram: inFloats}, true, false, true},
		{dto.MetricType_HISTOGRAM, &dto.Metric{Histogram: halfInFloats}, true, false, true},
		{dto.MetricType_GAUGE_HISTOGRAM, &dto.Metric{Histogram: histogram}, true, true, true},
		{dto.MetricType_COUNTER, &dto.Metric{}, false, false, true},
		{dto.MetricType_GAUGE, &dto.Metric{}, false, false, true},
		{dto.MetricType_UNTYPED, &dto.Metric{}, false, false, true},
		{dto.MetricType_SUMMARY, &dto.Metric{}, false, false, true},
		{dto.MetricType_HISTOGRAM, &dto.Metric{}, false, false, true},
	} {
		family := &dto.MetricFamily{
			Name: proto.String("x"), Help: proto.String("Some."), Type: test.typ.Enum(), Metric: []*dto.Metric{test.metric},
		}
		for _, format := range formats() {
			want := map[Kind]bool{Text: test.text, OpenMetrics: test.open, Protobuf: test.binary}[format.Kind]
			encoder := NewEncoder(format)
			if _, covered := encoder.try(nil, family); covered != want {
				t.Errorf("%s: %v is covered: %v", format.ContentType, family, covered)
			}
			if err := difference(encoder, family, nil); err != nil {
				t.Errorf("%s: %v", format.ContentType, err)
			}
		}
	}
}

// TestManyMetrics: a family that is read ahead in several blocks is written here, and
// allocates nothing.
func TestManyMetrics(t *testing.T) {
	family := &dto.MetricFamily{Name: proto.String("x"), Help: proto.String("Some."), Type: dto.MetricType_GAUGE.Enum()}
	for i := range 2*Block + 1 {
		family.Metric = append(family.Metric, &dto.Metric{
			Label: []*dto.LabelPair{{Name: proto.String("a"), Value: proto.String(strconv.Itoa(i))}},
			Gauge: &dto.Gauge{Value: proto.Float64(float64(i))},
		})
	}
	for _, format := range formats() {
		if format.Kind == Other {
			continue
		}
		encoder, dst := NewEncoder(format), make([]byte, 0, 10_000)
		if err := difference(encoder, family, nil); err != nil {
			t.Errorf("%s: %v", format.ContentType, err)
		}
		if allocs := testing.AllocsPerRun(10, func() { encoder.Append(dst, family) }); allocs > 0 {
			t.Errorf("%s: %v allocations", format.ContentType, allocs)
		}
	}
}
