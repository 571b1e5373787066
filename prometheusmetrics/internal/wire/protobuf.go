package wire

import (
	"encoding/binary"
	"math"
	"sync"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// knownFields is how many fields the messages have that this file writes.
var knownFields = map[protoreflect.Name]int{
	"MetricFamily": 5, "Metric": 7, "LabelPair": 2, "Gauge": 1, "Untyped": 1, "Counter": 3, "Exemplar": 3,
	"Summary": 4, "Quantile": 2, "Histogram": 16, "Bucket": 4, "BucketSpan": 2,
}

// knowsAllFields reports whether the client_model that the program was built with
// has no field that this file does not write. One that has is left to expfmt.
var knowsAllFields = sync.OnceValue(func() bool {
	messages := dto.File_io_prometheus_client_metrics_proto.Messages()
	for i := range messages.Len() {
		message := messages.Get(i)
		if message.Fields().Len() != knownFields[message.Name()] {
			return false
		}
	}
	return messages.Len() == len(knownFields)
})

// appendDelimited appends a family with its length before it.
func appendDelimited(dst []byte, family *dto.MetricFamily, scheme model.EscapingScheme) ([]byte, bool) {
	if len(family.ProtoReflect().GetUnknown()) > 0 {
		return dst, false
	}
	dst = append(dst, 0)
	start := len(dst)
	if family.Name != nil {
		dst = appendString(dst, 1, escapeName(*family.Name, scheme))
	}
	if family.Help != nil {
		dst = appendString(dst, 2, *family.Help)
	}
	if family.Type != nil {
		dst = appendVarint(dst, 3, uint64(*family.Type))
	}
	for _, metric := range family.Metric {
		if metric == nil && scheme != model.NoEscaping {
			return dst, false
		}
		var message int
		dst, message = openMessage(dst, 4)
		covered := true
		if metric != nil {
			dst, covered = appendMetric(dst, metric, scheme)
		}
		if !covered {
			return dst, false
		}
		dst = closeMessage(dst, message)
	}
	if family.Unit != nil {
		dst = appendString(dst, 5, *family.Unit)
	}
	return closeMessage(dst, start), true
}

func appendMetric(dst []byte, m *dto.Metric, scheme model.EscapingScheme) ([]byte, bool) {
	dst, covered := appendPairs(dst, m.Label, scheme)
	if !covered {
		return dst, false
	}
	return appendValues(dst, m), true
}

// appendValues appends what a metric has beside labels.
func appendValues(dst []byte, m *dto.Metric) []byte {
	var message int
	if m.Gauge != nil {
		dst, message = openMessage(dst, 2)
		dst = closeMessage(appendDouble(dst, 1, m.Gauge.Value), message)
	}
	if m.Counter != nil {
		dst, message = openMessage(dst, 3)
		dst = appendDouble(dst, 1, m.Counter.Value)
		dst = appendExemplarMessage(dst, 2, m.Counter.Exemplar)
		dst = appendTimestamp(dst, 3, m.Counter.CreatedTimestamp)
		dst = closeMessage(dst, message)
	}
	if m.Summary != nil {
		dst, message = openMessage(dst, 4)
		dst = closeMessage(appendSummary(dst, m.Summary), message)
	}
	if m.Untyped != nil {
		dst, message = openMessage(dst, 5)
		dst = closeMessage(appendDouble(dst, 1, m.Untyped.Value), message)
	}
	if m.TimestampMs != nil {
		dst = appendVarint(dst, 6, uint64(*m.TimestampMs))
	}
	if m.Histogram != nil {
		dst, message = openMessage(dst, 7)
		dst = closeMessage(appendHistogram(dst, m.Histogram), message)
	}
	return dst
}

func appendPairs(dst []byte, pairs []*dto.LabelPair, scheme model.EscapingScheme) ([]byte, bool) {
	for _, pair := range pairs {
		if pair == nil && scheme != model.NoEscaping {
			return dst, false
		}
		var message int
		dst, message = openMessage(dst, 1)
		if pair != nil {
			name, value := pair.GetName(), pair.GetValue()
			if scheme != model.NoEscaping {
				name, value = escapeLabel(pair, scheme)
			}
			if pair.Name != nil {
				dst = appendString(dst, 1, name)
			}
			if pair.Value != nil {
				dst = appendString(dst, 2, value)
			}
		}
		dst = closeMessage(dst, message)
	}
	return dst, true
}

func appendSummary(dst []byte, s *dto.Summary) []byte {
	dst = appendUint(dst, 1, s.SampleCount)
	dst = appendDouble(dst, 2, s.SampleSum)
	for _, q := range s.Quantile {
		var message int
		dst, message = openMessage(dst, 3)
		if q != nil {
			dst = appendDouble(dst, 1, q.Quantile)
			dst = appendDouble(dst, 2, q.Value)
		}
		dst = closeMessage(dst, message)
	}
	return appendTimestamp(dst, 4, s.CreatedTimestamp)
}

func appendHistogram(dst []byte, h *dto.Histogram) []byte {
	dst = appendUint(dst, 1, h.SampleCount)
	dst = appendDouble(dst, 2, h.SampleSum)
	for _, b := range h.Bucket {
		dst = appendBucket(dst, b)
	}
	dst = appendDouble(dst, 4, h.SampleCountFloat)
	if h.Schema != nil {
		dst = appendVarint(dst, 5, protowire.EncodeZigZag(int64(*h.Schema)))
	}
	dst = appendDouble(dst, 6, h.ZeroThreshold)
	dst = appendUint(dst, 7, h.ZeroCount)
	dst = appendDouble(dst, 8, h.ZeroCountFloat)
	dst = appendNative(dst, 9, h.NegativeSpan, h.NegativeDelta, h.NegativeCount)
	dst = appendNative(dst, 12, h.PositiveSpan, h.PositiveDelta, h.PositiveCount)
	dst = appendTimestamp(dst, 15, h.CreatedTimestamp)
	for _, exemplar := range h.Exemplars {
		if exemplar == nil {
			exemplar = &dto.Exemplar{}
		}
		dst = appendExemplarMessage(dst, 16, exemplar)
	}
	return dst
}

func appendBucket(dst []byte, b *dto.Bucket) []byte {
	dst, message := openMessage(dst, 3)
	if b != nil {
		dst = appendUint(dst, 1, b.CumulativeCount)
		dst = appendDouble(dst, 2, b.UpperBound)
		dst = appendExemplarMessage(dst, 3, b.Exemplar)
		dst = appendDouble(dst, 4, b.CumulativeCountFloat)
	}
	return closeMessage(dst, message)
}

// appendNative appends the native buckets of one sign, whose spans, deltas and
// counts have three field numbers in a row.
func appendNative(
	dst []byte, field protowire.Number, spans []*dto.BucketSpan, deltas []int64, counts []float64,
) []byte {
	for _, span := range spans {
		var message int
		dst, message = openMessage(dst, field)
		if span != nil && span.Offset != nil {
			dst = appendVarint(dst, 1, protowire.EncodeZigZag(int64(*span.Offset)))
		}
		if span != nil && span.Length != nil {
			dst = appendVarint(dst, 2, uint64(*span.Length))
		}
		dst = closeMessage(dst, message)
	}
	for _, delta := range deltas {
		dst = appendVarint(dst, field+1, protowire.EncodeZigZag(delta))
	}
	for i := range counts {
		dst = appendDouble(dst, field+2, &counts[i])
	}
	return dst
}

func appendExemplarMessage(dst []byte, field protowire.Number, exemplar *dto.Exemplar) []byte {
	if exemplar == nil {
		return dst
	}
	dst, message := openMessage(dst, field)
	dst, _ = appendPairs(dst, exemplar.Label, model.NoEscaping)
	dst = appendDouble(dst, 2, exemplar.Value)
	dst = appendTimestamp(dst, 3, exemplar.Timestamp)
	return closeMessage(dst, message)
}

func appendTimestamp(dst []byte, field protowire.Number, t *timestamppb.Timestamp) []byte {
	if t == nil {
		return dst
	}
	dst, message := openMessage(dst, field)
	if t.Seconds != 0 {
		dst = appendVarint(dst, 1, uint64(t.Seconds))
	}
	if t.Nanos != 0 {
		dst = appendVarint(dst, 2, uint64(t.Nanos))
	}
	return closeMessage(dst, message)
}

func appendString(dst []byte, field protowire.Number, value string) []byte {
	dst = protowire.AppendTag(dst, field, protowire.BytesType)
	return protowire.AppendString(dst, value)
}

func appendVarint(dst []byte, field protowire.Number, value uint64) []byte {
	dst = protowire.AppendTag(dst, field, protowire.VarintType)
	return protowire.AppendVarint(dst, value)
}

func appendUint(dst []byte, field protowire.Number, value *uint64) []byte {
	if value == nil {
		return dst
	}
	return appendVarint(dst, field, *value)
}

func appendDouble(dst []byte, field protowire.Number, value *float64) []byte {
	if value == nil {
		return dst
	}
	dst = protowire.AppendTag(dst, field, protowire.Fixed64Type)
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(*value))
}

// openMessage begins a message within another one and returns where it begins.
// Before it is one byte for its length, enough for nearly all.
func openMessage(dst []byte, field protowire.Number) ([]byte, int) {
	dst = append(protowire.AppendTag(dst, field, protowire.BytesType), 0)
	return dst, len(dst)
}

// closeMessage writes the length of a message before it, and moves a long one up
// to make room.
func closeMessage(dst []byte, start int) []byte {
	length := len(dst) - start
	if length < 1<<7 {
		dst[start-1] = byte(length)
		return dst
	}
	var room [binary.MaxVarintLen64]byte
	more := binary.PutUvarint(room[:], uint64(length)) - 1
	dst = append(dst, room[:more]...)
	copy(dst[start+more:], dst[start:start+length])
	copy(dst[start-1:], room[:more+1])
	return dst
}
