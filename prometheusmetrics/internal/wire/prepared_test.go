package wire

import (
	"bytes"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// preparedFamilies have what a prepared family can have.
func preparedFamilies() []*dto.MetricFamily {
	pairs := func(texts ...string) (all []*dto.LabelPair) {
		for i := 0; i < len(texts); i += 2 {
			all = append(all, &dto.LabelPair{Name: &texts[i], Value: &texts[i+1]})
		}
		return all
	}
	family := func(typ dto.MetricType, name, help, unit string, metrics ...*dto.Metric) *dto.MetricFamily {
		f := &dto.MetricFamily{Name: &name, Help: &help, Type: typ.Enum(), Metric: metrics}
		if unit != "" {
			f.Unit = &unit
		}
		return f
	}
	gauge := func(value float64, labels ...string) *dto.Metric {
		return &dto.Metric{Label: pairs(labels...), Gauge: &dto.Gauge{Value: &value}}
	}
	counter := &dto.Counter{
		Value: proto.Float64(3), CreatedTimestamp: timestamppb.New(time.Unix(1000, 5)),
		Exemplar: &dto.Exemplar{Label: pairs("trace_id", "x"), Value: proto.Float64(1), Timestamp: timestamppb.New(time.Unix(9, 0))},
	}
	summary := &dto.Summary{
		SampleCount: proto.Uint64(2), SampleSum: proto.Float64(0.5),
		Quantile: []*dto.Quantile{{Quantile: proto.Float64(0.5), Value: proto.Float64(0.25)}},
	}
	histogram := &dto.Histogram{
		SampleCount: proto.Uint64(3), SampleSum: proto.Float64(7),
		Bucket: []*dto.Bucket{{UpperBound: proto.Float64(1), CumulativeCount: proto.Uint64(1)}},
	}
	long := string(bytes.Repeat([]byte("long "), 100)) // its length takes two bytes
	return []*dto.MetricFamily{
		family(dto.MetricType_GAUGE, "g", "", "", gauge(1), gauge(0.5, "a", "1"), gauge(-2, "a", "1", "b", "\"quoted\"\n\\")),
		family(dto.MetricType_GAUGE, "g_bytes", "With \"quotes\"\nand \\.", "bytes", gauge(1e21, "a", long, "b", "2")),
		family(dto.MetricType_GAUGE, "g2", "A label that needs quotes.", "", gauge(1, "größe", "1", "a", "2"), gauge(2, "a", "größe")),
		family(dto.MetricType_GAUGE, "größe", "A name that needs quotes.", "", gauge(1)),
		family(dto.MetricType_COUNTER, "c_seconds_total", "Some.", "seconds",
			&dto.Metric{Counter: counter}, &dto.Metric{Label: pairs("a", "1", "z", "2"), Counter: counter}),
		family(dto.MetricType_SUMMARY, "s", "Some.", "", &dto.Metric{Summary: summary},
			&dto.Metric{Label: pairs("a", "1"), Summary: summary}),
		family(dto.MetricType_HISTOGRAM, "h", "Some.", "", &dto.Metric{Histogram: histogram},
			&dto.Metric{Label: pairs("a", "1"), Histogram: histogram}),
	}
}

// appendPrepared writes a family as it is written that was prepared before.
func appendPrepared(e *Encoder, dst []byte, family *dto.MetricFamily) (out []byte, covered bool) {
	head := NewHead(family.GetName(), family.GetHelp(), family.GetUnit(), family.GetType())
	if dst, covered = e.Begin(dst, &head); !covered {
		return dst, false
	}
	for _, metric := range family.Metric {
		var pairs []string
		for _, pair := range metric.Label {
			pairs = append(pairs, pair.GetName(), pair.GetValue())
		}
		labels := NewLabels(pairs...)
		switch {
		case !e.Covers(labels):
			return dst, false
		case metric.Gauge != nil:
			dst = e.Value(dst, labels, metric.Gauge.GetValue())
		default:
			if dst, covered = e.Series(dst, labels, metric); !covered {
				return dst, false
			}
		}
	}
	return e.Finish(dst), true
}

// TestPrepared holds what is prepared against families that are encoded whole, with one
// encoder for all, and twice. What needs escaping is not covered, nor are the formats
// that only expfmt writes.
func TestPrepared(t *testing.T) {
	for _, format := range formats() {
		prepared, whole := NewEncoder(format), NewEncoder(format)
		for range 2 {
			for _, family := range preparedFamilies() {
				name := family.GetName()
				got, covered := appendPrepared(prepared, []byte("before\n"), family)
				want := format.Kind != Other && name != "größe" && (name != "g2" || format.Escaping == model.NoEscaping)
				if covered != want {
					t.Errorf("%s: %s is covered: %v", format.ContentType, name, covered)
				}
				encoded, err := whole.Append([]byte("before\n"), family)
				if covered && (err != nil || !bytes.Equal(got, encoded)) {
					t.Errorf("%s: prepared\n%s\nwhole (%v)\n%s", format.ContentType, got, err, encoded)
				}
			}
		}
	}
}
