package naming_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/common/model"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

func TestMetric(t *testing.T) {
	for _, test := range []struct {
		parts []string
		want  string
	}{
		{[]string{"namespace", "subsystem", "name"}, "namespace_subsystem_name"},
		{[]string{"", "", "name"}, "name"},
		{[]string{"namespace", "", "name"}, "namespace_name"},
		{[]string{"", "", ""}, ""},
		{nil, ""},
		{[]string{"n", "s", ""}, "n_s"},
		{[]string{"request-rate.for broker/1"}, "request_rate_for_broker_1"},
		{[]string{"job:errors:rate"}, "job:errors:rate"},
		{[]string{"", "", "5xx"}, "_5xx"},
		{[]string{"2nd", "", "5xx"}, "_2nd_5xx"},
		{[]string{"azAZ09_:"}, "azAZ09_:"},
		{[]string{"a`{@[/;"}, "a______"}, // the neighbours of what is allowed
		{[]string{"0"}, "_0"},
		{[]string{"9"}, "_9"},
		{[]string{":"}, ":"},
		{[]string{"/"}, "_"},
		{[]string{"größe"}, "gr__e"},
		{[]string{"a\xff\xfeb"}, "a__b"},
		{[]string{"\x00\n\""}, "___"},
		{[]string{strings.Repeat("x", 10000)}, strings.Repeat("x", 10000)},
	} {
		if got := naming.Metric(test.parts...); got != test.want {
			t.Errorf("Metric(%q) = %q, want %q", test.parts, got, test.want)
		}
	}
}

func TestIsLabelName(t *testing.T) {
	for name, want := range map[string]bool{
		"code": true, "_1st": true, "__name__": true, "": false, "a:b": false, "1st": false, "a b": false, "a\xff": false,
	} {
		if got := naming.IsLabelName(name); got != want {
			t.Errorf("IsLabelName(%q) = %v, want %v", name, got, want)
		}
	}
}

// What needs no change, as is usual, costs nothing.
func TestCleanNamesDoNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { naming.LabelName("code"); naming.Text("200") }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzNames(f *testing.F) {
	for _, seed := range []string{"", "a", "5", "a b", "\xff", "ä:b", "__name__", "\u2028"} {
		f.Add(seed, seed, seed)
	}
	f.Fuzz(func(t *testing.T, namespace, name, value string) {
		full := naming.Metric(namespace, "", name)
		if (full == "") != (namespace == "" && name == "") {
			t.Errorf("Metric(%q, %q) = %q", namespace, name, full)
		}
		if full != "" && !model.LegacyValidation.IsValidMetricName(full) {
			t.Errorf("%q is not valid", full)
		}
		if again := naming.Metric(full); again != full {
			t.Errorf("%q became %q the second time", full, again)
		}
		labels, err := naming.Labels(map[string]string{name: value})
		if err != nil {
			return
		}
		for _, l := range labels {
			if !model.LegacyValidation.IsValidLabelName(l.Name) || !naming.IsLabelName(l.Name) || !utf8.ValidString(l.Value) {
				t.Errorf("label %q=%q became %q=%q", name, value, l.Name, l.Value)
			}
		}
	})
}
