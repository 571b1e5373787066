package prometheusmetrics_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// A configuration is copied: who changes a map or slice of it later changes
// nothing of the driver.
func TestConfigIsCopied(t *testing.T) {
	source := metrics.NewRegistry()
	config := prometheusmetrics.Config{
		ConstLabels: prometheus.Labels{"const": "1"},
		Sources:     []prometheusmetrics.LabelledSource{{Source: source, Labels: prometheus.Labels{"source": "1"}}},
		Rules:       []prometheusmetrics.Rule{{Match: "{x}", Labels: map[string]string{"rule": "1"}}},
		Percentiles: []float64{0.5},
	}
	d, list := newDriver(t, config, prometheus.NewRegistry())
	counter(source, "before", 1)
	flush(t, d)
	config.ConstLabels["const"], config.ConstLabels["more"] = "2", "2"
	config.Sources[0].Labels["source"], config.Sources[0].Labels["other"] = "2", "2"
	config.Rules[0].Labels["rule"], config.Rules[0].Labels["third"] = "2", "2"
	config.Rules[0].Match = "nothing"
	config.Sources[0].Source = metrics.NewRegistry()
	config.Percentiles[0] = 7
	counter(source, "later", 1)
	metrics.NewRegisteredTimer("t", source)
	flush(t, d)
	got := samples(t, d)
	for _, name := range []string{"before_count", "later_count", "t_median"} {
		if _, ok := got[name+`{const="1",rule="1",source="1"}`]; !ok {
			t.Errorf("%s has other labels: %v", name, got)
		}
	}
	if reasons := list.reasons(); len(reasons) > 0 {
		t.Errorf("reported %q", reasons)
	}
}

// withLabels is a metric of another library whose labels are its own map.
type withLabels struct {
	labels map[string]string
}

func (w *withLabels) Labels() map[string]string { return w.labels }
func (w *withLabels) Count() int64              { return 1 }

// The labels of a metric of another library are asked for once, and copied: who
// changes the map that it handed out changes nothing, and nothing is mixed.
func TestLabelsOfOthersAreCopied(t *testing.T) {
	metric := &withLabels{map[string]string{"a": "1"}}
	source := sourceFunc(func(visit func(string, any)) { visit("c", metric) })
	registry := prometheus.NewRegistry()
	d, list := newDriver(t, prometheusmetrics.Config{Registry: source}, registry)
	flush(t, d)
	for _, value := range []string{"2", "1", "", "x"} {
		metric.labels["a"], metric.labels["b"] = value, value
		flush(t, d)
		if got := samples(t, registry); len(got) != 1 || got[`c_count{a="1"}`] != "1" {
			t.Errorf("after the labels were changed: %v", got)
		}
		if all := d.Explain(); len(all) != 1 || len(all[0].Labels) != 1 || all[0].Labels["a"] != "1" {
			t.Errorf("after the labels were changed: %v", all)
		}
	}
	if reasons := list.reasons(); len(reasons) > 0 {
		t.Errorf("reported %q", reasons)
	}
}

// spoil overwrites all that families point to.
func spoil(families []*dto.MetricFamily) {
	for _, family := range families {
		for _, text := range []*string{family.Name, family.Help, family.Unit} {
			if text != nil {
				*text = "spoiled"
			}
		}
		if family.Type != nil {
			*family.Type = dto.MetricType_UNTYPED
		}
		for _, metric := range family.Metric {
			spoilMetric(metric)
		}
		clear(family.Metric)
	}
}

func spoilMetric(metric *dto.Metric) {
	for _, pair := range metric.Label {
		*pair.Name, *pair.Value = "spoiled", "spoiled"
	}
	switch {
	case metric.Gauge != nil:
		*metric.Gauge.Value = -1
	case metric.Counter != nil:
		*metric.Counter.Value = -1
		if metric.Counter.CreatedTimestamp != nil {
			metric.Counter.CreatedTimestamp.Seconds = -1
		}
	case metric.Summary != nil:
		*metric.Summary.SampleCount, *metric.Summary.SampleSum = 99, -1
		for _, quantile := range metric.Summary.Quantile {
			*quantile.Quantile, *quantile.Value = -1, -1
		}
	case metric.Histogram != nil:
		*metric.Histogram.SampleCount, *metric.Histogram.SampleSum = 99, -1
		for _, bucket := range metric.Histogram.Bucket {
			*bucket.CumulativeCount, *bucket.UpperBound = 99, -1
		}
		for i := range metric.Histogram.PositiveDelta {
			metric.Histogram.PositiveDelta[i] = 99
		}
		for _, span := range metric.Histogram.PositiveSpan {
			*span.Length = 99
		}
	}
}

// What Gather returns, and what the Prometheus registry returns, is the caller's to
// keep: whoever overwrites all of it spoils nothing for others, or for the next.
func TestGatheredFamiliesAreTheCallers(t *testing.T) {
	for _, layout := range layouts {
		source := bucketRegistry()
		for _, name := range []string{"x", "y"} {
			counter(source, "c", 5, metrics.Labels{"name": name})
			metrics.NewRegisteredTimer("t", source, metrics.Labels{"name": name}).Update(1000)
			metrics.NewRegisteredHistogram("s", source, metrics.NewUniformSample(5), metrics.Labels{"name": name}).Update(3)
			metrics.GetOrRegisterGauge("g", source, metrics.Labels{"name": name}).Update(4)
		}
		registry := prometheus.NewRegistry()
		d, _ := newDriver(t, prometheusmetrics.Config{Registry: source, Layout: layout}, registry)
		flush(t, d)
		for name, gatherer := range map[string]prometheus.Gatherer{"Gather": d, "registry": registry} {
			before, err := gatherer.Gather()
			if err != nil {
				t.Fatal(err)
			}
			want := make([]*dto.MetricFamily, len(before))
			for i, family := range before {
				want[i] = proto.Clone(family).(*dto.MetricFamily)
			}
			spoil(before)
			for path, gatherer := range map[string]prometheus.Gatherer{"Gather": d, "registry": registry} {
				after, err := gatherer.Gather()
				if err != nil {
					t.Errorf("%v: %s after %s was spoiled: %v", layout, path, name, err)
					continue
				}
				for i := range want {
					if i >= len(after) || !proto.Equal(after[i], want[i]) {
						t.Errorf("%v: %s after %s was spoiled: family %v", layout, path, name, want[i].GetName())
						break
					}
				}
			}
		}
	}
}
