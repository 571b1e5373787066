package wire

import (
	"bytes"
	"fmt"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"
)

// TestAheadChangesNothing: what is read ahead is written as expfmt writes it, be it one
// metric or more than a block, and what has holes is left to whoever writes it.
func TestAheadChangesNothing(t *testing.T) {
	var all []*dto.MetricFamily
	for n, metrics := range []int{1, Block, 2*Block + 1} {
		f := &dto.MetricFamily{Name: proto.String(fmt.Sprint("f", n)), Type: dto.MetricType_GAUGE.Enum()}
		for i := range metrics {
			label := &dto.LabelPair{Name: proto.String("i"), Value: proto.String(fmt.Sprint(i))}
			gauge := &dto.Gauge{Value: proto.Float64(float64(i))}
			f.Metric = append(f.Metric, &dto.Metric{Label: []*dto.LabelPair{label}, Gauge: gauge})
		}
		all = append(all, f)
	}
	all[1].Help = proto.String("Help.")
	encoder := NewEncoder(NewFormat(expfmt.FmtText))
	if n := testing.AllocsPerRun(10, func() { encoder.Ahead(all) }); n > 0 {
		t.Errorf("reading ahead allocates %v times", n)
	}
	for _, f := range all {
		var want bytes.Buffer
		if _, err := expfmt.MetricFamilyToText(&want, f); err != nil {
			t.Fatal(err)
		}
		if got, err := encoder.Append(nil, f); err != nil || string(got) != want.String() {
			t.Errorf("got (%v)\n%s\nwant\n%s", err, got, &want)
		}
	}
	counter := &dto.Metric{Counter: &dto.Counter{}, Label: []*dto.LabelPair{nil, {}}}
	encoder.Ahead([]*dto.MetricFamily{nil, {}, {Metric: []*dto.Metric{nil}}, {Metric: []*dto.Metric{counter, nil}}})
	encoder.Append(nil, &dto.MetricFamily{Name: proto.String("f"), Metric: []*dto.Metric{nil, counter}})
}
