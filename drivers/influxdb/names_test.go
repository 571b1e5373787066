package influxdb

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

func TestEscapes(t *testing.T) {
	for _, test := range []struct{ key, value, want string }{
		{"code", "200", ",code=200"},
		{"a b", "c,d=e f", `,a\ b=c\,d\=e\ f`},
		{"k", "a\nb\r\x00\x7fc\u2028\xff", ",k=a_b___c__"},
		{"k", `C:\dir\`, `,k=C:\dir/`},
		{"k", `a\ b\\c\,d`, `,k=a/\ b/\c/\,d`},
		{"time", "x", ",time_=x"},
		{"k", "", ""},
		{"ü", `"☃"`, `,ü="☃"`},
	} {
		if got := string(appendTag(nil, test.key, test.value)); got != test.want {
			t.Errorf("%q, %q became %s, want %s", test.key, test.value, got, test.want)
		}
	}
	for name, want := range map[string]string{"a,b c=d": `a\,b\ c=d`, "#a": "_a", "#": "_", "": "_", "##": "_#"} {
		if got := string(appendMeasurement(nil, name)); got != want {
			t.Errorf("%q became %s, want %s", name, got, want)
		}
	}
}

// Whatever names, labels and values are, a metric is one line, with its tags and its
// field, for servers of either opinion on backslashes.
func FuzzLines(f *testing.F) {
	for i, text := range hostile.Texts {
		f.Add("m"+text, "l", text, float64(i))
		f.Add(text, "n"+text, text, float64(i))
	}
	f.Add("requests_total", "code", "200", 1.0)
	f.Add("a,b c=d\ne f=1", `x\`, `y\,z=1 injected=2`, -2.5)
	f.Add("#c", "time", "\\\\ \xff\u2028", 1e300)
	f.Fuzz(func(t *testing.T, name, label, value string, number float64) {
		var lines []string
		w := lineWriter{version: 1, now: 1, add: func(line []byte) { lines = append(lines, string(line)) }}
		w.family(&dto.MetricFamily{Name: &name, Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{{
			Label: []*dto.LabelPair{{Name: &label, Value: &value}}, Gauge: &dto.Gauge{Value: &number},
		}}})
		if !isFinite(number) {
			if len(lines) > 0 {
				t.Errorf("lines %q", lines)
			}
			return
		}
		if len(lines) != 1 || strings.Count(lines[0], "\n") != 1 || !strings.HasSuffix(lines[0], " 1\n") {
			t.Fatalf("lines %q", lines)
		}
		line := strings.TrimSuffix(lines[0], "\n")
		for _, split := range []func(string, byte) []string{split, splitByPairs} {
			parts := split(line, ' ')
			if len(parts) != 3 || parts[0] == "" || parts[0][0] == '#' {
				t.Fatalf("line %q has the parts %q", line, parts)
			}
			tags := split(parts[0], ',')[1:]
			if value == "" != (len(tags) == 0) || len(tags) > 1 || len(tags) == 1 && len(split(tags[0], '=')) != 2 {
				t.Fatalf("line %q has the tags %q", line, tags)
			}
			if len(tags) == 1 && !strings.ContainsAny(value, "\\") && isPlain(value) {
				if got := unescape.Replace(split(tags[0], '=')[1]); got != value {
					t.Errorf("value %q became %q", value, got)
				}
			}
			field, ok := strings.CutPrefix(parts[1], "gauge=")
			if got, err := strconv.ParseFloat(field, 64); !ok || err != nil || got != number {
				t.Errorf("field %q, want %v", parts[1], number)
			}
		}
	})
}

// isPlain reports whether a text has nothing that the protocol can't have.
func isPlain(text string) bool {
	return !slices.ContainsFunc([]rune(text), func(r rune) bool {
		return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufffd'
	})
}
