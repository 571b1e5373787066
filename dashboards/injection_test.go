package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// hostile are texts that try to be more than text.
var hostile = []string{
	// What ends a line, a quotation or a document.
	"\n", "a\nb", "a\r\nb", "a\x00b", "a\tb", `a"b`, `a'b`, "a`b", `a\`, `a\"`, `\`, " ", "", "\u0085", "a\u2028b", "\xff",
	strings.Repeat("\n", 500), strings.Repeat("long ", 1000),
	// In YAML.
	"- injected: 1", "x: !!injected", "|", ">", "|\n  injected: 1", "---", "...", "# injected", "&a", "*a", "@x", "{", "[", "null",
	"x\n- record: injected\n  expr: vector(1)\n",
	// In templates, variables, pages and Markdown.
	"{{ .Injected }}", "{{", "}}", "$__interval", "${injected}", "</script><script>injected()</script>", "<img src=x>", "<!--",
	"# injected\n", "[x](http://injected.test)", "| a | b |", "```", "\n\n    injected\n",
	// In PromQL.
	`x"} or injected{l="`, `.+|injected`, `x\.y`, `") or vector(1) #`,
	// What terminals do.
	"\x1b[2J\x1b]0;injected\x07", "\u202egnp.exe", "\ufeffa",
}

// withText has metrics of each type whose help texts, label values and units are a text.
func withText(text string) []*dto.MetricFamily {
	value, count, bound := 1.0, uint64(1), 0.5
	label := []*dto.LabelPair{{Name: new("l"), Value: &text}}
	family := func(name string, typ dto.MetricType, metric *dto.Metric) *dto.MetricFamily {
		metric.Label = label
		return &dto.MetricFamily{Name: &name, Help: &text, Unit: &text, Type: &typ, Metric: []*dto.Metric{metric}}
	}
	return []*dto.MetricFamily{
		family("shop_balance", dto.MetricType_GAUGE, &dto.Metric{Gauge: &dto.Gauge{Value: &value}}),
		family("shop_db_healthy", dto.MetricType_GAUGE, &dto.Metric{Gauge: &dto.Gauge{Value: &value}}),
		family("shop_orders_total", dto.MetricType_COUNTER, &dto.Metric{Counter: &dto.Counter{Value: &value}}),
		family("shop_payment_seconds", dto.MetricType_HISTOGRAM, &dto.Metric{Histogram: &dto.Histogram{
			SampleCount: &count, SampleSum: &value, Bucket: []*dto.Bucket{{UpperBound: &bound, CumulativeCount: &count}},
		}}),
	}
}

// partsOf returns what the files of a dashboard are made of, without the texts: the dashboard's
// keys, and how the lines of the others begin.
func partsOf(t *testing.T, families []*dto.MetricFamily, title string) (keys, lines []string) {
	t.Helper()
	m, err := New(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil }), Config{Title: title, Job: "j" + title, UID: "shop"})
	if err != nil {
		t.Fatalf("%q: %v", title, err)
	}
	var grafana, others bytes.Buffer
	if err := m.WriteDashboard(&grafana); err != nil {
		t.Fatal(err)
	}
	var dashboard any
	if err := json.Unmarshal(grafana.Bytes(), &dashboard); err != nil {
		t.Errorf("%q: %v", title, err)
	}
	if err := m.WriteRules(&others, &others); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteRuleTests(&others); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteReadme(&others); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(others.String()) {
		lines = append(lines, lineStart.FindString(line))
	}
	return keysOf(dashboard, ""), lines
}

var lineStart = regexp.MustCompile(`^\s*(- |\||#+ |\w+:)?`)

// keysOf lists all keys of a JSON value with their paths.
func keysOf(value any, path string) (keys []string) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			keys = append(append(keys, path+"/"+key), keysOf(inner, path+"/"+key)...)
		}
	case []any:
		for i, inner := range v {
			keys = append(keys, keysOf(inner, fmt.Sprint(path, "/", i))...)
		}
	}
	slices.Sort(keys)
	return keys
}

// TestInjection: whatever help texts, label values, units and titles are, a dashboard, the
// rules, their tests and the README have the parts that they have with harmless ones.
func TestInjection(t *testing.T) {
	keys, lines := partsOf(t, withText("harmless"), "harmless")
	for _, text := range hostile {
		gotKeys, gotLines := partsOf(t, withText(text), text)
		if !slices.Equal(gotKeys, keys) {
			t.Errorf("%.60q: the dashboard has %d keys, want %d", text, len(gotKeys), len(keys))
		}
		if !slices.Equal(gotLines, lines) {
			i := 0
			for i < min(len(lines), len(gotLines)) && lines[i] == gotLines[i] {
				i++
			}
			t.Errorf("%.60q: %d lines, want %d; the first that differs is number %d", text, len(gotLines), len(lines), i+1)
		}
	}
}
