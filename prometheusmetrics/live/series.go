package live

import (
	"math"
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// series is one series of a family, with the columns that it was announced with.
type series struct {
	slot    int // of its first column; the series is known by it
	family  *family
	labels  []string // names and values in turn
	columns []string
	slots   []int // of the columns
	gone    bool
	round   uint64

	bounds   []float64 // of a summary's quantiles or a histogram's classic buckets
	native   *native   // of a histogram with native buckets
	classic  bool      // whether a histogram has classic buckets
	exemplar int64     // when the newest exemplar that was sent happened, in ns
}

// The columns of a distribution that come before its buckets or quantiles.
const (
	columnCount = iota
	columnSum
	columnFirst
)

// newSeries finds out which columns a metric has.
func newSeries(f *family, metric *dto.Metric) *series {
	s := &series{family: f, labels: flatLabels(metric)}
	switch {
	case metric.Summary != nil:
		s.columns = []string{"count", "sum"}
		for _, q := range metric.Summary.Quantile {
			s.bounds = append(s.bounds, q.GetQuantile())
			s.columns = append(s.columns, "q:"+number(q.GetQuantile()))
		}
	case metric.Histogram != nil:
		s.columns = []string{"count", "sum"}
		s.classic = len(metric.Histogram.Bucket) > 0
		if isNative(metric.Histogram) {
			s.native = newNative(metric.Histogram)
			s.columns = append(s.columns, "zero")
			break
		}
		for _, bucket := range finite(metric.Histogram.Bucket) {
			s.bounds = append(s.bounds, bucket.GetUpperBound())
			s.columns = append(s.columns, "le:"+number(bucket.GetUpperBound()))
		}
		s.columns = append(s.columns, "le:+Inf")
	default:
		s.columns = []string{"value"}
	}
	return s
}

// place gives the columns the slots from s.slot on.
func (s *series) place() {
	s.slots = make([]int, len(s.columns))
	for i := range s.slots {
		s.slots[i] = s.slot + i
	}
}

// cost is about how many bytes the series takes in a viewer's frame.
func (s *series) cost() int {
	bytes := 32
	for _, text := range s.labels {
		bytes += min(len(text), maxText) + 3
	}
	for _, name := range s.columns {
		bytes += len(name) + 24
	}
	return bytes
}

// is reports whether a metric is this series: by its labels and its columns.
func (s *series) is(metric *dto.Metric) bool {
	if len(s.labels) != 2*len(metric.Label) {
		return false
	}
	for i, pair := range metric.Label {
		if s.labels[2*i] != pair.GetName() || s.labels[2*i+1] != pair.GetValue() {
			return false
		}
	}
	return true
}

// update brings the columns to the metric's values. It reports false if the
// metric has other columns than the series, which then is another one.
func (t *tracker) update(s *series, metric *dto.Metric) bool {
	switch {
	case metric.Summary != nil:
		return t.updateSummary(s, metric.Summary)
	case metric.Histogram != nil && s.native != nil:
		return isNative(metric.Histogram) && t.updateNative(s, metric.Histogram)
	case metric.Histogram != nil:
		return !isNative(metric.Histogram) && t.updateClassic(s, metric.Histogram)
	}
	if len(s.columns) != 1 {
		return false
	}
	t.set(s.slot, plainValue(metric))
	if counter := metric.Counter; counter != nil && counter.Exemplar != nil {
		t.exemplars(s, counter.Exemplar)
	}
	return true
}

func plainValue(metric *dto.Metric) float64 {
	switch {
	case metric.Counter != nil:
		return metric.Counter.GetValue()
	case metric.Gauge != nil:
		return metric.Gauge.GetValue()
	case metric.Untyped != nil:
		return metric.Untyped.GetValue()
	}
	return math.NaN()
}

func (t *tracker) updateSummary(s *series, summary *dto.Summary) bool {
	if len(s.columns) != columnFirst+len(summary.Quantile) {
		return false
	}
	for i, q := range summary.Quantile {
		if s.bounds[i] != q.GetQuantile() {
			return false
		}
	}
	t.set(s.slot+columnCount, float64(summary.GetSampleCount()))
	t.set(s.slot+columnSum, summary.GetSampleSum())
	for i, q := range summary.Quantile {
		t.set(s.slot+columnFirst+i, q.GetValue())
	}
	return true
}

// updateClassic takes the buckets apart: the exposition adds each to the next
// one, which would make every count after the one that changed change, too.
func (t *tracker) updateClassic(s *series, h *dto.Histogram) bool {
	buckets := finite(h.Bucket)
	if s.native != nil || len(s.columns) != columnFirst+len(buckets)+1 {
		return false
	}
	for i, bucket := range buckets {
		if s.bounds[i] != bucket.GetUpperBound() {
			return false
		}
	}
	count := sampleCount(h)
	t.set(s.slot+columnCount, count)
	t.set(s.slot+columnSum, h.GetSampleSum())
	below := 0.0
	for i, bucket := range buckets {
		upTo := cumulativeCount(bucket)
		t.set(s.slot+columnFirst+i, max(upTo-below, 0))
		below = upTo
	}
	t.set(s.slot+columnFirst+len(buckets), max(count-below, 0))
	t.histogramExemplars(s, h)
	return true
}

// finite leaves the bucket for infinity away, which not all gatherers have.
func finite(buckets []*dto.Bucket) []*dto.Bucket {
	if n := len(buckets); n > 0 && math.IsInf(buckets[n-1].GetUpperBound(), 1) {
		return buckets[:n-1]
	}
	return buckets
}

// sampleCount and cumulativeCount are integers in most histograms, and floats in
// those that were computed.
func sampleCount(h *dto.Histogram) float64 {
	if h.SampleCountFloat != nil {
		return h.GetSampleCountFloat()
	}
	return float64(h.GetSampleCount())
}

func cumulativeCount(b *dto.Bucket) float64 {
	if b.CumulativeCountFloat != nil {
		return b.GetCumulativeCountFloat()
	}
	return float64(b.GetCumulativeCount())
}

func flatLabels(metric *dto.Metric) []string {
	labels := make([]string, 0, 2*len(metric.Label))
	for _, pair := range metric.Label {
		labels = append(labels, pair.GetName(), pair.GetValue())
	}
	return slices.Clip(labels)
}

// labelKey joins labels; two sets may share a key, so that it only finds candidates.
func labelKey(labels []string) string { return strings.Join(labels, "\xff") }

func number(value float64) string { return strconv.FormatFloat(value, 'g', -1, 64) }
