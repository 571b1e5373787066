package families

import (
	"bytes"
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
	label := func(value string) []naming.Label {
		return []naming.Label{{Name: "a", Value: value}, {Name: "b", Value: "\"\\\n"}}
	}
	gauges := []*Series{{Slot: 0}, {Slot: 1, Labels: label("x")}, {Slot: 2, Labels: label("y")}}
	e.Histograms = append(e.Histograms, Histogram{Bounds: []float64{1, 2, 3}, Cumulative: []uint64{0, 0, 0}}, e.Histograms[0])
	histograms := []*Series{{Part: 1, Labels: label("x")}, {Part: 2, Labels: label("y")}, {Part: 0, Labels: label("z")}}
	e.Families = append(e.Families,
		NewFamily("quoted", "Help with \"quotes\" and \\ and\nlines.", "", dto.MetricType_GAUGE, gauges),
		NewFamily("several_bytes", "", "bytes", dto.MetricType_GAUGE, gauges),
		NewFamily("several_seconds", "Some.", "seconds", dto.MetricType_HISTOGRAM, histograms),
		NewFamily("größe", "A name that needs quotes.", "", dto.MetricType_GAUGE, gauges),
		NewFamily("labelled", "A label that needs quotes.", "", dto.MetricType_GAUGE,
			[]*Series{{Slot: 1, Labels: []naming.Label{{Name: "größe", Value: "x"}}}}),
		NewFamily("late_total", "Exemplar that can't be encoded.", "", dto.MetricType_COUNTER, []*Series{{Slot: 1, Part: 2}}),
	)
	late := &Exemplar{Labels: label("x"), Time: time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC)}
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
