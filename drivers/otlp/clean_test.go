package otlp

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// A label that is not UTF-8 costs itself, and what was gathered is not changed.
func TestNotUTF8(t *testing.T) {
	bad := func() *dto.LabelPair { return &dto.LabelPair{Name: proto.String("a"), Value: proto.String("x\xffy")} }
	e := &dto.Exemplar{Value: proto.Float64(1), Label: []*dto.LabelPair{bad()}}
	families := []*dto.MetricFamily{
		{Name: proto.String("n_total"), Help: proto.String("\xff"), Type: dto.MetricType_COUNTER.Enum(),
			Metric: []*dto.Metric{{Label: []*dto.LabelPair{bad()}, Counter: &dto.Counter{Value: proto.Float64(1), Exemplar: e}}}},
		{Name: proto.String("h"), Type: dto.MetricType_HISTOGRAM.Enum(),
			Metric: []*dto.Metric{{Histogram: &dto.Histogram{Bucket: []*dto.Bucket{{UpperBound: proto.Float64(1), Exemplar: e}}}}}},
		{Name: proto.String("fine"), Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{{Gauge: &dto.Gauge{}}}},
	}
	r := &receiver{}
	d, _ := newTestDriver(t, Config{
		Gatherer: prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil }),
		Protocol: HTTP, URL: r.start(t, HTTP),
	})
	if err := d.Once(); err != nil || len(r.requests) != 1 {
		t.Fatalf("got %v, %d requests", err, len(r.requests))
	}
	if n := strings.Count(r.requests[0].String(), "x�y"); n != 3 {
		t.Errorf("%d labels came: %v", n, r.requests[0])
	}
	if families[0].Metric[0].Label[0].GetValue() != "x\xffy" {
		t.Error("the gatherer's own family is changed")
	}
	if cleaned(families[2]) != families[2] {
		t.Error("a family that is clean is copied")
	}
}
