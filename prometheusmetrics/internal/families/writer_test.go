package families

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// TestWriter holds what a writer writes against what expfmt makes of the same
// exposition in every format, and again with other values.
func TestWriter(t *testing.T) {
	e := newTestExposition()
	label := func(value string) wire.Labels { return wire.NewLabels("a", value, "b", "\"\\\n") }
	gauges := []*Series{{Slot: 0}, {Slot: 1, Labels: label("x")}, {Slot: 2, Labels: label("y")}}
	e.Histograms = append(e.Histograms, Histogram{Bounds: []float64{1, 2, 3}, Cumulative: []uint64{0, 0, 0}}, e.Histograms[0])
	histograms := []*Series{{Part: 1, Labels: label("x")}, {Part: 2, Labels: label("y")}, {Part: 0, Labels: label("z")}}
	e.Families = append(e.Families,
		NewFamily("quoted", "Help with \"quotes\" and \\ and\nlines.", "", dto.MetricType_GAUGE, gauges),
		NewFamily("several_bytes", "", "bytes", dto.MetricType_GAUGE, gauges),
		NewFamily("several_seconds", "Some.", "seconds", dto.MetricType_HISTOGRAM, histograms),
		NewFamily("größe", "A name that needs quotes.", "", dto.MetricType_GAUGE, gauges),
		NewFamily("labelled", "A label that needs quotes.", "", dto.MetricType_GAUGE,
			[]*Series{{Slot: 1, Labels: wire.NewLabels("größe", "x")}}),
		NewFamily("late_total", "Exemplar that can't be encoded.", "", dto.MetricType_COUNTER, []*Series{{Slot: 1, Part: 2}}),
	)
	late := &Exemplar{Labels: []naming.Label{{Name: "a", Value: "x"}}, Time: time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC)}
	e.Parts = append(e.Parts, Part{Exemplar: late})
	compareWriter(t, e)
	for i := range e.Numbers {
		e.Numbers[i] = []float64{math.NaN(), math.Inf(1), -1e6, 0.1}[i%4]
	}
	e.Parts[0] = Part{}
	compareWriter(t, e)
}

func compareWriter(t *testing.T, e *Exposition) {
	t.Helper()
	for _, contentType := range expfmt.DefaultOpenMetricsAcceptedFormats() {
		for _, scheme := range []model.EscapingScheme{model.NoEscaping, model.UnderscoreEscaping, model.DotsEscaping} {
			format := wire.NewFormat(contentType.WithEscapingScheme(scheme))
			writer := e.NewWriter(format)
			for i, family := range e.DTO() {
				var want bytes.Buffer
				wantErr := expfmt.NewEncoder(&want, format.ContentType).Encode(family)
				got, err := writer.Append([]byte("before\n"), e.Families[i])
				if got := string(got[len("before\n"):]); got != want.String() || (err == nil) != (wantErr == nil) {
					t.Errorf("%s: got (%v)\n%s\nexpfmt wrote (%v)\n%s", format.ContentType, err, got, wantErr, &want)
				}
			}
		}
	}
}

func TestWritingAllocatesNothing(t *testing.T) {
	e := newTestExposition()
	e.Parts[0].Exemplar, e.Histograms[0].Exemplars = nil, nil
	for _, contentType := range []expfmt.Format{expfmt.FmtText, expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtProtoDelim} {
		writer := e.NewWriter(wire.NewFormat(contentType))
		var buffer []byte
		write := func() {
			buffer = buffer[:0]
			for _, family := range e.Families {
				buffer, _ = writer.Append(buffer, family)
			}
		}
		write()
		if n := testing.AllocsPerRun(100, write); n > 0 {
			t.Errorf("%s: %v allocations", contentType, n)
		}
	}
}

// TestSpill: what is taken out of the buffer within a family and what is left at its end
// are the family, whole.
func TestSpill(t *testing.T) {
	e := newTestExposition()
	var series []*Series
	for i := range 3*Block + 1 {
		labels := wire.NewLabels("a", string(rune('a'+i)))
		series = append(series, &Series{Slot: uint32(i % len(e.Numbers)), Labels: labels})
	}
	large := NewFamily("large", "Help.", "", dto.MetricType_GAUGE, series)
	for _, contentType := range []expfmt.Format{expfmt.FmtText, expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtProtoDelim} {
		format := wire.NewFormat(contentType)
		want, _ := e.NewWriter(format).Append(nil, large)
		var taken []byte
		times := 0
		writer := e.NewWriter(format)
		writer.Spill = func(dst []byte) []byte {
			taken, times = append(taken, dst...), times+1
			return dst[:0]
		}
		rest, err := writer.Append(nil, large)
		if got := append(taken, rest...); !bytes.Equal(got, want) || err != nil {
			t.Errorf("%s: got (%v)\n%s\nwant\n%s", contentType, err, got, want)
		}
		if (times == 3) == (format.Kind == wire.Protobuf) {
			t.Errorf("%s: spilled %d times", contentType, times)
		}
	}
}

// TestSpilledTooEarly: a family that only expfmt can write is not written in parts.
func TestSpilledTooEarly(t *testing.T) {
	e := newTestExposition()
	e.Parts = append(e.Parts, Part{Exemplar: &Exemplar{
		Labels: []naming.Label{{Name: "a", Value: "x"}}, Time: time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC),
	}})
	var series []*Series
	for range Block {
		series = append(series, &Series{Slot: 1, Part: 0})
	}
	series = append(series, &Series{Slot: 1, Part: uint32(len(e.Parts) - 1)})
	late := NewFamily("late_total", "Help.", "", dto.MetricType_COUNTER, series)
	writer := e.NewWriter(wire.NewFormat(expfmt.FmtOpenMetrics_1_0_0))
	writer.Spill = func(dst []byte) []byte { return dst[:0] }
	if _, err := writer.Append(nil, late); !errors.Is(err, wire.ErrSpilled) {
		t.Errorf("the error is %v", err)
	}
	writer.Spill = func(dst []byte) []byte { return dst } // it was not worth it
	if _, err := writer.Append(nil, late); err == nil || errors.Is(err, wire.ErrSpilled) {
		t.Errorf("the error is %v, want that of the exemplar", err)
	}
}
