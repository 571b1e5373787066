package remotewrite

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// metric adds the samples of one metric of a family.
func (t *tracker) metric(meta *metadata, m *dto.Metric) {
	switch meta.kind {
	case dto.MetricType_COUNTER:
		t.counter(meta, m)
	case dto.MetricType_GAUGE:
		t.value(meta, m, formOnly, meta.family, label{}, m.GetGauge().GetValue(), 0)
	case dto.MetricType_UNTYPED:
		t.value(meta, m, formOnly, meta.family, label{}, m.GetUntyped().GetValue(), 0)
	case dto.MetricType_SUMMARY:
		t.summary(meta, m)
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		t.histogram(meta, m)
	default:
		t.problem(fmt.Errorf("family %s has the unknown type %v", meta.family, meta.kind))
	}
}

func (t *tracker) counter(meta *metadata, m *dto.Metric) {
	start := milliseconds(m.GetCounter().GetCreatedTimestamp())
	if s := t.value(meta, m, formOnly, meta.family, label{}, m.GetCounter().GetValue(), start); s != nil {
		t.exemplars(s, m.GetCounter().GetExemplar())
	}
}

func (t *tracker) summary(meta *metadata, m *dto.Metric) {
	summary := m.GetSummary()
	start := milliseconds(summary.GetCreatedTimestamp())
	for _, q := range summary.GetQuantile() {
		t.value(meta, m, formOnly, meta.family, label{"quantile", decimal(q.GetQuantile())}, q.GetValue(), 0)
	}
	t.value(meta, m, formOnly, meta.family+"_sum", label{}, summary.GetSampleSum(), start)
	t.value(meta, m, formOnly, meta.family+"_count", label{}, float64(summary.GetSampleCount()), start)
}

// value adds a sample with a value. The result is nil if there is nothing to send.
func (t *tracker) value(meta *metadata, m *dto.Metric, f form, name string, extra label, value float64,
	start int64,
) *sample {
	s := t.sample(meta, m, f, name, extra, start)
	if s != nil {
		s.value, s.series.native = value, false
	}
	return s
}

// sample adds one without a value, and returns nil if the series can't be sent, or the
// metric brought along a timestamp that has been sent already. It is valid until the next
// is added.
func (t *tracker) sample(meta *metadata, m *dto.Metric, f form, name string, extra label, start int64) *sample {
	s := t.seriesOf(meta, name, m, extra)
	if s == nil {
		return nil
	}
	s.form = f
	at, stamped := t.at, m.GetTimestampMs()
	if m.TimestampMs != nil {
		if stamped == s.stamped && stamped != 0 {
			return nil
		}
		at = stamped
	}
	s.stamped = stamped
	if start > at {
		start = 0 // by another clock, it seems; receivers refuse it
	}
	t.samples = append(t.samples, sample{series: s, at: at, start: start})
	return &t.samples[len(t.samples)-1]
}

// exemplars adds those that the series has not sent yet, oldest first. One without a
// time has that of the sample.
func (t *tracker) exemplars(s *sample, candidates ...*dto.Exemplar) {
	newest := s.series.exemplars
	for _, candidate := range candidates {
		if candidate == nil {
			continue
		}
		at := cmp.Or(milliseconds(candidate.GetTimestamp()), s.at)
		if at <= s.series.exemplars {
			continue
		}
		newest = max(newest, at)
		e := exemplar{value: candidate.GetValue(), at: at}
		for _, pair := range candidate.GetLabel() {
			e.labels = append(e.labels, label{text(pair.GetName()), text(pair.GetValue())})
		}
		slices.SortFunc(e.labels, func(a, b label) int { return cmp.Compare(a.name, b.name) })
		s.exemplars = append(s.exemplars, e)
	}
	s.series.exemplars = newest
	slices.SortStableFunc(s.exemplars, func(a, b exemplar) int { return cmp.Compare(a.at, b.at) })
}

// milliseconds returns 0 for a time that is not known.
func milliseconds(at *timestamppb.Timestamp) int64 {
	if at == nil || !at.IsValid() {
		return 0
	}
	return at.AsTime().UnixMilli()
}

// decimal writes the value of a label le or quantile as Prometheus does when it
// scrapes, so that a series is the same by either way: 1 is "1.0".
func decimal(value float64) string {
	switch {
	case math.IsInf(value, 1):
		return "+Inf"
	case math.IsInf(value, -1):
		return "-Inf"
	}
	written := strconv.FormatFloat(value, 'g', -1, 64)
	if !strings.ContainsAny(written, "e.N") {
		written += ".0"
	}
	return written
}
