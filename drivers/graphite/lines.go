package graphite

import (
	"cmp"
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/drivers/internal/lines"
)

// maxLine is how long a line may be: carbon ends the connection at 16 KB.
const maxLine = 16000

// label is one of a series, those of buckets and quantiles among them.
type label struct{ name, value string }

// lineWriter makes lines of families.
type lineWriter struct {
	prefix string
	tags   bool
	now    int64 // in milliseconds since 1970
	add    func(line []byte)

	family   string
	at       int64   // time of the metric
	labels   []label // of the metric, sorted, with room for one more
	line     []byte
	seen     map[string]*uint64 // names with tags, by the delivery that had them last
	delivery uint64
	losses   lines.Losses
}

func (w *lineWriter) init(c Config) {
	w.tags, w.seen = c.Tags, make(map[string]*uint64)
	if c.Prefix != "" {
		w.prefix = c.Prefix + "."
	}
}

// begin begins a delivery.
func (w *lineWriter) begin(now int64) {
	w.now, w.losses = now, lines.Losses{}
	w.delivery++
}

// end forgets series that are gone.
func (w *lineWriter) end() {
	for name, delivery := range w.seen {
		if *delivery != w.delivery {
			delete(w.seen, name)
		}
	}
}

// write makes the lines of a family.
func (w *lineWriter) write(family *dto.MetricFamily) {
	w.family = family.GetName()
	for _, metric := range family.GetMetric() {
		if metric == nil {
			continue
		}
		w.begins(metric)
		switch family.GetType() {
		case dto.MetricType_COUNTER:
			w.sample("", metric.Counter.GetValue())
		case dto.MetricType_GAUGE:
			w.sample("", metric.Gauge.GetValue())
		case dto.MetricType_SUMMARY:
			for _, q := range metric.Summary.GetQuantile() {
				w.sample("", q.GetValue(), label{"quantile", lines.FormatBound(q.GetQuantile())})
			}
			w.sample("_sum", metric.Summary.GetSampleSum())
			w.sample("_count", float64(metric.Summary.GetSampleCount()))
		case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
			w.histogram(metric.Histogram)
		default:
			w.sample("", metric.Untyped.GetValue())
		}
	}
}

// begins notes what all series of a metric have.
func (w *lineWriter) begins(metric *dto.Metric) {
	w.at = w.now
	if metric.TimestampMs != nil {
		w.at = metric.GetTimestampMs()
	}
	w.labels = w.labels[:0]
	for _, pair := range metric.Label {
		if pair.GetValue() != "" {
			w.labels = append(w.labels, label{pair.GetName(), pair.GetValue()})
		}
	}
	slices.SortFunc(w.labels, byName)
}

func byName(a, b label) int { return cmp.Compare(a.name, b.name) }

const infinity = "+Inf"

// histogram has lines for sum, count and, where there are any, the classic buckets.
func (w *lineWriter) histogram(h *dto.Histogram) {
	count := cmp.Or(h.GetSampleCountFloat(), float64(h.GetSampleCount()))
	infinite := len(h.GetBucket()) == 0
	for _, bucket := range h.GetBucket() {
		bound := lines.FormatBound(bucket.GetUpperBound())
		infinite = infinite || bound == infinity
		inBucket := cmp.Or(bucket.GetCumulativeCountFloat(), float64(bucket.GetCumulativeCount()))
		w.sample("_bucket", inBucket, label{"le", bound})
	}
	if !infinite { // client_golang leaves it out, since it is the count
		w.sample("_bucket", count, label{"le", infinity})
	}
	w.sample("_sum", h.GetSampleSum())
	w.sample("_count", count)
}

// sample hands over the line of a series, unless there is something wrong with it.
func (w *lineWriter) sample(suffix string, value float64, extra ...label) {
	if !lines.IsFinite(value) {
		return // Graphite has no such values, and an empty summary has them always
	}
	w.line = append(w.line[:0], w.prefix...)
	w.line = append(appendPart(w.line, w.family), suffix...)
	if len(extra) > 0 {
		at, _ := slices.BinarySearchFunc(w.labels, extra[0], byName)
		w.labels = slices.Insert(w.labels, at, extra[0])
		defer func() { w.labels = slices.Delete(w.labels, at, at+1) }()
	}
	for _, l := range w.labels {
		if w.tags {
			w.line = appendTag(w.line, l.name, l.value)
		} else {
			w.line = appendPart(append(w.line, '.'), l.name)
			w.line = appendPart(append(w.line, '.'), l.value)
		}
	}
	if len(w.line) > maxLine {
		w.lose(ErrTooLong)
		return
	}
	last := w.seen[string(w.line)]
	if last == nil {
		last = new(uint64)
		w.seen[string(w.line)] = last
	}
	if *last == w.delivery {
		w.lose(ErrDuplicate)
		return
	}
	*last = w.delivery
	w.line = appendValue(w.line, value, w.at)
	w.add(w.line)
}

// lose notes that the series whose name is in line is left out.
func (w *lineWriter) lose(reason error) { lines.Lose(&w.losses, w.family, w.line, reason) }
