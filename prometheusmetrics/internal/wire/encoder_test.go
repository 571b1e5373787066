package wire

import (
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"
)

// TestAppendEnd: OpenMetrics has an end, in every version, and no other format has.
func TestAppendEnd(t *testing.T) {
	for contentType, want := range map[expfmt.Format]string{
		expfmt.FmtText: "", expfmt.FmtProtoDelim: "", expfmt.FmtProtoText: "",
		expfmt.FmtOpenMetrics_0_0_1: "# EOF\n", expfmt.FmtOpenMetrics_1_0_0: "# EOF\n",
	} {
		if got := string(NewEncoder(NewFormat(contentType)).AppendEnd([]byte("x"))); got != "x"+want {
			t.Errorf("%s ends with %q", contentType, got)
		}
	}
}

// TestAppendRefuses: a family that can't be encoded is an error that names it, and the
// next one is encoded all the same.
func TestAppendRefuses(t *testing.T) {
	good := &dto.MetricFamily{
		Name: proto.String("good"), Type: dto.MetricType_GAUGE.Enum(),
		Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: proto.Float64(1)}}},
	}
	broken := &dto.MetricFamily{Name: proto.String("broken"), Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{nil}}
	encoder := NewEncoder(NewFormat(expfmt.FmtText))
	for _, family := range []*dto.MetricFamily{broken, nil} {
		if _, err := encoder.Append([]byte("before\n"), family); err == nil || !strings.Contains(err.Error(), family.GetName()) {
			t.Errorf("the error of %v is %v", family, err)
		}
		out, err := encoder.Append([]byte("before\n"), good)
		if want := "before\n# TYPE good gauge\ngood 1\n"; err != nil || string(out) != want {
			t.Errorf("then %q (%v), want %q", out, err, want)
		}
	}
}
