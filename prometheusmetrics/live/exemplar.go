package live

import (
	"time"

	dto "github.com/prometheus/client_model/go"
)

// exemplar is a single value that a series was recorded with, and the labels
// that lead to where it came from, such as a trace id.
type exemplar struct {
	series int
	value  float64
	time   int64 // ms since 1970
	labels []string
}

// maxExemplars bounds how many are sent in one frame.
const maxExemplars = 500

// histogramExemplars collects those of the native list, or else of the buckets.
func (t *tracker) histogramExemplars(s *series, h *dto.Histogram) {
	if len(h.Exemplars) > 0 {
		t.exemplars(s, h.Exemplars...)
		return
	}
	var some [8]*dto.Exemplar // enough for most, so that nothing is allocated
	all := some[:0]
	for _, bucket := range h.Bucket {
		if bucket.Exemplar != nil {
			all = append(all, bucket.Exemplar)
		}
	}
	t.exemplars(s, all...)
}

// exemplars notes those that are newer than those sent for the series. One
// without a time can't be placed and is left out.
func (t *tracker) exemplars(s *series, all ...*dto.Exemplar) {
	newest := s.exemplar
	for _, e := range all {
		if e.GetTimestamp() == nil || len(t.delta.exemplars) >= maxExemplars {
			continue
		}
		at := e.GetTimestamp().AsTime().UnixNano()
		if at <= s.exemplar {
			continue
		}
		newest = max(newest, at)
		found := exemplar{series: s.slot, value: e.GetValue(), time: at / int64(time.Millisecond)}
		for _, pair := range e.Label {
			found.labels = append(found.labels, pair.GetName(), pair.GetValue())
		}
		t.delta.exemplars = append(t.delta.exemplars, found)
	}
	s.exemplar = newest
}
