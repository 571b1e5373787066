package prometheusmetrics

import (
	"cmp"
	"iter"
	"math"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

// newHistogram shows buckets as one histogram that is classic and native at
// once, from the same counts, so that both agree on count and sum. Values are
// brought to the unit u, from the one that the buckets' bounds are in; where the
// two differ the native buckets' bounds do not fall on the schema's any more, and
// each goes where its middle lies, which may double the error.
func newHistogram(b *metrics.BucketSnapshot, u unit, created *timestamppb.Timestamp) *dto.Histogram {
	bounds := unit{u.divisor / b.Unit(), u.factor}
	scale := bounds.apply(1)
	h := &dto.Histogram{
		SampleCount:      proto.Uint64(uint64(b.Count())),
		SampleSum:        proto.Float64(u.apply(b.SumFloat64())),
		Schema:           proto.Int32(b.Schema()),
		ZeroThreshold:    proto.Float64(0), // only what is exactly zero is counted as zero
		ZeroCount:        proto.Uint64(b.ZeroCount()),
		CreatedTimestamp: created,
	}
	for bound, count := range b.Classic() {
		h.Bucket = append(h.Bucket, &dto.Bucket{UpperBound: proto.Float64(bounds.apply(bound)), CumulativeCount: proto.Uint64(count)})
	}
	addExemplars(h, b, u)
	h.PositiveSpan, h.PositiveDelta = spans(rescaled(b.Positive(), b.Schema(), scale))
	h.NegativeSpan, h.NegativeDelta = spans(rescaled(b.Negative(), b.Schema(), scale))
	if len(h.PositiveSpan) == 0 && len(h.NegativeSpan) == 0 {
		// An empty span is what tells an empty native histogram from a classic one.
		h.PositiveSpan = []*dto.BucketSpan{{Offset: proto.Int32(0), Length: proto.Uint32(0)}}
	}
	return h
}

// rescaled moves the buckets to where they lie once their values are multiplied.
func rescaled(buckets iter.Seq2[int32, uint64], schema int32, scale float64) iter.Seq2[int32, uint64] {
	if scale == 1 {
		return buckets
	}
	// The middle is half a bucket below the upper bound: rounding takes it there.
	shift := int32(math.Round(math.Ldexp(math.Log2(scale), int(schema))))
	return func(yield func(int32, uint64) bool) {
		for index, count := range buckets {
			if !yield(index+shift, count) {
				return
			}
		}
	}
}

// maxGap is how many empty buckets are written out rather than begun a new span
// for, which takes about as much room as two.
const maxGap = 2

// spans writes buckets as the exposition has them: runs of neighbours, and each
// count as the difference to the one before.
func spans(buckets iter.Seq2[int32, uint64]) (spans []*dto.BucketSpan, deltas []int64) {
	var next int32 // the index after the last that was written
	var last int64 // its count
	write := func(count int64) {
		*spans[len(spans)-1].Length++
		deltas = append(deltas, count-last)
		last = count
		next++
	}
	for index, count := range buckets {
		gap := index - next
		if len(spans) == 0 || gap > maxGap {
			spans = append(spans, &dto.BucketSpan{Offset: proto.Int32(gap), Length: proto.Uint32(0)})
			next = index
		}
		for next < index {
			write(0)
		}
		write(int64(count))
	}
	return spans, deltas
}

// addExemplars puts each exemplar into the classic bucket that it fell into, and
// into the list that native histograms have. The bucket for infinity, which
// encoders add, is only written out for one beyond the last bound.
func addExemplars(h *dto.Histogram, b *metrics.BucketSnapshot, u unit) {
	for exemplar := range b.Exemplars() {
		shown := newExemplar(exemplar, u)
		h.Exemplars = append(h.Exemplars, shown)
		at, _ := slices.BinarySearchFunc(h.Bucket, shown.GetValue(), func(bucket *dto.Bucket, value float64) int {
			return cmp.Compare(bucket.GetUpperBound(), value)
		})
		if at == len(h.Bucket) {
			h.Bucket = append(h.Bucket, &dto.Bucket{UpperBound: proto.Float64(math.Inf(1)), CumulativeCount: h.SampleCount})
		}
		h.Bucket[at].Exemplar = shown
	}
}

func newExemplar(e metrics.Exemplar, u unit) *dto.Exemplar {
	labels := make([]naming.Label, 0, len(e.Labels))
	for name, value := range e.Labels {
		labels = append(labels, naming.Label{Name: naming.LabelName(name), Value: naming.Text(value)})
	}
	if naming.Sort(labels) != nil { // two have become one
		labels = slices.CompactFunc(labels, func(a, b naming.Label) bool { return a.Name == b.Name })
	}
	return &dto.Exemplar{Label: labelPairs(labels), Value: proto.Float64(u.apply(e.Value)), Timestamp: timestamppb.New(e.Time)}
}
