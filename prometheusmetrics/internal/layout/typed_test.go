package layout

import (
	"reflect"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
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
			Name: test.name, Unit: test.unit, Kind: test.kind, LifetimeSum: true,
		})
		if len(templates) != 1 || templates[0].Name != test.want {
			t.Errorf("%v %s in %q became %v, want %s", test.kind, test.name, test.unit, templates, test.want)
		}
		if !model.LegacyValidation.IsValidMetricName(templates[0].Name) {
			t.Errorf("%s is not valid", templates[0].Name)
		}
	}
}

// TestTypedDistributions: a histogram where there are buckets, a summary where there
// is a sum of everything, and otherwise a gauge of each quantile and a counter.
func TestTypedDistributions(t *testing.T) {
	ps := []float64{0.5, 0.99}
	quantile := func(i int, label string) Template {
		return Template{
			Name: "m_seconds", Type: dto.MetricType_GAUGE, Help: "a.m", Unit: "seconds",
			Labels:     []naming.Label{{Name: "quantile", Value: label}},
			Statistics: []Statistic{Percentile + Statistic(i)},
		}
	}
	for name, test := range map[string]struct {
		buckets, lifetime bool
		want              []Template
	}{
		"buckets": {
			true, true,
			[]Template{{Name: "m_seconds", Type: dto.MetricType_HISTOGRAM, Help: "a.m", Unit: "seconds"}},
		},
		"sum of everything": {
			false, true,
			[]Template{{
				Name: "m_seconds", Type: dto.MetricType_SUMMARY, Help: "a.m", Unit: "seconds", Quantiles: ps,
				Statistics: []Statistic{Count, Sum, Percentile, Percentile + 1},
			}},
		},
		"sum of a sample": {
			false, false,
			[]Template{quantile(0, "0.5"), quantile(1, "0.99"), {
				Name: "m_observations_total", Type: dto.MetricType_COUNTER, Help: "a.m", Statistics: []Statistic{Count},
			}},
		},
	} {
		got := Typed(ps).Templates(Subject{
			Name: "m", Source: "a.m", Kind: reading.Timer, Buckets: test.buckets, LifetimeSum: test.lifetime,
		})
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: became\n%+v, want\n%+v", name, got, test.want)
		}
	}
}

// TestTypedHelp is that of the description, or else the name that the metric has in
// its registry.
func TestTypedHelp(t *testing.T) {
	for about, want := range map[string]string{"": "a\uFFFD", "  ": "a\uFFFD", " Heap in use. ": "Heap in use."} {
		got := Typed(nil).Templates(Subject{Name: "m", Source: "a\xff", Help: about, Kind: reading.Gauge})
		if len(got) != 1 || got[0].Help != want {
			t.Errorf("help of %q is %v, want %q", about, got, want)
		}
	}
}
