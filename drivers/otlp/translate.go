package otlp

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// newBridge returns OpenTelemetry's own translation of the families.
func newBridge(families *[]*dto.MetricFamily) metric.Producer {
	return bridge.NewMetricProducer(bridge.WithGatherer(prometheus.GathererFunc(
		func() ([]*dto.MetricFamily, error) { return *families, nil })))
}

// translate has the bridge translate the families, and mends what it leaves out. What it
// would get wrong, or tell only the handler of errors that the whole program shares, never
// gets to it.
func (d *Driver) translate(ctx context.Context, families []*dto.MetricFamily, problems map[string]error,
) ([]metricdata.ScopeMetrics, error) {
	d.families = d.families[:0]
	for _, family := range families {
		d.families = append(d.families, d.prepare(cleaned(family), problems)...)
	}
	defer func() { clear(d.families) }()
	if len(d.families) == 0 {
		return nil, nil
	}
	scopes, err := d.bridge.Produce(ctx)
	if err != nil {
		return nil, err
	}
	if len(scopes) != 1 || len(scopes[0].Metrics) != len(d.families) {
		return nil, fmt.Errorf("the bridge translated %d families otherwise than expected", len(d.families))
	}
	for i, family := range d.families {
		mend(&scopes[0].Metrics[i], family)
	}
	return scopes, nil
}

// prepare returns a family as the bridge can translate it: without what has no
// counterpart, and in two if it has histograms with and without native buckets, since the
// bridge goes by the first one. What was gathered is not changed.
func (d *Driver) prepare(family *dto.MetricFamily, problems map[string]error) []*dto.MetricFamily {
	switch family.GetType() {
	case dto.MetricType_COUNTER, dto.MetricType_GAUGE, dto.MetricType_UNTYPED, dto.MetricType_SUMMARY:
		if len(family.GetMetric()) == 0 {
			return nil
		}
		return []*dto.MetricFamily{family}
	case dto.MetricType_HISTOGRAM:
		return d.prepareHistograms(family, problems)
	}
	problems[family.GetName()] = notExpressible(family, "its type is %v", family.GetType())
	return nil
}

func notExpressible(family *dto.MetricFamily, format string, arguments ...any) error {
	return fmt.Errorf("%s: %w: %s", family.GetName(), ErrNotExpressible, fmt.Sprintf(format, arguments...))
}

func (d *Driver) prepareHistograms(family *dto.MetricFamily, problems map[string]error) (prepared []*dto.MetricFamily) {
	var exponential, explicit []*dto.Metric
	for _, m := range family.GetMetric() {
		h := m.GetHistogram()
		switch {
		case h.GetSampleCountFloat() > 0 || h.GetZeroCountFloat() > 0:
			problems[family.GetName()] = notExpressible(family, "it counts fractions")
		case !isNative(h):
			explicit = append(explicit, m)
		case d.config.Histograms == HistogramsExplicit && len(h.GetBucket()) > 0:
			explicit = append(explicit, withoutNative(m))
		case h.GetSchema() < minScale || h.GetSchema() > maxScale:
			problems[family.GetName()] = notExpressible(family, "its native histogram has the schema %d", h.GetSchema())
		default:
			exponential = append(exponential, m)
		}
	}
	for _, metrics := range [][]*dto.Metric{exponential, explicit} {
		if len(metrics) > 0 {
			prepared = append(prepared, &dto.MetricFamily{
				Name: family.Name, Help: family.Help, Type: family.Type, Unit: family.Unit, Metric: metrics,
			})
		}
	}
	return prepared
}

// The schemas of Prometheus's exponential buckets, which are scales of OpenTelemetry's.
const (
	minScale = -4
	maxScale = 8
)

// isNative is what the bridge goes by, too.
func isNative(h *dto.Histogram) bool {
	return h.GetZeroThreshold() > 0 || h.GetZeroCount() > 0 || len(h.GetPositiveSpan()) > 0 || len(h.GetNegativeSpan()) > 0
}

// withoutNative returns a copy with the classic buckets alone.
func withoutNative(m *dto.Metric) *dto.Metric {
	h := m.GetHistogram()
	return &dto.Metric{Label: m.Label, TimestampMs: m.TimestampMs, Histogram: &dto.Histogram{
		SampleCount: h.SampleCount, SampleSum: h.SampleSum, Bucket: h.Bucket, CreatedTimestamp: h.CreatedTimestamp,
	}}
}
