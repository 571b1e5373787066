package layout

import (
	"slices"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

func TestPercentileSuffix(t *testing.T) {
	for p, want := range map[float64]string{
		0: "_percentile_0", 0.05: "_percentile_5", 0.07: "_percentile_7", 0.1: "_percentile_10",
		0.5: "_median", 0.75: "_percentile_75", 0.9: "_percentile_90", 0.95: "_percentile_95",
		0.955: "_percentile_95_5", 0.99: "_percentile_99_0", 0.999: "_percentile_99_9",
		0.9999: "_percentile_99_99", 1: "_percentile_100_0", 0.001: "_percentile_0_1",
	} {
		if got := percentileSuffix(p); got != want {
			t.Errorf("percentile %v is named %s, want %s", p, got, want)
		}
	}
}

// TestGaugesOfEachKind: which gauges a metric becomes, in their order.
func TestGaugesOfEachKind(t *testing.T) {
	rates := []string{"m_rate_1min", "m_rate_5min", "m_rate_15min", "m_rate_mean"}
	sample := []string{"m_count", "m_min", "m_max", "m_mean", "m_sum"}
	deviation := []string{"m_variance", "m_stddev"}
	quantiles := []string{"m_median", "m_percentile_99_9"}
	l := Gauges(time.Millisecond, []float64{0.5, 0.999})
	for kind, want := range map[reading.Kind][]string{
		reading.Unknown: nil, reading.Counter: {"m_count"}, reading.Gauge: {"m_gauge"},
		reading.Info: {"m_info"}, reading.Healthcheck: {"m_healthy"},
		reading.Meter:          slices.Concat([]string{"m_count"}, rates),
		reading.ResettingTimer: slices.Concat(sample, quantiles),
		reading.Histogram:      slices.Concat(sample, deviation, quantiles),
		reading.Timer:          slices.Concat(sample, deviation, quantiles, rates),
	} {
		var got []string
		seen := make(map[Statistic]bool)
		for _, template := range l.Templates(Subject{Name: "m", Kind: kind}) {
			got = append(got, template.Name)
			if template.Type != dto.MetricType_GAUGE || len(template.Statistics) != 1 || seen[template.Statistics[0]] {
				t.Errorf("%v: %s is a %v of statistics %v", kind, template.Name, template.Type, template.Statistics)
			}
			seen[template.Statistics[0]] = true
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v became %q, want %q", kind, got, want)
		}
	}
}

// TestGaugesHelp: help texts name the metric, the statistic and its unit, if it has
// one.
func TestGaugesHelp(t *testing.T) {
	for _, test := range []struct {
		kind                reading.Kind
		source, about, unit string
		lifetime            bool
		name, want          string
	}{
		{reading.Counter, "a.b", "", "bytes", false, "m_count", "a.b: current count"},
		{reading.Gauge, "a.b", "", "", false, "m_gauge", "a.b: current value"},
		{reading.Gauge, "a\xff", "", "", false, "m_gauge", "a\uFFFD: current value"},
		{reading.Gauge, "a.b", "Heap in use.", "bytes", false, "m_gauge", "Heap in use: current value, in bytes"},
		{reading.Timer, "a.b", "", "", true, "m_mean", "a.b: mean of the recent sample, in milliseconds"},
		{reading.Timer, "a.b", "", "days", true, "m_mean", "a.b: mean of the recent sample, in milliseconds"},
		{reading.Timer, "a.b", "", "", true, "m_variance",
			"a.b: variance of the recent sample, in milliseconds squared"},
		{reading.Timer, "a.b", "", "", true, "m_count", "a.b: count since the start"},
		{reading.Timer, "a.b", "", "", true, "m_percentile_99_9",
			"a.b: 0.999 quantile of the recent sample, in milliseconds"},
		{reading.Histogram, "a.b", "", "bytes", true, "m_sum", "a.b: sum of all values since the start, in bytes"},
		{reading.Histogram, "a.b", "", "bytes", false, "m_sum", "a.b: sum of the recent sample, in bytes"},
		{reading.Histogram, "a.b", "", "bytes", false, "m_max", "a.b: maximum of the recent sample, in bytes"},
		{reading.Histogram, "a.b", "", "", false, "m_variance", "a.b: variance of the recent sample"},
	} {
		subject := Subject{
			Name: "m", Source: test.source, Help: test.about, Unit: test.unit, Kind: test.kind,
			LifetimeSum: test.lifetime,
		}
		found := false
		for _, template := range Gauges(time.Millisecond, []float64{0.999}).Templates(subject) {
			if template.Name != test.name {
				continue
			}
			found = true
			if template.Help != test.want {
				t.Errorf("%v: help of %s is %q, want %q", test.kind, test.name, template.Help, test.want)
			}
		}
		if !found {
			t.Errorf("%v has no %s", test.kind, test.name)
		}
	}
}

// TestUnits: timers are shown in the layout's unit, all else as it is.
func TestUnits(t *testing.T) {
	for kind := reading.Unknown; kind <= reading.Info; kind++ {
		millis, seconds := unit.One, unit.One
		if kind == reading.Timer || kind == reading.ResettingTimer {
			millis, seconds = unit.Unit{Divisor: 1e6, Factor: 1}, unit.Unit{Divisor: 1e9, Factor: 1}
		}
		if got := Gauges(time.Millisecond, nil).Unit(kind); got != millis {
			t.Errorf("%v as gauges is in %v, want %v", kind, got, millis)
		}
		if got := Typed(nil).Unit(kind); got != seconds {
			t.Errorf("%v typed is in %v, want %v", kind, got, seconds)
		}
	}
}

func TestDurationWord(t *testing.T) {
	for unit, want := range map[time.Duration]string{
		time.Nanosecond: "nanoseconds", time.Microsecond: "microseconds", time.Millisecond: "milliseconds",
		time.Second: "seconds", time.Minute: "minutes", time.Hour: "hours", 90 * time.Second: "units of 1m30s",
	} {
		if got := durationWord(unit); got != want {
			t.Errorf("%v is called %s, want %s", unit, got, want)
		}
	}
}
