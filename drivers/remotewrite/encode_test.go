package remotewrite

import (
	"math"
	"testing"

	writev2 "github.com/prometheus/client_golang/exp/api/remote/genproto/v2"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// FuzzEncode: whatever the values are, both messages say what was put in, for a reader
// that has the protocol's definitions, and client_golang's type reads the one of 2.0.
func FuzzEncode(f *testing.F) {
	f.Add("name", "value", "help", int64(1), int64(2), 3.5, uint64(4))
	f.Add("é", "", "\"", int64(-1), int64(0), math.Copysign(0, -1), uint64(0))
	f.Fuzz(func(t *testing.T, name, value, help string, at, start int64, number float64, count uint64) {
		meta := &metadata{family: text(name), help: text(help), kind: dto.MetricType_HISTOGRAM}
		s := &series{labels: []label{{nameLabel, text(name)}, {"a", text(value)}}, meta: meta}
		samples := []sample{
			{series: s, at: at, start: start, value: number, exemplars: []exemplar{{s.labels, number, at}}},
			{series: s, at: at, start: start, histogram: &writev2.Histogram{
				Count: &writev2.Histogram_CountInt{CountInt: count}, Sum: number, Timestamp: at,
			}},
		}
		one, err1 := lines1(encode1(samples))
		two, err2 := lines2(encode2(samples))
		if err1 != nil || err2 != nil || len(one) != 3 || len(two) != 2 {
			t.Fatalf("%q, %v; %q, %v", one, err1, two, err2)
		}
		request := &writev2.Request{}
		if err := proto.Unmarshal(encode2(samples), request); err != nil {
			t.Fatal(err)
		}
		for i, series := range request.Timeseries {
			labels := writev2.DesymbolizeLabels(series.LabelsRefs, request.Symbols, nil)
			if len(labels) != 4 || labels[1] != text(name) || labels[3] != text(value) || series.CreatedTimestamp != start {
				t.Errorf("series %d: %q, created %d", i, labels, series.CreatedTimestamp)
			}
		}
		if got := request.Timeseries[0].Samples[0]; got.Timestamp != at || got.Value != number && number == number {
			t.Errorf("sample %v", got)
		}
		if got := request.Timeseries[1].Histograms[0]; got.GetCountInt() != count || got.Timestamp != at {
			t.Errorf("histogram %v", got)
		}
	})
}
