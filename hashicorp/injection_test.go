package hashicorp

import (
	"fmt"
	"math"
	"strings"
	"testing"

	gometrics "github.com/hashicorp/go-metrics"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/internal/hostile"
	"github.com/go-metrics-plus/metrics/internal/logtest"
	"github.com/go-metrics-plus/metrics/prometheusmetrics"
)

// hostileRules describe a metric for each text, and make a label of a part of a key.
func hostileRules() []Rule {
	rules := []Rule{{Match: "as_captured.{l}"}}
	for i, text := range hostile.Texts {
		rules = append(rules, Rule{Match: fmt.Sprint("as_help_", i), Help: text, Unit: text})
	}
	return rules
}

// reportHostile reports each text, with its index as the value: as a label's value and
// name, as a key and a part of one, with a rule's help text, and as a sample's label.
func reportHostile(m *gometrics.Metrics) {
	for i, text := range hostile.Texts {
		value, label := float32(i), []gometrics.Label{{Name: "l", Value: text}}
		m.SetGaugeWithLabels([]string{"as_value"}, value, label)
		m.IncrCounterWithLabels([]string{"as_counter"}, value, label)
		m.AddSampleWithLabels([]string{"as_sample"}, value, label)
		m.SetGauge([]string{"as_captured", text}, value)
		m.SetGaugeWithLabels([]string{fmt.Sprint("as_label_", i)}, value, []gometrics.Label{{Name: "n" + text, Value: "v"}})
		m.SetGauge([]string{fmt.Sprintf("as_name_%d%s", i, text), text}, value)
		m.SetGauge([]string{fmt.Sprint("as_help_", i)}, value)
	}
}

// TestInjection: whatever texts keys, labels and rules have, a scrape has the metrics that
// were reported, no more, and the label values as they were.
func TestInjection(t *testing.T) {
	for _, layout := range []prometheusmetrics.Layout{prometheusmetrics.LayoutGauges, prometheusmetrics.LayoutTyped} {
		log, r := logtest.Capture(t), metrics.NewRegistry()
		m := newMetrics(t, NewSink(r, Config{Rules: hostileRules()}))
		driver := newDriver(t, r, layout)
		for range 2 {
			reportHostile(m)
			parser := expfmt.NewTextParser(model.LegacyValidation)
			families, err := parser.TextToMetricFamilies(strings.NewReader(expose(t, driver)))
			if err != nil {
				t.Fatal(err)
			}
			checkHostile(t, families)
		}
		r.Each(func(name string, _ any) {
			if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:.") != "" {
				t.Errorf("there is a name %.200q", name)
			}
		})
		if log.Lines() > 0 {
			t.Errorf("logged %s", log)
		}
	}
}

func checkHostile(t *testing.T, families map[string]*dto.MetricFamily) {
	t.Helper()
	seen := map[string]int{}
	for name, family := range families {
		kind, _, _ := strings.Cut(strings.TrimPrefix(name, "as_"), "_")
		seen[kind]++
		if !strings.HasPrefix(name, "as_") {
			t.Errorf("there is a family %q", name)
		}
		switch kind {
		case "value", "counter", "captured":
			checkValues(t, family, len(hostile.Texts))
		case "label", "name", "help":
			if n := len(family.GetMetric()); n != 1 {
				t.Errorf("%s has %d series", name, n)
			}
		}
	}
	for _, kind := range []string{"label", "name", "help"} {
		if seen[kind] != len(hostile.Texts) {
			t.Errorf("%d families are %s, want %d", seen[kind], kind, len(hostile.Texts))
		}
	}
	if seen["value"] != 1 || seen["counter"] != 1 || seen["captured"] != 1 || seen["sample"] == 0 || len(seen) != 7 {
		t.Errorf("families are %v", seen)
	}
}

// checkValues checks that each text is a label, with its index or a multiple as the value.
func checkValues(t *testing.T, family *dto.MetricFamily, n int) {
	t.Helper()
	values := map[string]float64{}
	for _, m := range family.GetMetric() {
		for _, l := range m.GetLabel() {
			values[l.GetValue()] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	for i, text := range hostile.Texts {
		if got, ok := values[strings.ToValidUTF8(text, "\ufffd")]; !ok || math.Mod(got, max(float64(i), 1)) != 0 || got == 0 && i > 0 {
			t.Errorf("%s: %.60q is %v (there: %v), want %v", family.GetName(), text, got, ok, i)
		}
	}
	if len(values) != n || len(family.GetMetric()) != n {
		t.Errorf("%s has %d series of %d texts, want %d", family.GetName(), len(family.GetMetric()), len(values), n)
	}
}

// Label names that look alike once they are joined are those of two series.
func TestLabelNamesThatJoinAlike(t *testing.T) {
	log, r := logtest.Capture(t), metrics.NewRegistry()
	s := NewSink(r, Config{})
	m := newMetrics(t, s)
	m.SetGaugeWithLabels([]string{"g"}, 1, []gometrics.Label{{Name: "a", Value: "x"}, {Name: "b", Value: "y"}})
	m.SetGaugeWithLabels([]string{"g"}, 2, []gometrics.Label{{Name: "a\x00b", Value: "z"}})
	for want, labels := range map[float64]metrics.Labels{1: {"a": "x", "b": "y"}, 2: {"a\x00b": "z"}} {
		if got, _ := metrics.GetSeries("g", r, labels).(metrics.GaugeFloat64); got.Value() != want {
			t.Errorf("%v is %v, want %v", labels, got.Value(), want)
		}
	}
	if n := s.Forget(func(string, metrics.Labels) bool { return true }); n != 2 || log.Lines() > 0 {
		t.Errorf("%d series were forgotten; logged %s", n, log)
	}
}
