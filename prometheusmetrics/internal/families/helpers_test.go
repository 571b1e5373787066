package families

import (
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

var began = time.Unix(1700000000, 5e6)

// newTestExposition makes one that has a family of each type.
func newTestExposition() *Exposition {
	labels := wire.NewLabels("code", "200")
	trace := []naming.Label{{Name: "trace_id", Value: "abc"}}
	e := &Exposition{
		Numbers: []float64{7, 9, 3, 6, 1.5, 2.5},
		Parts: []Part{
			{Created: began.UnixNano(), Exemplar: &Exemplar{Labels: trace, Value: 2, Time: began}},
			{Created: began.UnixNano()},
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
			[]*Series{{Slot: 2, Part: 1}}, 0.5, 0.9),
	}
	sample := metrics.NewBucketSample(0.05, 10, 100)
	for _, v := range []int64{0, 5, 50, 5000} {
		sample.Update(v)
	}
	h := &e.Histograms[0]
	h.Created, h.Version = began.UnixNano(), 1
	h.Exemplars, h.At = []*Exemplar{{Labels: trace, Value: 5, Time: began}, {Labels: trace, Value: 5000, Time: began}}, []int{0, 2}
	NewArena(nil).Fill(h, sample.Snapshot().(*metrics.BucketSnapshot), unit.One)
	return e
}
