package planning

import (
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
)

// TestExemplarsFollow: each flush shows the latest one, and none that was cleared.
func TestExemplarsFollow(t *testing.T) {
	w := newWorld(t, true, Config{})
	c, h := metrics.NewCounter(), metrics.NewHistogram(metrics.NewBucketSample(0.05, 10, 100))
	w.put("c", c)
	w.put("h", h)
	for round := range 3 {
		value := int64(round + 1)
		c.IncWithExemplar(value, metrics.Labels{"trace_id": "x"})
		h.UpdateWithExemplar(value, metrics.Labels{"trace_id": "x"})
		for range 2 {
			e := w.flush()
			for _, f := range e.Families {
				if f.Type == dto.MetricType_COUNTER {
					if got := e.Parts[f.Series[0].Part].Exemplar; got == nil || got.Value != float64(value) {
						t.Errorf("round %d: the counter's exemplar is %v", round, got)
					}
					continue
				}
				got := e.Histograms[f.Series[0].Part]
				if len(got.Exemplars) != 1 || got.Exemplars[0].Value != float64(value) || got.At[0] != 0 {
					t.Errorf("round %d: the histogram's exemplars are %v at %v", round, got.Exemplars, got.At)
				}
			}
		}
	}
	c.Clear()
	h.Clear()
	e := w.flush()
	if e.Parts[0].Exemplar != nil || len(e.Histograms[0].Exemplars) > 0 {
		t.Errorf("after Clear: %v and %v", e.Parts[0].Exemplar, e.Histograms[0].Exemplars)
	}
}
