package prometheusmetrics

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/common/model"
)

func TestFullName(t *testing.T) {
	for _, test := range []struct {
		parts []string
		want  string
	}{
		{[]string{"namespace", "subsystem", "name"}, "namespace_subsystem_name"},
		{[]string{"", "", "name"}, "name"},
		{[]string{"namespace", "", "name"}, "namespace_name"},
		{[]string{"", "", ""}, ""},
		{[]string{"n", "s", ""}, "n_s"},
		{[]string{"", "", "request-rate.for broker/1"}, "request_rate_for_broker_1"},
		{[]string{"", "", "job:errors:rate"}, "job:errors:rate"},
		{[]string{"", "", "5xx"}, "_5xx"},
		{[]string{"2nd", "", "5xx"}, "_2nd_5xx"},
		{[]string{"", "", "größe"}, "gr__e"},
		{[]string{"", "", "a\xff\xfeb"}, "a__b"},
		{[]string{"", "", "\x00\n\""}, "___"},
		{[]string{"", "", strings.Repeat("x", 10000)}, strings.Repeat("x", 10000)},
	} {
		if got := fullName(test.parts...); got != test.want {
			t.Errorf("fullName(%q) = %q, want %q", test.parts, got, test.want)
		}
	}
}

func TestSanitizeLabels(t *testing.T) {
	for _, test := range []struct {
		name, value string
		want        label
		bad         bool
	}{
		{"code", "200", label{"code", "200"}, false},
		{"http.status", "200", label{"http_status", "200"}, false},
		{"a:b", "x", label{"a_b", "x"}, false},
		{"1st", "x", label{"_1st", "x"}, false},
		{"v", "line\nand \"quote\"", label{"v", "line\nand \"quote\""}, false},
		{"v", "a\xffb", label{"v", "a\uFFFDb"}, false},
		{"__name__", "x", label{}, true},
		{"--x", "x", label{}, true},
		{"", "x", label{}, true},
	} {
		got, err := sanitizeLabels(map[string]string{test.name: test.value})
		if test.bad != (err != nil) || err == nil && got[0] != test.want {
			t.Errorf("label %q=%q became %q, %v", test.name, test.value, got, err)
		}
	}
	if got, err := sanitizeLabels(map[string]string{"empty": "", "__name__": ""}); len(got) != 0 || err != nil {
		t.Errorf("labels with empty values became %v, %v", got, err)
	}
}

func FuzzNames(f *testing.F) {
	for _, seed := range []string{"", "a", "5", "a b", "\xff", "ä:b", "__name__", "\u2028"} {
		f.Add(seed, seed, seed)
	}
	f.Fuzz(func(t *testing.T, namespace, name, value string) {
		full := fullName(namespace, "", name)
		if (full == "") != (namespace == "" && name == "") {
			t.Errorf("fullName(%q, %q) = %q", namespace, name, full)
		}
		if full != "" && !model.LegacyValidation.IsValidMetricName(full) {
			t.Errorf("%q is not valid", full)
		}
		if again := fullName(full); again != full {
			t.Errorf("%q became %q the second time", full, again)
		}
		labels, err := sanitizeLabels(map[string]string{name: value})
		if err != nil {
			return
		}
		for _, l := range labels {
			if !model.LegacyValidation.IsValidLabelName(l.name) || !utf8.ValidString(l.value) {
				t.Errorf("label %q=%q became %q=%q", name, value, l.name, l.value)
			}
		}
	})
}
