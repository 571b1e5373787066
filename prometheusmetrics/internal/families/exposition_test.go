package families

import (
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

var began = time.Unix(1700000000, 5e6)

// newTestExposition makes one that has a family of each type.
func newTestExposition() *Exposition {
	labels := []naming.Label{{Name: "code", Value: "200"}}
	trace := []naming.Label{{Name: "trace_id", Value: "abc"}}
	e := &Exposition{
		Numbers: []float64{7, 9, 3, 6, 1.5, 2.5},
		Parts: []Part{
			{Created: began, Exemplar: &Exemplar{Labels: trace, Value: 2, Time: began}},
			{Created: began},
		},
		Histograms: make([]Histogram, 1),
		Series:     4,
		Labels:     2,
	}
	e.Families = []*Family{
		NewFamily("c_total", "Counter.", "", dto.MetricType_COUNTER, []*Series{{Labels: labels, Slot: 0, Part: 0}}),
		NewFamily("g", "Gauge.", "bytes", dto.MetricType_GAUGE, []*Series{{Labels: labels, Slot: 1}}),
		NewFamily("h", "Histogram.", "", dto.MetricType_HISTOGRAM, []*Series{{Part: 0}}),
		NewFamily("s", "Summary.", "", dto.MetricType_SUMMARY,
			[]*Series{{Slot: 2, Part: 1, Quantiles: []float64{0.5, 0.9}}}),
	}
	sample := metrics.NewBucketSample(0.05, 10, 100)
	for _, v := range []int64{0, 5, 50, 5000} {
		sample.Update(v)
	}
	h := &e.Histograms[0]
	h.Created, h.Version = began, 1
	h.Exemplars, h.At = []*Exemplar{{Labels: trace, Value: 5, Time: began}, {Labels: trace, Value: 5000, Time: began}}, []int{0, 2}
	NewArena(nil).Fill(h, sample.Snapshot().(*metrics.BucketSnapshot), unit.One)
	return e
}

// TestNewFamilyRenders: labels are rendered where they are not given, once.
func TestNewFamilyRenders(t *testing.T) {
	labels := []naming.Label{{Name: "code", Value: "200"}}
	shared := Render(labels)
	f := NewFamily("g", "", "", dto.MetricType_GAUGE, []*Series{{}, {Labels: labels}, {Labels: labels, Rendered: shared}})
	if f.Series[0].Rendered != nil || f.Series[1].Rendered == nil || f.Series[2].Rendered != shared {
		t.Errorf("rendered labels are %v, %v, %v", f.Series[0].Rendered, f.Series[1].Rendered, f.Series[2].Rendered)
	}
	if none := Render(nil); none != nil {
		t.Errorf("no labels are rendered as %v", none)
	}
	again := NewFamily("g", "More.", "", dto.MetricType_GAUGE, f.Series[:2])
	if again.Series[0].Rendered != nil || again.Series[1].Rendered != f.Series[1].Rendered {
		t.Error("labels that were rendered are rendered again")
	}
}
