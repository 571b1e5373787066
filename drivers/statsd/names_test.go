package statsd

import (
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

func TestAppendClean(t *testing.T) {
	for _, test := range []struct{ key, value, want string }{
		{"code", "200", "code:200"},
		{"a:b", "c:d", "a_b:c:d"},
		{"k", "a|#b,c\nd\re\x00\x7f", "k:a_#b_c_d_e__"},
		{"k", "Zürich ☃", "k:Zürich ☃"},
		{"ü.x", "\xff\u0085\u2028.", "_.x:___."},
		{"", "", "_:_"},
	} {
		if got := string(appendTag(nil, test.key, test.value)); got != test.want {
			t.Errorf("%q, %q became %q, want %q", test.key, test.value, got, test.want)
		}
	}
}

func TestAppendValue(t *testing.T) {
	for value, want := range map[float64]string{
		0: "0", 1: "1", -1.5: "-1.5", 1e20: "100000000000000000000", 1e21: "1e+21", 1e-9: "0.000000001", -1e-10: "-1e-10",
	} {
		if got := string(appendValue(nil, value)); got != want {
			t.Errorf("%v became %s, want %s", value, got, want)
		}
	}
}

// Whatever names and labels are, a series is one line of its own.
func FuzzLines(f *testing.F) {
	for i, text := range hostile.Texts {
		f.Add("m"+text, "l", text, float64(i), true)
		f.Add(text, "n"+text, text, float64(i), false)
	}
	f.Add("requests_total", "code", "200", 1.0, false)
	f.Add("a:1|c\nb", "x|#y", "1,z:2\ninjected:1|c", -2.5, true)
	f.Add("", "", "\xff\u2028", 1e300, false)
	f.Fuzz(func(t *testing.T, name, label, value string, number float64, plain bool) {
		s := newServer(t)
		config := Config{}
		if plain {
			config.Format = FormatStatsD
		}
		family := counterFamily(name, number, label, value)
		family.Type = dto.MetricType_GAUGE.Enum()
		family.Metric[0].Gauge = &dto.Gauge{Value: &number}
		config.Gatherer = &gatherer{families: []*dto.MetricFamily{family}}
		d, log := newDriver(t, s, config)
		once(t, d)
		lines := 1
		if !isFinite(number) || len(log.Texts()) > 0 {
			lines = 0
		} else if number < 0 {
			lines = 2
		}
		if got := strings.Count(strings.Join(s.packets, "\n"), "|g"); got != lines || len(s.gauges) > 1 {
			t.Errorf("%d lines, want %d: %q", got, lines, s.packets)
		}
		if lines > 0 {
			for key, got := range s.gauges {
				if got != number {
					t.Errorf("%s is %v, want %v", key, got, number)
				}
				tags := strings.Count(key, ",") + strings.Count(key, "|#")
				if tags > 1 || plain && tags > 0 {
					t.Errorf("%d tags: %q", tags, key)
				}
			}
		}
	})
}
