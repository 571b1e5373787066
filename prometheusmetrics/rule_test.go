package prometheusmetrics

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics"
)

func compileForTest(t testing.TB, rules ...Rule) []*compiledRule {
	t.Helper()
	compiled, err := compileRules(rules)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func TestInvalidRules(t *testing.T) {
	for name, test := range map[string]struct {
		rule Rule
		want string // in the error
	}{
		"no match":                   {Rule{Name: "a"}, "match is empty"},
		"opening brace":              {Rule{Match: "a{b"}, "opening brace without a closing one"},
		"closing brace":              {Rule{Match: "a}b"}, "closing brace without an opening one"},
		"braces the wrong way round": {Rule{Match: "a}b{c"}, "closing brace without an opening one"},
		"closed twice":               {Rule{Match: "{a}}"}, "closing brace without an opening one"},
		"opened twice":               {Rule{Match: "{{a}"}, "{{a} is not the name of a capture"},
		"capture without name":       {Rule{Match: "a{}"}, "{} is not the name of a capture"},
		"capture that is no word":    {Rule{Match: "{a-b}"}, "{a-b} is not the name of a capture"},
		"capture with a digit first": {Rule{Match: "{1st}"}, "{1st} is not the name of a capture"},
		"capture twice":              {Rule{Match: "{a}-{a}"}, "capture {a} is used twice"},
		"match is no UTF-8":          {Rule{Match: "a\xffb"}, "UTF-8"},
		"brace in name":              {Rule{Match: "{a}", Name: "{a"}, "opening brace without a closing one"},
		"unknown capture in name":    {Rule{Match: "{a}", Name: "{b}"}, "capture {b} is not in match"},
		"brace in label": {Rule{Match: "{a}", Labels: map[string]string{"l": "a}"}},
			"closing brace without an opening one"},
		"unknown capture in label": {Rule{Match: "a", Labels: map[string]string{"l": "{b}"}}, `label l="{b}"`},
		"label without name": {Rule{Match: "a", Labels: map[string]string{"": "x"}},
			`"" can't be the name of a label`},
		"label with a dash":        {Rule{Match: "a", Labels: map[string]string{"a-b": "x"}}, `"a-b" can't be`},
		"label with a colon":       {Rule{Match: "a", Labels: map[string]string{"a:b": "x"}}, `"a:b" can't be`},
		"label with a digit first": {Rule{Match: "a", Labels: map[string]string{"1a": "x"}}, `"1a" can't be`},
		"reserved label":           {Rule{Match: "a", Labels: map[string]string{"__name__": "x"}}, `"__name__" can't be`},
		"capture as label name":    {Rule{Match: "{a}", Labels: map[string]string{"{a}": "x"}}, `"{a}" can't be`},
		"scale that is no number":  {Rule{Match: "a", Scale: math.NaN()}, "scale NaN"},
		"scale without bounds":     {Rule{Match: "a", Scale: math.Inf(-1)}, "scale -Inf"},
		"unknown kind":             {Rule{Match: "a", Kind: 9}, "no kind 9"},
		"invalid though dropped":   {Rule{Match: "a{", Drop: true}, "opening brace"},
	} {
		rules := []Rule{{Match: "fine"}, test.rule}
		_, err := NewWithConfig(Config{Rules: rules, Detached: true}, nil)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if text := err.Error(); !strings.Contains(text, test.want) || !strings.Contains(text, "rule 1 ") {
			t.Errorf("%s: error is %q, want %q and the rule's number in it", name, err, test.want)
		}
	}
}

// Each rule names itself by what it gives the label rule.
func TestRuleMatch(t *testing.T) {
	rule := func(match, label string) Rule {
		return Rule{Match: match, Labels: map[string]string{"rule": label}}
	}
	for _, test := range []struct {
		what  string
		rules []Rule
		name  string
		want  string
	}{
		{"whole name", []Rule{rule("a", "1")}, "a", "1"},
		{"not the beginning", []Rule{rule("a", "1")}, "ab", ""},
		{"not the end", []Rule{rule("b", "1")}, "ab", ""},
		{"not a line of it", []Rule{rule("a", "1")}, "a\nb", ""},
		{"nor with a line end", []Rule{rule("a", "1")}, "a\n", ""},
		{"case counts", []Rule{rule("a", "1")}, "A", ""},
		{"no capture of nothing", []Rule{rule("a{x}", "1")}, "a", ""},
		{"one character", []Rule{rule("a{x}", "{x}")}, "ab", "b"},
		{"many characters", []Rule{rule("a{x}", "{x}")}, "a b.c-d/e\n", " b.c-d/e\n"},
		{"as few as possible", []Rule{rule("{x}-{y}", "{x}|{y}")}, "a-b-c", "a|b-c"},
		{"but as many as needed", []Rule{rule("{x}-for-{y}-1", "{x}|{y}")}, "a-for-b-for-c-1", "a|b-for-c"},
		{"captures side by side", []Rule{rule("{x}{y}", "{x}|{y}")}, "abc", "a|bc"},
		{"the same text twice", []Rule{rule("{x}--{y}", "{x}|{y}")}, "----", "-|-"},
		{"characters, not bytes", []Rule{rule("{x}{y}", "{x}|{y}")}, "äö", "ä|ö"},
		{"invalid UTF-8", []Rule{rule("a{x}b", "{x}")}, "a\xffb", "\xff"},
		{"signs of expressions", []Rule{rule(`.*+?()[]^$|\d{x}`, "{x}")}, `.*+?()[]^$|\d7`, "7"},
		{"a point is a point", []Rule{rule("a.b", "1")}, "axb", ""},
		{"first match wins", []Rule{rule("a{x}", "1"), rule("ab", "2")}, "ab", "1"},
		{"the next one if not", []Rule{rule("c", "1"), rule("a{x}", "2"), rule("{x}", "3")}, "ab", "2"},
		{"captured braces", []Rule{rule("a{x}", "{x}")}, "a{x}{y}", "{x}{y}"},
		{"captured dollars", []Rule{rule("a{x}", "{x}")}, "a$1${x}", "$1${x}"},
		{"used twice", []Rule{rule("a{x}", "{x}{x}")}, "ab", "bb"},
		{"with text around", []Rule{rule("a{x}", "<{x}>")}, "ab", "<b>"},
		{"no capture used", []Rule{rule("a{x}", "")}, "ab", ""},
		{"empty name", []Rule{rule("{x}", "1")}, "", ""},
	} {
		if got := ruleFor(compileForTest(t, test.rules...), test.name).Labels["rule"]; got != test.want {
			t.Errorf("%s: %q gets %q, want %q", test.what, test.name, got, test.want)
		}
	}
}

// ruled shows one of each kind, called c, g, m, h, t and k (for check), after
// the rules.
func ruled(t *testing.T, layout Layout, rules ...Rule) (samples map[string]string, text string, reasons []string) {
	t.Helper()
	d, source, registry, log := newTestDriver(t, Config{Layout: layout, DurationUnit: time.Second, Rules: rules,
		Percentiles: []float64{0.5}})
	metrics.GetOrRegisterCounter("c", source, metrics.Labels{"own": "1"}).Inc(2)
	metrics.GetOrRegisterGauge("g", source).Update(2000)
	metrics.GetOrRegisterMeter("m", source).Mark(2)
	metrics.GetOrRegisterHistogram("h", source, nil).Update(2000)
	metrics.GetOrRegisterTimer("t", source).Update(2 * time.Second)
	source.Register("k", metrics.NewHealthcheck(func(metrics.Healthcheck) {}))
	once(t, d)
	text = expose(t, registry)
	return figures(text), text, log.reasons()
}

func TestRuleEffects(t *testing.T) {
	for _, test := range []struct {
		what   string
		layout Layout
		rule   Rule
		want   map[string]string // sample and value; "" for none
	}{
		{"name", LayoutGauges, Rule{Match: "{x}", Name: "the.{x}"},
			map[string]string{`the_g_gauge`: "2000", `the_c_count{own="1"}`: "2", "g_gauge": ""}},
		{"name stays", LayoutGauges, Rule{Match: "g"}, map[string]string{"g_gauge": "2000"}},
		{"labels beside the metric's own", LayoutGauges, Rule{Match: "{x}", Labels: map[string]string{"name": "{x}"}},
			map[string]string{`g_gauge{name="g"}`: "2000", `c_count{name="c",own="1"}`: "2"}},
		{"a label with an empty value is none", LayoutGauges, Rule{Match: "g", Labels: map[string]string{"name": ""}},
			map[string]string{`g_gauge`: "2000"}},
		{"scale of a gauge", LayoutGauges, Rule{Match: "g", Scale: 0.25}, map[string]string{"g_gauge": "500"}},
		{"no scale of a counter", LayoutGauges, Rule{Match: "c", Scale: 0.25}, map[string]string{`c_count{own="1"}`: "2"}},
		{"no scale of a meter", LayoutTyped, Rule{Match: "m", Scale: 0.25}, map[string]string{"m_total": "2"}},
		{"scale of a histogram", LayoutGauges, Rule{Match: "h", Scale: 0.25},
			map[string]string{"h_count": "1", "h_mean": "500", "h_sum": "500", "h_median": "500", "h_max": "500"}},
		{"scale of a histogram, typed", LayoutTyped, Rule{Match: "h", Scale: 0.25},
			map[string]string{"h_count": "1", "h_sum": "500", `h{quantile="0.5"}`: "500"}},
		{"scale on top of a timer's unit", LayoutGauges, Rule{Match: "t", Scale: 0.25},
			map[string]string{"t_count": "1", "t_mean": "0.5", "t_sum": "0.5"}},
		{"no scale of a health check", LayoutGauges, Rule{Match: "k", Scale: 0.25}, map[string]string{"k_healthy": "1"}},
		{"scale without rounding", LayoutGauges, Rule{Match: "g", Scale: 0.0001}, map[string]string{"g_gauge": "0.2"}},
		{"negative scale", LayoutGauges, Rule{Match: "g", Scale: -1}, map[string]string{"g_gauge": "-2000"}},
		{"counter as gauge", LayoutGauges, Rule{Match: "c", Kind: AsGauge, Scale: 2},
			map[string]string{`c_gauge{own="1"}`: "4", `c_count{own="1"}`: ""}},
		{"counter as gauge, typed", LayoutTyped, Rule{Match: "c", Kind: AsGauge},
			map[string]string{`c{own="1"}`: "2", `c_total{own="1"}`: ""}},
		{"gauge as counter", LayoutTyped, Rule{Match: "g", Kind: AsCounter, Scale: 2},
			map[string]string{"g_total": "2000", "g": ""}},
		{"meter as counter", LayoutGauges, Rule{Match: "m", Kind: AsCounter},
			map[string]string{"m_count": "2", "m_rate_1min": ""}},
		{"meter as gauge", LayoutTyped, Rule{Match: "m", Kind: AsGauge}, map[string]string{"m": "2", "m_total": ""}},
		{"a histogram stays one", LayoutTyped, Rule{Match: "h", Kind: AsGauge}, map[string]string{"h_count": "1"}},
		{"a health check stays one", LayoutTyped, Rule{Match: "k", Kind: AsCounter}, map[string]string{"k_healthy": "1"}},
		{"unit", LayoutTyped, Rule{Match: "h", Unit: "bytes"}, map[string]string{"h_bytes_count": "1", "h_count": ""}},
		{"unit that the name has", LayoutTyped, Rule{Match: "h", Name: "h_bytes", Unit: "bytes"},
			map[string]string{"h_bytes_count": "1"}},
		{"unit of a meter", LayoutTyped, Rule{Match: "m", Unit: "bytes"}, map[string]string{"m_bytes_total": "2"}},
		{"no unit in a gauge's name", LayoutGauges, Rule{Match: "g", Unit: "bytes"}, map[string]string{"g_gauge": "2000"}},
		{"drop", LayoutTyped, Rule{Match: "h", Drop: true}, map[string]string{"h_count": "", "m_total": "2"}},
	} {
		samples, _, reasons := ruled(t, test.layout, test.rule)
		for sample, want := range test.want {
			if got := samples[sample]; got != want {
				t.Errorf("%s: %s is %q, want %q", test.what, sample, got, want)
			}
		}
		if len(reasons) > 0 {
			t.Errorf("%s: %v", test.what, reasons)
		}
	}
}

func TestRuleHelp(t *testing.T) {
	rule := Rule{Match: "h", Help: "Size of answers.", Unit: "bytes"}
	for layout, want := range map[Layout]string{
		LayoutGauges: "# HELP h_mean Size of answers: mean of the recent sample, in bytes\n",
		LayoutTyped:  "# HELP h_bytes Size of answers.\n",
	} {
		if _, text, _ := ruled(t, layout, rule); !strings.Contains(text, want) {
			t.Errorf("%v: want %q in\n%s", layout, want, text)
		}
	}
}

// What a rule gives may clash like anything else, and costs one metric.
func TestRuleClashes(t *testing.T) {
	for what, test := range map[string]struct {
		rule Rule
		want string
	}{
		"the metric has the label": {Rule{Match: "c", Labels: map[string]string{"own": "2"}}, "c: label"},
		"quantile in a summary":    {Rule{Match: "h", Labels: map[string]string{"quantile": "2"}}, "h: label"},
		"name of another":          {Rule{Match: "g", Name: "t_seconds"}, "t: duplicate"},
	} {
		samples, _, reasons := ruled(t, LayoutTyped, test.rule)
		if len(reasons) != 1 || reasons[0] != test.want {
			t.Errorf("%s: reported %v, want %s", what, reasons, test.want)
		}
		if samples["m_total"] != "2" {
			t.Errorf("%s: others are lost: %v", what, samples)
		}
	}
}

// scripted is a source of metrics that are there at once.
type scripted map[string]any

func (s scripted) Each(f func(string, any)) {
	for name, metric := range s {
		f(name, metric)
	}
}

// FuzzRules checks that no rule makes the driver panic, and that what comes of a
// rule and a name is valid exposition in every format, whatever they are.
func FuzzRules(f *testing.F) {
	for _, rule := range SaramaRules()[:4] {
		f.Add(rule.Match, rule.Name, "broker", "{broker}", rule.Unit, rule.Help, rule.Scale, uint8(rule.Kind),
			"request-rate-for-broker-1")
	}
	f.Add("{a}{b}", "{b}:{a}", "quantile", "{a}\n\"", "by/tes", "a\xffb\n", -0.5, uint8(2), "\xff\u2028\x00")
	f.Add("a{b}", "", "le", "x", "total", "", 1e300, uint8(1), "a_total")
	f.Add("{a}", "{a}", "l", "", "seconds", "", 0.0, uint8(0), "1{}")
	f.Fuzz(func(t *testing.T, match, name, label, value, unit, help string, scale float64, kind uint8, metric string) {
		rule := Rule{Match: match, Name: name, Labels: map[string]string{label: value}, Unit: unit, Help: help,
			Scale: scale, Kind: Kind(kind)}
		if _, err := compileRules([]Rule{rule}); err != nil {
			return
		}
		counter, timer := metrics.NewCounter(metrics.Labels{"own": "1"}), metrics.NewTimer()
		counter.Inc(1)
		timer.Update(time.Second)
		histogram := metrics.NewHistogram(nil)
		histogram.Update(1)
		for _, source := range []scripted{
			{metric: counter, "c": metrics.NewMeter()},
			{metric: timer, "c": counter},
			{metric: histogram, "h": metrics.NewGauge()},
		} {
			for _, layout := range []Layout{LayoutGauges, LayoutTyped} {
				d, err := NewWithConfig(Config{
					Registry: source, Layout: layout, Rules: []Rule{rule}, Detached: true,
					FlushInterval: time.Hour, OnError: func(error) {}, Percentiles: []float64{0.5},
				}, nil)
				if err != nil {
					t.Fatal(err)
				}
				d.Once()
				families, _ := d.Gather()
				if len(families) == 0 && metric != "" {
					t.Errorf("nothing is exposed")
				}
				checkExposition(t, families)
			}
		}
	})
}

// checkExposition encodes families in every format and reads the text again.
func checkExposition(t *testing.T, families []*dto.MetricFamily) {
	t.Helper()
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Errorf("text: %v", err)
		}
		if _, err := expfmt.MetricFamilyToOpenMetrics(&bytes.Buffer{}, family, expfmt.WithCreatedLines()); err != nil {
			t.Errorf("OpenMetrics: %v", err)
		}
		if _, err := proto.Marshal(family); err != nil {
			t.Errorf("protobuf: %v", err)
		}
		if !utf8.ValidString(family.GetHelp()) || !utf8.ValidString(family.GetUnit()) {
			t.Errorf("help %q or unit %q is no text", family.GetHelp(), family.GetUnit())
		}
		if !model.LegacyValidation.IsValidMetricName(family.GetName()) {
			t.Errorf("name %q is not valid", family.GetName())
		}
		for _, metric := range family.Metric {
			for i, pair := range metric.Label {
				if !model.LegacyValidation.IsValidLabelName(pair.GetName()) || !model.LabelValue(pair.GetValue()).IsValid() {
					t.Errorf("label %q=%q is not valid", pair.GetName(), pair.GetValue())
				}
				if i > 0 && pair.GetName() <= metric.Label[i-1].GetName() {
					t.Errorf("labels are not in order: %v", metric.Label)
				}
			}
		}
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	if _, err := parser.TextToMetricFamilies(&text); err != nil {
		t.Errorf("reading it again: %v", err)
	}
}
