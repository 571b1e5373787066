package influxdb

import (
	"cmp"
	"strconv"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/drivers/internal/lines"
)

// lineWriter makes lines of families, in the manner of one version of Telegraf's.
type lineWriter struct {
	version int
	now     int64             // in milliseconds since 1970
	add     func(line []byte) // takes a line, with its line feed

	head   []byte // measurement and tags of the metric
	line   []byte // being made
	fields int    // in line
}

// family makes the lines of a family.
func (w *lineWriter) family(family *dto.MetricFamily) {
	for _, metric := range family.GetMetric() {
		if metric == nil {
			continue
		}
		w.begin(family.GetName(), metric)
		if w.version == 2 {
			w.sparse(family, metric)
		} else {
			w.dense(family, metric)
		}
	}
}

// begin renders what all lines of the metric begin with.
func (w *lineWriter) begin(name string, metric *dto.Metric) {
	if w.version == 2 {
		name = sparseMeasurement
	}
	w.head = appendMeasurement(w.head[:0], name)
	for _, pair := range lines.Sorted(metric.Label) {
		w.head = appendTag(w.head, pair.GetName(), pair.GetValue())
	}
	w.line, w.fields = append(w.line[:0], w.head...), 0
}

// dense makes one line of a metric, whose fields have the names of what they are.
func (w *lineWriter) dense(family *dto.MetricFamily, metric *dto.Metric) {
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		w.field("counter", metric.Counter.GetValue())
	case dto.MetricType_GAUGE:
		w.field("gauge", metric.Gauge.GetValue())
	case dto.MetricType_SUMMARY:
		for _, q := range metric.Summary.GetQuantile() {
			w.field(lines.FormatBound(q.GetQuantile()), q.GetValue())
		}
		w.field("sum", metric.Summary.GetSampleSum())
		w.field("count", float64(metric.Summary.GetSampleCount()))
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		eachBucket(metric.Histogram, w.field)
		w.field("sum", metric.Histogram.GetSampleSum())
		w.field("count", countOf(metric.Histogram))
	default:
		w.field("value", metric.Untyped.GetValue())
	}
	w.end(metric)
}

// sparseMeasurement is the measurement of all lines of version 2.
const sparseMeasurement = "prometheus"

// sparse makes a line for each sample, with Prometheus's own names for the fields.
func (w *lineWriter) sparse(family *dto.MetricFamily, metric *dto.Metric) {
	name := family.GetName()
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		w.field(name, metric.Counter.GetValue())
	case dto.MetricType_GAUGE:
		w.field(name, metric.Gauge.GetValue())
	case dto.MetricType_SUMMARY:
		w.field(name+"_count", float64(metric.Summary.GetSampleCount()))
		w.field(name+"_sum", metric.Summary.GetSampleSum())
		w.end(metric)
		for _, q := range metric.Summary.GetQuantile() {
			w.tagged("quantile", lines.FormatBound(q.GetQuantile()), name, q.GetValue())
			w.end(metric)
		}
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		w.field(name+"_count", countOf(metric.Histogram))
		w.field(name+"_sum", metric.Histogram.GetSampleSum())
		w.end(metric)
		eachBucket(metric.Histogram, func(bound string, count float64) {
			w.tagged("le", bound, name+"_bucket", count)
			w.end(metric)
		})
	default:
		w.field(name, metric.Untyped.GetValue())
	}
	w.end(metric)
}

// tagged begins a line that has one more tag, and one field.
func (w *lineWriter) tagged(key, value, field string, v float64) {
	w.line, w.fields = appendTag(append(w.line[:0], w.head...), key, value), 0
	w.field(field, v)
}

// field appends a field, unless the format has no such value.
func (w *lineWriter) field(key string, value float64) {
	if !lines.IsFinite(value) {
		return
	}
	separator := byte(',')
	if w.fields == 0 {
		separator = ' '
	}
	w.line = appendField(w.line, separator, key, value)
	w.fields++
}

// end hands over the line, if there is anything in it.
func (w *lineWriter) end(metric *dto.Metric) {
	if w.fields == 0 {
		return
	}
	at := w.now
	if metric.TimestampMs != nil {
		at = metric.GetTimestampMs()
	}
	w.line = append(strconv.AppendInt(append(w.line, ' '), at, 10), '\n')
	w.fields = 0
	w.add(w.line)
}

const infinity = "+Inf"

// eachBucket hands out the classic buckets, if there are any, with the last one, which
// client_golang leaves out since it is the count.
func eachBucket(h *dto.Histogram, do func(bound string, count float64)) {
	infinite := len(h.GetBucket()) == 0
	for _, bucket := range h.GetBucket() {
		bound := lines.FormatBound(bucket.GetUpperBound())
		infinite = infinite || bound == infinity
		do(bound, cmp.Or(bucket.GetCumulativeCountFloat(), float64(bucket.GetCumulativeCount())))
	}
	if !infinite {
		do(infinity, countOf(h))
	}
}

func countOf(h *dto.Histogram) float64 {
	return cmp.Or(h.GetSampleCountFloat(), float64(h.GetSampleCount()))
}
