package live

import (
	"iter"
	"strconv"

	dto "github.com/prometheus/client_model/go"
)

// native is what a series keeps of a histogram with native buckets: which slot
// each bucket has. Buckets come as values fall into them, and only a reset or a
// coarser schema takes them away.
type native struct {
	schema             int32
	zeroThreshold      float64
	positive, negative map[int32]int
}

// isNative reports whether the histogram has exponential buckets; those with
// custom bounds, of negative schemas beyond -4, are shown as classic ones.
func isNative(h *dto.Histogram) bool {
	const coarsest = -4
	if h.Schema == nil || h.GetSchema() < coarsest {
		return false
	}
	return len(h.PositiveSpan) > 0 || len(h.NegativeSpan) > 0 || h.GetZeroThreshold() > 0
}

func newNative(h *dto.Histogram) *native {
	return &native{
		schema: h.GetSchema(), zeroThreshold: h.GetZeroThreshold(),
		positive: make(map[int32]int), negative: make(map[int32]int),
	}
}

// columnZero is the column of what lies around zero.
const columnZero = columnFirst

func (t *tracker) updateNative(s *series, h *dto.Histogram) bool {
	if s.native.schema != h.GetSchema() || s.native.zeroThreshold != h.GetZeroThreshold() {
		return false
	}
	t.set(s.slot+columnCount, sampleCount(h))
	t.set(s.slot+columnSum, h.GetSampleSum())
	zero := float64(h.GetZeroCount())
	if h.ZeroCountFloat != nil {
		zero = h.GetZeroCountFloat()
	}
	t.set(s.slot+columnZero, zero)
	t.updateBuckets(s, "b:", s.native.positive, nativeBuckets(h.PositiveSpan, h.PositiveDelta, h.PositiveCount))
	t.updateBuckets(s, "n:", s.native.negative, nativeBuckets(h.NegativeSpan, h.NegativeDelta, h.NegativeCount))
	t.histogramExemplars(s, h)
	return true
}

func (t *tracker) updateBuckets(s *series, prefix string, slots map[int32]int, buckets iter.Seq2[int32, float64]) {
	known := len(slots)
	for index, count := range buckets {
		slot, ok := slots[index]
		if !ok {
			if count == 0 {
				continue // a gap between two buckets
			}
			slot = t.addColumn(s, prefix+strconv.Itoa(int(index)))
			slots[index] = slot
		} else {
			known--
		}
		t.set(slot, count)
	}
	if known > 0 { // some are not there any more: the histogram was reset
		t.clearBuckets(slots, buckets)
	}
}

func (t *tracker) clearBuckets(slots map[int32]int, buckets iter.Seq2[int32, float64]) {
	there := make(map[int32]bool, len(slots))
	for index := range buckets {
		there[index] = true
	}
	for index, slot := range slots {
		if !there[index] {
			t.set(slot, 0)
		}
	}
}

// addColumn gives a series one more column. Of a series that this round
// announces, it is announced with it.
func (t *tracker) addColumn(s *series, name string) int {
	slot := len(t.values)
	t.values = append(t.values, 0)
	before := s.cost()
	s.columns, s.slots = append(s.columns, name), append(s.slots, slot)
	t.slots++
	t.bytes += s.cost() - before
	t.delta.columns = append(t.delta.columns, column{s.slot, slot, name})
	return slot
}

// nativeBuckets yields the index and the count of each bucket in the spans, from
// differences between integers or from floats.
func nativeBuckets(spans []*dto.BucketSpan, deltas []int64, counts []float64) iter.Seq2[int32, float64] {
	return func(yield func(int32, float64) bool) {
		var index int32
		var integer int64
		at := 0
		for _, span := range spans {
			index += span.GetOffset()
			for range span.GetLength() {
				var count float64
				switch {
				case at < len(deltas):
					integer += deltas[at]
					count = float64(integer)
				case at < len(counts):
					count = counts[at]
				default:
					return // a span without counts
				}
				if !yield(index, count) {
					return
				}
				at++
				index++
			}
		}
	}
}
