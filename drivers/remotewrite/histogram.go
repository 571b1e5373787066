package remotewrite

import (
	"fmt"
	"math"
	"slices"

	writev2 "github.com/prometheus/client_golang/exp/api/remote/genproto/v2"
	dto "github.com/prometheus/client_model/go"
)

// histogram adds the forms of a histogram that are wanted.
func (t *tracker) histogram(meta *metadata, m *dto.Metric) {
	h := m.GetHistogram()
	native, classic := hasNative(h), len(h.GetBucket()) > 0
	var nativeForm, classicForm form
	if native && classic {
		nativeForm, classicForm = formNative, formClassic
	}
	if native && !(classic && t.histograms == HistogramsClassic) {
		t.nativeHistogram(meta, m, nativeForm)
	}
	if !native || classic && t.histograms != HistogramsNative {
		t.classicHistogram(meta, m, classicForm)
	}
}

// hasNative reports whether there are native buckets. One that has not observed
// anything has a span of length 0, so that it can be told from a classic one.
func hasNative(h *dto.Histogram) bool {
	return h.GetZeroThreshold() > 0 || h.GetZeroCount() > 0 || h.GetZeroCountFloat() > 0 ||
		len(h.GetPositiveSpan()) > 0 || len(h.GetNegativeSpan()) > 0
}

// The schemas of exponential buckets.
const (
	minSchema = -4
	maxSchema = 8
)

func (t *tracker) nativeHistogram(meta *metadata, m *dto.Metric, f form) {
	h := m.GetHistogram()
	if schema := h.GetSchema(); schema < minSchema || schema > maxSchema {
		t.problem(fmt.Errorf("%w %s: the schema %d of its native histogram is unknown", errSeries, meta.family, schema))
		return
	}
	s := t.sample(meta, m, f, meta.family, label{}, milliseconds(h.GetCreatedTimestamp()))
	if s == nil {
		return
	}
	s.series.native = true
	s.histogram = nativeOf(h)
	s.histogram.Timestamp = s.at
	if meta.kind == dto.MetricType_GAUGE_HISTOGRAM {
		s.histogram.ResetHint = writev2.Histogram_RESET_HINT_GAUGE
	}
	t.exemplars(s, h.GetExemplars()...)
}

// nativeOf copies, since what was gathered is not ours to keep.
func nativeOf(h *dto.Histogram) *writev2.Histogram {
	out := &writev2.Histogram{
		Sum:            h.GetSampleSum(),
		Schema:         h.GetSchema(),
		ZeroThreshold:  h.GetZeroThreshold(),
		NegativeSpans:  spansOf(h.GetNegativeSpan()),
		NegativeDeltas: slices.Clone(h.GetNegativeDelta()),
		NegativeCounts: slices.Clone(h.GetNegativeCount()),
		PositiveSpans:  spansOf(h.GetPositiveSpan()),
		PositiveDeltas: slices.Clone(h.GetPositiveDelta()),
		PositiveCounts: slices.Clone(h.GetPositiveCount()),
	}
	if h.GetSampleCountFloat() > 0 || h.GetZeroCountFloat() > 0 {
		out.Count = &writev2.Histogram_CountFloat{CountFloat: h.GetSampleCountFloat()}
		out.ZeroCount = &writev2.Histogram_ZeroCountFloat{ZeroCountFloat: h.GetZeroCountFloat()}
	} else {
		out.Count = &writev2.Histogram_CountInt{CountInt: h.GetSampleCount()}
		out.ZeroCount = &writev2.Histogram_ZeroCountInt{ZeroCountInt: h.GetZeroCount()}
	}
	return out
}

func spansOf(spans []*dto.BucketSpan) []*writev2.BucketSpan {
	out := make([]*writev2.BucketSpan, 0, len(spans))
	for _, span := range spans {
		if span.GetLength() > 0 || len(spans) > 1 { // else it only says that the histogram is native
			out = append(out, &writev2.BucketSpan{Offset: span.GetOffset(), Length: span.GetLength()})
		}
	}
	return out
}

// classicHistogram adds the buckets, the sum and the count. The bucket +Inf is always
// among them.
func (t *tracker) classicHistogram(meta *metadata, m *dto.Metric, f form) {
	h := m.GetHistogram()
	start := milliseconds(h.GetCreatedTimestamp())
	count := float64(h.GetSampleCount())
	if float := h.GetSampleCountFloat(); float > 0 {
		count = float
	}
	infinite := false
	for _, b := range h.GetBucket() {
		value := float64(b.GetCumulativeCount())
		if float := b.GetCumulativeCountFloat(); float > 0 {
			value = float
		}
		infinite = infinite || math.IsInf(b.GetUpperBound(), 1)
		t.bucket(meta, m, f, b.GetUpperBound(), value, start, b.GetExemplar())
	}
	if !infinite {
		t.bucket(meta, m, f, math.Inf(1), count, start, nil)
	}
	t.value(meta, m, f, meta.family+"_sum", label{}, h.GetSampleSum(), start)
	t.value(meta, m, f, meta.family+"_count", label{}, count, start)
}

func (t *tracker) bucket(meta *metadata, m *dto.Metric, f form, bound, value float64, start int64, e *dto.Exemplar) {
	s := t.value(meta, m, f, meta.family+"_bucket", label{"le", decimal(bound)}, value, start)
	if s != nil {
		t.exemplars(s, e)
	}
}
