package wire

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
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

func labelled(name, value string) []*dto.LabelPair {
	return []*dto.LabelPair{{Name: &name, Value: &value}}
}

// largeFamily is a family of counters that are more than two blocks, of which the last one
// has an exemplar.
func largeFamily(exemplar *dto.Exemplar) *dto.MetricFamily {
	f := &dto.MetricFamily{Name: proto.String("large_total"), Type: dto.MetricType_COUNTER.Enum()}
	for i := range 2*Block + 1 {
		f.Metric = append(f.Metric, &dto.Metric{
			Label: labelled("a", strings.Repeat("x", i)), Counter: &dto.Counter{Value: proto.Float64(float64(i))},
		})
	}
	f.Metric[2*Block].Counter.Exemplar = exemplar
	return f
}

// TestEncoderSpill: what is taken out of the buffer within a family and what is left at
// its end are the family, whole.
func TestEncoderSpill(t *testing.T) {
	large := largeFamily(nil)
	for _, format := range formats() {
		want, _ := NewEncoder(format).Append(nil, large)
		var taken []byte
		times := 0
		e := NewEncoder(format)
		e.Spill = func(dst []byte) []byte {
			taken, times = append(taken, dst...), times+1
			return dst[:0]
		}
		rest, err := e.Append(nil, large)
		if got := append(taken, rest...); !bytes.Equal(got, want) || err != nil {
			t.Errorf("%s: got (%v)\n%s\nwant\n%s", format.ContentType, err, got, want)
		}
		if (times == 2) != (format.Kind == Text || format.Kind == OpenMetrics) {
			t.Errorf("%s: spilled %d times", format.ContentType, times)
		}
	}
}

// TestEncoderSpilledTooEarly: a family that only expfmt can write, or refuse, is not
// written in parts. The next one is another matter.
func TestEncoderSpilledTooEarly(t *testing.T) {
	late := largeFamily(&dto.Exemplar{
		Label: labelled("a", "x"), Value: proto.Float64(1), Timestamp: &timestamppb.Timestamp{Seconds: math.MaxInt64},
	})
	e := NewEncoder(NewFormat(expfmt.FmtOpenMetrics_1_0_0))
	e.Spill = func(dst []byte) []byte { return dst[:0] }
	if _, err := e.Append(nil, late); !errors.Is(err, ErrSpilled) {
		t.Errorf("the error is %v", err)
	}
	late.Metric[2*Block] = nil // which panics
	if _, err := e.Append(nil, late); !errors.Is(err, ErrSpilled) {
		t.Errorf("the error of nil is %v", err)
	}
	if _, err := e.Append(nil, largeFamily(nil)); err != nil {
		t.Errorf("the error of the next is %v", err)
	}
	e.Spill = func(dst []byte) []byte { return dst } // it was not worth it
	if _, err := e.Append(nil, late); err == nil || errors.Is(err, ErrSpilled) {
		t.Errorf("the error is %v, want that of the metric", err)
	}
}
