package families

import (
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// caster makes what Prometheus types are made of, in a few large slices. All of it
// is new, so that a receiver who changes it changes nothing of ours.
type caster struct {
	pairs    []dto.LabelPair
	pointers []*dto.LabelPair
	texts    []string
}

// newCaster makes a caster that has room for so many labels.
func newCaster(labels int) *caster {
	return &caster{
		pairs:    make([]dto.LabelPair, labels),
		pointers: make([]*dto.LabelPair, 0, labels),
		texts:    make([]string, 0, 2*labels),
	}
}

// LabelPairs makes the Prometheus type of labels.
func LabelPairs(labels []naming.Label) []*dto.LabelPair {
	if len(labels) == 0 {
		return nil
	}
	c := newCaster(len(labels))
	for _, l := range labels {
		c.add(l.Name, l.Value)
	}
	return c.pointers
}

// series makes the labels of one series.
func (c *caster) series(labels wire.Labels) []*dto.LabelPair {
	if labels == "" {
		return nil
	}
	start := len(c.pointers)
	for name, value := range labels.All() {
		c.add(name, value)
	}
	return c.pointers[start:len(c.pointers):len(c.pointers)]
}

func (c *caster) add(name, value string) {
	c.texts = append(c.texts, name, value)
	pair := &c.pairs[len(c.pointers)]
	pair.Name, pair.Value = &c.texts[len(c.texts)-2], &c.texts[len(c.texts)-1]
	c.pointers = append(c.pointers, pair)
}

// cast fills a metric, but for its labels, that points into numbers, a private copy
// of those of e.
func cast(out *dto.Metric, f *Family, s *Series, e *Exposition, numbers []float64) {
	switch f.Type {
	case dto.MetricType_GAUGE:
		out.Gauge = &dto.Gauge{Value: &numbers[s.Slot]}
	case dto.MetricType_COUNTER:
		out.Counter = &dto.Counter{Value: &numbers[s.Slot]}
	case dto.MetricType_SUMMARY:
		out.Summary = &dto.Summary{SampleCount: new(uint64), SampleSum: &numbers[s.Slot+1]}
		out.Summary.Quantile = make([]*dto.Quantile, len(f.Quantiles))
		for i, quantile := range f.Quantiles {
			out.Summary.Quantile[i] = &dto.Quantile{Quantile: &quantile, Value: &numbers[int(s.Slot)+2+i]}
		}
	}
	refresh(out, f.Type, s, e, numbers)
}

// refresh brings up to date what does not point into numbers.
func refresh(out *dto.Metric, typ dto.MetricType, s *Series, e *Exposition, numbers []float64) {
	switch typ {
	case dto.MetricType_HISTOGRAM:
		out.Histogram = e.Histograms[s.Part].DTO()
	case dto.MetricType_COUNTER:
		part := &e.Parts[s.Part]
		out.Counter.CreatedTimestamp = timestamp(out.Counter.CreatedTimestamp, part.Created)
		out.Counter.Exemplar = part.Exemplar.DTO()
	case dto.MetricType_SUMMARY:
		*out.Summary.SampleCount = uint64(max(numbers[s.Slot], 0))
		out.Summary.CreatedTimestamp = timestamp(out.Summary.CreatedTimestamp, e.Parts[s.Part].Created)
	}
}

// timestamp returns one for the time, the known one if it says that already.
func timestamp(known *timestamppb.Timestamp, nanoseconds int64) *timestamppb.Timestamp {
	if nanoseconds == 0 {
		return nil
	}
	at := time.Unix(0, nanoseconds)
	if known != nil && known.Seconds == at.Unix() && known.Nanos == int32(at.Nanosecond()) {
		return known
	}
	return timestamppb.New(at)
}

// DTO makes the exemplar's Prometheus type; nil of nil.
func (e *Exemplar) DTO() *dto.Exemplar {
	if e == nil {
		return nil
	}
	return &dto.Exemplar{Label: LabelPairs(e.Labels), Value: proto.Float64(e.Value), Timestamp: timestamppb.New(e.Time)}
}

// DTO makes the histogram's Prometheus type, in a fixed number of allocations but
// for exemplars.
func (h *Histogram) DTO() *dto.Histogram {
	scalars := &struct {
		count, zeros  uint64
		sum, zeroSpan float64
		schema        int32
	}{count: h.Count, zeros: h.ZeroCount, sum: h.Sum, schema: h.Schema}
	out := &dto.Histogram{
		SampleCount: &scalars.count, SampleSum: &scalars.sum, Schema: &scalars.schema,
		ZeroThreshold: &scalars.zeroSpan, ZeroCount: &scalars.zeros,
		CreatedTimestamp: timestamp(nil, h.Created),
		Bucket:           h.buckets(),
	}
	h.addExemplars(out)
	out.PositiveSpan, out.PositiveDelta = h.Positive.dto()
	out.NegativeSpan, out.NegativeDelta = h.Negative.dto()
	if len(out.PositiveSpan) == 0 && len(out.NegativeSpan) == 0 {
		// An empty span is what tells an empty native histogram from a classic one.
		out.PositiveSpan = []*dto.BucketSpan{{Offset: proto.Int32(0), Length: proto.Uint32(0)}}
	}
	return out
}

// addExemplars gives each classic bucket its exemplar, and lists the exemplars for
// native ones. The bucket for infinity, which encoders add, is only written out
// for an exemplar beyond the last bound.
func (h *Histogram) addExemplars(out *dto.Histogram) {
	for i, exemplar := range h.Exemplars {
		shown := exemplar.DTO()
		out.Exemplars = append(out.Exemplars, shown)
		if h.At[i] == len(out.Bucket) {
			out.Bucket = append(out.Bucket, &dto.Bucket{
				UpperBound: proto.Float64(math.Inf(1)), CumulativeCount: proto.Uint64(h.Count),
			})
		}
		out.Bucket[h.At[i]].Exemplar = shown
	}
}

// buckets makes the classic buckets.
func (h *Histogram) buckets() []*dto.Bucket {
	n := len(h.Bounds)
	buckets, pointers := make([]dto.Bucket, n), make([]*dto.Bucket, n)
	bounds, counts := append([]float64(nil), h.Bounds...), append([]uint64(nil), h.Cumulative...)
	for i := range buckets {
		buckets[i].UpperBound, buckets[i].CumulativeCount = &bounds[i], &counts[i]
		pointers[i] = &buckets[i]
	}
	return pointers
}

func (s Sparse) dto() ([]*dto.BucketSpan, []int64) {
	n := len(s.Spans)
	if n == 0 {
		return nil, nil
	}
	spans, pointers, copies := make([]dto.BucketSpan, n), make([]*dto.BucketSpan, n), append([]Span(nil), s.Spans...)
	for i := range spans {
		spans[i].Offset, spans[i].Length = &copies[i].Offset, &copies[i].Length
		pointers[i] = &spans[i]
	}
	return pointers, append([]int64(nil), s.Deltas...)
}
