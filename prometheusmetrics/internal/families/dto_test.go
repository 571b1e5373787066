package families

import (
	"math"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// TestDTO: an empty histogram is native all the same, exemplars stand in their
// buckets and in the list.
func TestDTO(t *testing.T) {
	empty := (&Histogram{Bounds: []float64{1}, Cumulative: []uint64{0}}).DTO()
	if len(empty.PositiveSpan) != 1 || empty.PositiveSpan[0].GetLength() != 0 || empty.CreatedTimestamp != nil {
		t.Errorf("an empty histogram is %v", empty)
	}
	h := newTestExposition().Histograms[0].DTO()
	last := h.Bucket[len(h.Bucket)-1]
	if len(h.Bucket) != 3 || !math.IsInf(last.GetUpperBound(), 1) || last.GetCumulativeCount() != 4 {
		t.Errorf("classic buckets are %v", h.Bucket)
	}
	if h.Bucket[0].Exemplar.GetValue() != 5 || h.Bucket[1].Exemplar != nil || last.Exemplar.GetValue() != 5000 ||
		len(h.Exemplars) != 2 {
		t.Errorf("exemplars are %v, in %v", h.Exemplars, h.Bucket)
	}
	if h.GetZeroCount() != 1 || h.GetSampleCount() != 4 || h.GetSampleSum() != 5055 || !h.CreatedTimestamp.AsTime().Equal(began) {
		t.Errorf("histogram is %v", h)
	}
}

// TestTimestamp: one that says the same is used again, for those that change nothing.
func TestTimestamp(t *testing.T) {
	at := time.Unix(1000, 5)
	known := timestamp(nil, at.UnixNano())
	if !known.AsTime().Equal(at) {
		t.Errorf("%v is written as %v", at, known.AsTime())
	}
	if timestamp(known, at.UnixNano()) != known {
		t.Error("a timestamp is made anew for the same time")
	}
	for _, other := range []time.Time{at.Add(1), at.Add(time.Second), at.Add(-time.Hour)} {
		if got := timestamp(known, other.UnixNano()); got == known || !got.AsTime().Equal(other) || !known.AsTime().Equal(at) {
			t.Errorf("%v is written as %v", other, got.AsTime())
		}
	}
	if got := timestamp(known, 0); got != nil {
		t.Errorf("no time is written as %v", got)
	}
}

// TestLabelPairs are copies, those of several series apart.
func TestLabelPairs(t *testing.T) {
	labels := wire.NewLabels("a", "1", "b", "2")
	c := newCaster(3)
	first, second := c.series(labels), c.series(wire.NewLabels("a", "1"))
	first = append(first, nil)
	if len(second) != 1 || second[0].GetName() != "a" || second[0].GetValue() != "1" || first[1].GetValue() != "2" {
		t.Errorf("labels are %v and %v", first, second)
	}
	*first[0].Value = "changed"
	if second[0].GetValue() != "1" || labels != wire.NewLabels("a", "1", "b", "2") {
		t.Errorf("a change of one changes %v, %q", second, labels)
	}
	if got := LabelPairs(nil); got != nil || c.series("") != nil {
		t.Errorf("no labels are %v, %v", got, c.series(""))
	}
	got := LabelPairs([]naming.Label{{Name: "c", Value: "3"}})
	if len(got) != 1 || got[0].GetName() != "c" || got[0].GetValue() != "3" {
		t.Errorf("one label is %v", got)
	}
}
