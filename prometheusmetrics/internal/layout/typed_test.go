package layout

import (
	"testing"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

func TestTypedNameSuffixes(t *testing.T) {
	l := Typed(nil)
	for _, test := range []struct {
		name, unit string
		kind       reading.Kind
		want       string
	}{
		{"a", "", reading.Counter, "a_total"},
		{"a_total", "", reading.Counter, "a_total"},
		{"a", "bytes", reading.Counter, "a_bytes_total"},
		{"a_bytes_total", "bytes", reading.Counter, "a_bytes_total"},
		{"a:b", "", reading.Counter, "a_b_total"},
		{"a", "", reading.Meter, "a_total"},
		{"a", "", reading.Gauge, "a"},
		{"a", "ratio", reading.Gauge, "a_ratio"},
		{"a", "", reading.Timer, "a_seconds"},
		{"a_seconds", "", reading.Timer, "a_seconds"},
		{"a", "minutes", reading.Timer, "a_seconds"},
		{"a", "", reading.Histogram, "a"},
		{"a", "bytes", reading.Histogram, "a_bytes"},
		{"a", "", reading.Healthcheck, "a_healthy"},
		{"a_healthy", "", reading.Healthcheck, "a_healthy"},
		{"a", "", reading.Info, "a_info"},
	} {
		templates := l.Templates(Subject{
			Name: test.name, Unit: test.unit, Kind: test.kind, Values: &reading.Values{LifetimeSum: true},
		})
		if len(templates) != 1 || templates[0].Name != test.want {
			t.Errorf("%v %s in %q became %v, want %s", test.kind, test.name, test.unit, templates, test.want)
		}
		if !model.LegacyValidation.IsValidMetricName(templates[0].Name) {
			t.Errorf("%s is not valid", templates[0].Name)
		}
	}
}
