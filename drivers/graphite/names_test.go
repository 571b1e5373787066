package graphite

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

func TestAppendPart(t *testing.T) {
	for text, want := range map[string]string{
		"requests_total": "requests_total", "a.b": "a_b", "a b\n;=c": "a_b_c", "": "_", "../..": "_", "ü": "_", "a:b-c": "a:b-c",
	} {
		if got := string(appendPart([]byte("x_"), text)); got != "x_"+want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestAppendTag(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"code", "200", ";code=200"},
		{"name", "x", ";name_=x"},
		{"a;b!c^d=e f", "g;h=i j\nk", ";a_b_c_d_e_f=g_h=i_j_k"},
		{"k", "~x", ";k=_x"},
		{"k", "~", ";k=_"},
		{"k", "Zürich\u00a0\u2028\u3000\xff", ";k=Zürich____"},
		{"", "", ";_=_"},
	} {
		if got := string(appendTag(nil, test.name, test.value)); got != test.want {
			t.Errorf("%q, %q became %q, want %q", test.name, test.value, got, test.want)
		}
	}
}

var (
	pathLine = regexp.MustCompile(`^[\w:-]+(\.[\w:-]+\.[\w:-]+)?$`)
	tagLine  = regexp.MustCompile(`^[\w:-]+(;[^;!^=\s]+=[^;~\s][^;\s]*)?$`)
)

// Whatever names and labels are, a series is one line of three fields.
func FuzzLines(f *testing.F) {
	for i, text := range hostile.Texts {
		f.Add("m"+text, "l", text, float64(i), false)
		f.Add(text, "n"+text, text, float64(i), true)
	}
	f.Add("requests_total", "code", "200", 1.0, false)
	f.Add("a b 1 2\nc", "x;y=z", "~1;z=2\ninjected 1 2", -2.5, true)
	f.Add("", "name", "\xff\u2028\u0085", 1e300, true)
	f.Fuzz(func(t *testing.T, name, label, value string, number float64, tags bool) {
		var lines []string
		w := lineWriter{add: func(line []byte) { lines = append(lines, string(line)) }}
		w.init(Config{Tags: tags})
		w.begin(1000)
		w.write(&dto.MetricFamily{Name: &name, Type: dto.MetricType_GAUGE.Enum(), Metric: gauge("", number, label, value).Metric})
		if !isFinite(number) || len(name)+len(label)+len(value) > maxLine/2 {
			return
		}
		if len(lines) != 1 {
			t.Fatalf("lines %q", lines)
		}
		fields := strings.Fields(lines[0])
		if len(fields) != 3 || lines[0] != strings.Join(fields, " ")+"\n" || fields[2] != "1" {
			t.Fatalf("line %q", lines[0])
		}
		pattern := pathLine
		if tags {
			pattern = tagLine
		}
		if !pattern.MatchString(fields[0]) || strings.ContainsAny(fields[0], ".;") != (value != "") {
			t.Errorf("name %q", fields[0])
		}
		if got, err := strconv.ParseFloat(fields[1], 64); err != nil || got != number {
			t.Errorf("value %s, want %v", fields[1], number)
		}
	})
}
