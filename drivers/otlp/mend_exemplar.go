package otlp

import (
	"encoding/hex"

	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// The labels of exemplars that lead to traces, and how many bytes they have.
const (
	traceLabel, traceSize = "trace_id", 16
	spanLabel, spanSize   = "span_id", 8
)

type exemplar = metricdata.Exemplar[float64]

// mendExemplars decodes the identifiers that the bridge has taken over as they are written.
func mendExemplars(exemplars []exemplar) {
	for i := range exemplars {
		e := &exemplars[i]
		e.TraceID = identifier(e, traceLabel, string(e.TraceID), traceSize)
		e.SpanID = identifier(e, spanLabel, string(e.SpanID), spanSize)
	}
}

// identifier returns the bytes of an identifier. What is none stays an attribute.
func identifier(e *exemplar, name, written string, size int) []byte {
	if written == "" {
		return nil
	}
	decoded, err := hex.DecodeString(written)
	if err == nil && len(decoded) == size {
		return decoded
	}
	e.FilteredAttributes = append(e.FilteredAttributes, attribute.String(name, written))
	return nil
}

// exemplarsOf translates the exemplars of a native histogram, and those of its classic
// buckets if it has no others.
func exemplarsOf(h *dto.Histogram) (exemplars []exemplar) {
	for _, e := range h.GetExemplars() {
		exemplars = append(exemplars, exemplarOf(e))
	}
	if len(exemplars) > 0 {
		return exemplars
	}
	for _, bucket := range h.GetBucket() {
		if e := bucket.GetExemplar(); e != nil {
			exemplars = append(exemplars, exemplarOf(e))
		}
	}
	return exemplars
}

func exemplarOf(e *dto.Exemplar) exemplar {
	out := exemplar{Value: e.GetValue(), Time: e.GetTimestamp().AsTime()}
	for _, pair := range e.GetLabel() {
		switch name, value := pair.GetName(), pair.GetValue(); name {
		case traceLabel:
			out.TraceID = identifier(&out, name, value, traceSize)
		case spanLabel:
			out.SpanID = identifier(&out, name, value, spanSize)
		default:
			out.FilteredAttributes = append(out.FilteredAttributes, attribute.String(name, value))
		}
	}
	return out
}
