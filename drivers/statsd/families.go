package statsd

import (
	"cmp"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/go-metrics-plus/metrics/drivers/internal/lines"
)

// sampler takes the metrics of a family apart into the series that they have here.
type sampler struct {
	set     *seriesSet
	send    sendFunc
	family  string
	labels  []*dto.LabelPair
	created int64 // when counting began, in nanoseconds since 1970; 0 if that is not known
	level   bool  // whether what is counted may go down
}

// sendFamily observes all series of a family, and sends their lines as long as sending
// succeeds.
func (d *Driver) sendFamily(family *dto.MetricFamily) {
	s := sampler{set: &d.series, send: d.send, family: family.GetName()}
	for _, metric := range family.GetMetric() {
		if metric == nil {
			continue
		}
		s.labels, s.created = lines.Sorted(metric.Label), 0
		switch family.GetType() {
		case dto.MetricType_COUNTER:
			s.created = nanoseconds(metric.Counter.GetCreatedTimestamp())
			s.count("", "", metric.Counter.GetValue(), false, true)
		case dto.MetricType_SUMMARY:
			s.summary(metric.Summary)
		case dto.MetricType_HISTOGRAM:
			s.histogram(metric.Histogram)
		case dto.MetricType_GAUGE_HISTOGRAM:
			s.level = true
			s.histogram(metric.Histogram)
		case dto.MetricType_GAUGE:
			s.gauge("", "", "", metric.Gauge.GetValue())
		default:
			s.gauge("", "", "", metric.Untyped.GetValue())
		}
	}
}

func (s *sampler) summary(summary *dto.Summary) {
	s.created = nanoseconds(summary.GetCreatedTimestamp())
	restarted := s.count("_count", "", float64(summary.GetSampleCount()), false, true)
	s.count("_sum", "", summary.GetSampleSum(), restarted, false)
	for _, q := range summary.GetQuantile() {
		// statsd_exporter refuses new series of x_count and x_sum once there is a gauge x.
		s.gauge("_quantile", "quantile", lines.FormatBound(q.GetQuantile()), q.GetValue())
	}
}

// histogram samples count, sum and, where there are any, the classic buckets.
func (s *sampler) histogram(h *dto.Histogram) {
	s.created = nanoseconds(h.GetCreatedTimestamp())
	count := cmp.Or(h.GetSampleCountFloat(), float64(h.GetSampleCount()))
	restarted := s.count("_count", "", count, false, true)
	s.count("_sum", "", h.GetSampleSum(), restarted, false)
	infinite := len(h.GetBucket()) == 0
	for _, bucket := range h.GetBucket() {
		bound := lines.FormatBound(bucket.GetUpperBound())
		infinite = infinite || bound == infinity
		inBucket := cmp.Or(bucket.GetCumulativeCountFloat(), float64(bucket.GetCumulativeCount()))
		s.count("_bucket", bound, inBucket, restarted, true)
	}
	if !infinite { // client_golang leaves it out, since it is the count
		s.count("_bucket", infinity, count, restarted, true)
	}
}

// count samples what counts up, and reports whether it has begun anew since the last
// time, as it surely has if restarted is true. What is not monotonic may go down without
// that.
func (s *sampler) count(suffix, le string, value float64, restarted, monotonic bool) bool {
	label := ""
	if le != "" {
		label = "le"
	}
	if s.level {
		s.gauge(suffix, label, le, value)
		return false
	}
	found := s.set.find(s, suffix, label, le, counter)
	if found == nil {
		return restarted
	}
	restarted = found.observe(value, s.created, restarted, monotonic)
	if (found.owed != 0 || !found.announced) && !s.set.sendCounter(found, s.send) {
		lines.Lose(&s.set.losses, s.family, found.key, ErrTooLong)
	}
	return restarted
}

func (s *sampler) gauge(suffix, label, labelValue string, value float64) {
	if !lines.IsFinite(value) {
		return // the protocol has no such values, and an empty summary has them always
	}
	found := s.set.find(s, suffix, label, labelValue, gauge)
	if found != nil && !s.set.sendGauge(found, value, s.send) {
		lines.Lose(&s.set.losses, s.family, found.key, ErrTooLong)
	}
}

// infinity is the bound of the last bucket.
const infinity = "+Inf"

func nanoseconds(t *timestamppb.Timestamp) int64 {
	if t == nil {
		return 0
	}
	return t.AsTime().UnixNano()
}
