package wire

import (
	"math"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
)

// textEncoder writes the text format, or with open OpenMetrics without _created
// lines. Its methods report false for what they leave to expfmt, which then begins
// the family anew.
type textEncoder struct {
	open     bool
	escaping model.EscapingScheme

	name   string // of the family's samples, escaped
	quoted bool   // whether it goes into the braces
	metric *dto.Metric
	labels []byte // of the metric, without braces

	spill   func(dst []byte) []byte // nil for none; see Encoder
	spilled bool                    // whether some of the family has been taken

	scratch           []byte // for labels that are rendered here
	quantiles, bounds memo
	seen              int // by aheadOf
}

// family appends a family.
func (e *textEncoder) family(dst []byte, family *dto.MetricFamily) ([]byte, bool) {
	if family.GetName() == "" || len(family.Metric) == 0 && !e.open {
		return dst, false
	}
	e.name = escapeName(family.GetName(), e.escaping)
	e.quoted = !plain(e.name)
	dst, covered := e.comments(dst, family.GetType(), family.Help, family.Unit, false)
	for i := 0; covered && i < len(family.Metric); i++ {
		if i%Block == 0 {
			if i > 0 && e.spill != nil {
				before := len(dst)
				dst = e.spill(dst)
				e.spilled = e.spilled || len(dst) < before
			}
			e.seen = aheadOf(family.Metric, i)
		}
		if family.Metric[i] == nil || !e.renderLabels(family.Metric[i].Label) {
			return dst, false
		}
		dst, covered = e.series(dst, family.GetType(), family.Metric[i])
	}
	e.metric = nil
	return dst, covered
}

// comments appends the lines before the samples. A help text that is plain has
// nothing to escape.
func (e *textEncoder) comments(dst []byte, typ dto.MetricType, help, unit *string, plainHelp bool) ([]byte, bool) {
	typeName, covered := e.typeName(typ)
	if !covered {
		return dst, false
	}
	name, quoted := e.name, e.quoted
	if e.open && typ == dto.MetricType_COUNTER {
		if base, cut := strings.CutSuffix(name, "_total"); cut {
			name, quoted = base, !plain(base)
		}
	}
	if help != nil {
		dst = appendQuoted(append(dst, "# HELP "...), name, quoted)
		dst = append(dst, ' ')
		if plainHelp {
			dst = append(dst, *help...)
		} else {
			dst = appendEscaped(dst, *help, e.open)
		}
		dst = append(dst, '\n')
	}
	dst = appendQuoted(append(dst, "# TYPE "...), name, quoted)
	dst = append(dst, ' ')
	dst = append(dst, typeName...)
	dst = append(dst, '\n')
	if e.open && unit != nil {
		dst = appendQuoted(append(dst, "# UNIT "...), name, quoted)
		dst = append(dst, ' ')
		dst = appendEscaped(dst, *unit, true)
		dst = append(dst, '\n')
	}
	return dst, true
}

// typeName is what a format calls a type.
func (e *textEncoder) typeName(typ dto.MetricType) (string, bool) {
	switch typ {
	case dto.MetricType_COUNTER:
		if e.open && !strings.HasSuffix(e.name, "_total") {
			return "unknown", true
		}
		return "counter", true
	case dto.MetricType_GAUGE:
		return "gauge", true
	case dto.MetricType_SUMMARY:
		return "summary", true
	case dto.MetricType_UNTYPED:
		if e.open {
			return "unknown", true
		}
		return "untyped", true
	case dto.MetricType_HISTOGRAM:
		return "histogram", true
	case dto.MetricType_GAUGE_HISTOGRAM:
		if e.open {
			return "gaugehistogram", true
		}
		return "histogram", true
	}
	return "", false
}

// series appends the samples of one metric, with the labels that are set.
func (e *textEncoder) series(dst []byte, typ dto.MetricType, metric *dto.Metric) ([]byte, bool) {
	e.metric = metric
	switch typ {
	case dto.MetricType_COUNTER:
		if metric.Counter == nil {
			return dst, false
		}
		dst = appendFloat(e.begin(dst, "", "", nil), metric.Counter.GetValue(), e.open)
		return e.end(dst, metric.Counter.Exemplar)
	case dto.MetricType_GAUGE:
		if metric.Gauge == nil {
			return dst, false
		}
		return e.end(appendFloat(e.begin(dst, "", "", nil), metric.Gauge.GetValue(), e.open), nil)
	case dto.MetricType_UNTYPED:
		if metric.Untyped == nil {
			return dst, false
		}
		return e.end(appendFloat(e.begin(dst, "", "", nil), metric.Untyped.GetValue(), e.open), nil)
	case dto.MetricType_SUMMARY:
		return e.summary(dst, metric.Summary)
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		return e.histogram(dst, metric.Histogram)
	}
	return dst, false
}

func (e *textEncoder) summary(dst []byte, summary *dto.Summary) ([]byte, bool) {
	if summary == nil {
		return dst, false
	}
	for i, q := range summary.Quantile {
		dst = e.begin(dst, "", model.QuantileLabel, e.quantiles.text(i, q.GetQuantile(), e.open))
		dst, _ = e.end(appendFloat(dst, q.GetValue(), e.open), nil)
	}
	dst = e.begin(dst, "_sum", "", nil)
	dst, _ = e.end(appendFloat(dst, summary.GetSampleSum(), e.open), nil)
	dst = e.begin(dst, "_count", "", nil)
	return e.end(appendCount(dst, summary.GetSampleCount(), e.open), nil)
}

func (e *textEncoder) histogram(dst []byte, h *dto.Histogram) ([]byte, bool) {
	if h == nil || e.open && h.GetSampleCountFloat() > 0 {
		return dst, false
	}
	covered, infinite := true, false
	for i, b := range h.Bucket {
		if b == nil || e.open && b.GetCumulativeCountFloat() > 0 {
			return dst, false
		}
		dst = e.begin(dst, "_bucket", model.BucketLabel, e.bounds.text(i, b.GetUpperBound(), e.open))
		dst = e.appendEither(dst, b.GetCumulativeCountFloat(), b.GetCumulativeCount())
		if dst, covered = e.end(dst, b.Exemplar); !covered {
			return dst, false
		}
		infinite = infinite || math.IsInf(b.GetUpperBound(), +1)
	}
	if !infinite {
		dst = e.begin(dst, "_bucket", model.BucketLabel, e.bounds.text(len(h.Bucket), math.Inf(+1), e.open))
		dst, _ = e.end(e.appendEither(dst, h.GetSampleCountFloat(), h.GetSampleCount()), nil)
	}
	dst = e.begin(dst, "_sum", "", nil)
	dst, _ = e.end(appendFloat(dst, h.GetSampleSum(), e.open), nil)
	dst = e.begin(dst, "_count", "", nil)
	return e.end(e.appendEither(dst, h.GetSampleCountFloat(), h.GetSampleCount()), nil)
}

// appendEither writes the count of a float histogram, or that of a usual one.
func (e *textEncoder) appendEither(dst []byte, float float64, count uint64) []byte {
	if !e.open && float != 0 {
		return appendFloat(dst, float, false)
	}
	return appendCount(dst, count, e.open)
}

// begin appends a line up to its value. The labels are the metric's and, if it has
// a name, another one whose value needs no escaping.
func (e *textEncoder) begin(dst []byte, suffix, extra string, value []byte) []byte {
	separator := byte('{')
	if e.quoted {
		dst = append(dst, '{', '"')
		dst = appendEscaped(dst, e.name, true)
		dst = append(dst, suffix...)
		dst = append(dst, '"')
		separator = ','
	} else {
		dst = append(dst, e.name...)
		dst = append(dst, suffix...)
	}
	if len(e.labels) > 0 {
		dst = append(dst, separator)
		dst = append(dst, e.labels...)
		separator = ','
	}
	if extra != "" {
		dst = append(dst, separator)
		dst = append(dst, extra...)
		dst = append(dst, '=', '"')
		dst = append(dst, value...)
		dst = append(dst, '"')
		separator = ','
	}
	if separator == ',' {
		dst = append(dst, '}')
	}
	return append(dst, ' ')
}

// end appends what follows a value.
func (e *textEncoder) end(dst []byte, exemplar *dto.Exemplar) ([]byte, bool) {
	if e.metric.TimestampMs != nil {
		dst = append(dst, ' ')
		if e.open {
			dst = appendFloat(dst, float64(*e.metric.TimestampMs)/1000, true)
		} else {
			dst = strconv.AppendInt(dst, *e.metric.TimestampMs, 10)
		}
	}
	if e.open && exemplar != nil && len(exemplar.Label) > 0 {
		var covered bool
		if dst, covered = appendExemplar(dst, exemplar); !covered {
			return dst, false
		}
	}
	return append(dst, '\n'), true
}

// appendExemplar appends an exemplar. Names of its labels are never escaped.
func appendExemplar(dst []byte, exemplar *dto.Exemplar) ([]byte, bool) {
	dst = append(dst, " # {"...)
	dst = appendLabels(dst, exemplar.Label)
	dst = append(dst, '}', ' ')
	dst = appendFloat(dst, exemplar.GetValue(), true)
	if exemplar.Timestamp != nil {
		if exemplar.Timestamp.CheckValid() != nil {
			return dst, false
		}
		dst = append(dst, ' ')
		dst = appendFloat(dst, float64(exemplar.Timestamp.AsTime().UnixNano())/1e9, true)
	}
	return dst, true
}

// renderLabels renders the labels that all lines of a metric have.
func (e *textEncoder) renderLabels(labels []*dto.LabelPair) bool {
	e.scratch = e.scratch[:0]
	if e.escaping == model.NoEscaping {
		e.scratch = appendLabels(e.scratch, labels)
	} else {
		for i, pair := range labels {
			if pair == nil {
				return false
			}
			if i > 0 {
				e.scratch = append(e.scratch, ',')
			}
			name, value := escapeLabel(pair, e.escaping)
			e.scratch = appendLabel(e.scratch, name, value)
		}
	}
	e.labels = e.scratch
	return true
}

// escapeLabel applies the scheme to a label. The name of a metric, where it is
// told as a label, is escaped too.
func escapeLabel(pair *dto.LabelPair, scheme model.EscapingScheme) (name, value string) {
	name, value = pair.GetName(), pair.GetValue()
	if name == model.MetricNameLabel {
		return name, escapeName(value, scheme)
	}
	return escapeName(name, scheme), value
}

func appendLabels(dst []byte, labels []*dto.LabelPair) []byte {
	for i, pair := range labels {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendLabel(dst, pair.GetName(), pair.GetValue())
	}
	return dst
}

func appendLabel(dst []byte, name, value string) []byte {
	dst = appendName(dst, name)
	dst = append(dst, '=', '"')
	dst = appendEscaped(dst, value, true)
	return append(dst, '"')
}
