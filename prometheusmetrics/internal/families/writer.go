package families

import (
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
)

// Writer writes families of an exposition in one format. It keeps scratch space, so
// it serves one goroutine at a time.
type Writer struct {
	// Spill, where it is set, is called within a family now and then, with all that is in
	// the buffer, and may return a buffer with less: families may have a million series.
	// It is not called in protobuf, where the length of a family stands before it.
	Spill func(dst []byte) []byte

	encoder *wire.Encoder
	format  wire.Kind
	e       *Exposition
	seen    int // by Ahead, which would do nothing if nobody could know what it has read

	metric    dto.Metric
	counter   dto.Counter
	summary   dto.Summary
	created   timestamppb.Timestamp
	count     uint64
	quantiles []dto.Quantile
	histogram histogramScratch
}

// NewWriter returns a writer of what the exposition shows.
func (e *Exposition) NewWriter(format wire.Format) *Writer {
	return &Writer{encoder: wire.NewEncoder(format), format: format.Kind, e: e}
}

// Append appends a family. The error is wire.ErrSpilled, or of what can't be encoded, such as
// an exemplar of the year 10000.
func (w *Writer) Append(dst []byte, f *Family) ([]byte, error) {
	start, spilled := len(dst), false
	dst, covered := w.encoder.Begin(dst, &f.Head)
	for i := 0; covered && i < len(f.Series); i++ {
		if i%Block == 0 {
			if i > 0 {
				before := len(dst)
				dst = w.makeRoom(dst, start, i, len(f.Series))
				spilled = spilled || len(dst) < before
			}
			w.seen = touchSeries(f.Series, i)
		}
		dst, covered = w.series(dst, f, f.Series[i])
	}
	switch {
	case covered:
		return w.encoder.Finish(dst), nil
	case spilled:
		return dst, wire.ErrSpilled
	}
	one := *w.e
	one.Families = []*Family{f}
	return w.encoder.Append(dst[:start], one.DTO()[0])
}

// makeRoom spills what is there of a family that began at start and of which some series
// have been written, or sees to room for the rest of them.
func (w *Writer) makeRoom(dst []byte, start, written, all int) []byte {
	switch {
	case w.format != wire.Protobuf && w.Spill != nil:
		return w.Spill(dst)
	case w.format == wire.Protobuf && written == Block:
		return slices.Grow(dst, roomFor((len(dst)-start)/written*(all-written)))
	}
	return dst
}

func (w *Writer) series(dst []byte, f *Family, s *Series) ([]byte, bool) {
	if !w.encoder.Covers(s.Labels) {
		return dst, false
	}
	if f.Type == dto.MetricType_GAUGE {
		return w.encoder.Value(dst, s.Labels, w.e.Numbers[s.Slot]), true
	}
	w.metric.Counter, w.metric.Summary, w.metric.Histogram = nil, nil, nil
	switch f.Type {
	case dto.MetricType_COUNTER:
		w.setCounter(s)
	case dto.MetricType_SUMMARY:
		w.setSummary(f, s)
	case dto.MetricType_HISTOGRAM:
		w.metric.Histogram = w.histogram.set(&w.e.Histograms[s.Part])
	}
	return w.encoder.Series(dst, s.Labels, &w.metric)
}

func (w *Writer) setCounter(s *Series) {
	part := &w.e.Parts[s.Part]
	w.metric.Counter = &w.counter
	w.counter.Value = &w.e.Numbers[s.Slot]
	w.counter.CreatedTimestamp = setTime(&w.created, part.Created)
	w.counter.Exemplar = part.Exemplar.DTO()
}

func (w *Writer) setSummary(f *Family, s *Series) {
	w.metric.Summary = &w.summary
	w.count = uint64(max(w.e.Numbers[s.Slot], 0))
	w.summary.SampleCount, w.summary.SampleSum = &w.count, &w.e.Numbers[s.Slot+1]
	w.summary.CreatedTimestamp = setTime(&w.created, w.e.Parts[s.Part].Created)
	if len(w.quantiles) != len(f.Quantiles) {
		w.quantiles, w.summary.Quantile = make([]dto.Quantile, len(f.Quantiles)), make([]*dto.Quantile, len(f.Quantiles))
	}
	for i := range f.Quantiles {
		w.quantiles[i].Quantile, w.quantiles[i].Value = &f.Quantiles[i], &w.e.Numbers[int(s.Slot)+2+i]
		w.summary.Quantile[i] = &w.quantiles[i]
	}
}

// setTime sets a timestamp to when a series began, and returns nil if that is not
// known.
func setTime(t *timestamppb.Timestamp, nanoseconds int64) *timestamppb.Timestamp {
	if nanoseconds == 0 {
		return nil
	}
	at := time.Unix(0, nanoseconds)
	t.Seconds, t.Nanos = at.Unix(), int32(at.Nanosecond())
	return t
}

// histogramScratch is a histogram that points into an exposition, used again and
// again.
type histogramScratch struct {
	out       dto.Histogram
	created   timestamppb.Timestamp
	threshold float64 // only what is exactly zero counts as zero
	buckets   []dto.Bucket
	pointers  []*dto.Bucket
	spans     [2][]dto.BucketSpan
	spanPtrs  [2][]*dto.BucketSpan
}

func (s *histogramScratch) set(h *Histogram) *dto.Histogram {
	out := &s.out
	out.SampleCount, out.SampleSum = &h.Count, &h.Sum
	out.Schema, out.ZeroThreshold, out.ZeroCount = &h.Schema, &s.threshold, &h.ZeroCount
	out.CreatedTimestamp = setTime(&s.created, h.Created)
	s.setBuckets(h)
	out.Exemplars = out.Exemplars[:0]
	h.addExemplars(out)
	out.PositiveSpan, out.PositiveDelta = s.setSpans(0, &h.Positive), h.Positive.Deltas
	out.NegativeSpan, out.NegativeDelta = s.setSpans(1, &h.Negative), h.Negative.Deltas
	if len(out.PositiveSpan) == 0 && len(out.NegativeSpan) == 0 {
		out.PositiveSpan = emptySpan
	}
	return out
}

// emptySpan tells an empty native histogram from a classic one.
var emptySpan = []*dto.BucketSpan{{Offset: new(int32), Length: new(uint32)}}

func (s *histogramScratch) setBuckets(h *Histogram) {
	n := len(h.Bounds)
	if len(s.buckets) < n {
		s.buckets, s.pointers = make([]dto.Bucket, roomFor(n)), make([]*dto.Bucket, roomFor(n))
	}
	for i := range n {
		b := &s.buckets[i]
		b.UpperBound, b.CumulativeCount, b.Exemplar = &h.Bounds[i], &h.Cumulative[i], nil
		s.pointers[i] = b
	}
	s.out.Bucket = s.pointers[:n:n]
}

func (s *histogramScratch) setSpans(side int, sparse *Sparse) []*dto.BucketSpan {
	n := len(sparse.Spans)
	if len(s.spans[side]) < n {
		s.spans[side], s.spanPtrs[side] = make([]dto.BucketSpan, 2*n), make([]*dto.BucketSpan, 2*n)
	}
	for i := range n {
		span := &s.spans[side][i]
		span.Offset, span.Length = &sparse.Spans[i].Offset, &sparse.Spans[i].Length
		s.spanPtrs[side][i] = span
	}
	return s.spanPtrs[side][:n]
}
