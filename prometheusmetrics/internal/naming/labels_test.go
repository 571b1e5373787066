package naming_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
)

func TestLabels(t *testing.T) {
	for _, test := range []struct {
		name, value string
		want        naming.Label
		err         string // in the error; empty for none
	}{
		{"code", "200", naming.Label{Name: "code", Value: "200"}, ""},
		{"http.status", "200", naming.Label{Name: "http_status", Value: "200"}, ""},
		{"a:b", "x", naming.Label{Name: "a_b", Value: "x"}, ""},
		{"1st", "x", naming.Label{Name: "_1st", Value: "x"}, ""},
		{"v", "line\nand \"quote\"", naming.Label{Name: "v", Value: "line\nand \"quote\""}, ""},
		{"v", "a\xffb", naming.Label{Name: "v", Value: "a\uFFFDb"}, ""},
		{"__name__", "x", naming.Label{}, `label name "__name__" is reserved`},
		{"--x", "x", naming.Label{}, `label name "--x" is reserved`},
		{"", "x", naming.Label{}, "a label has no name"},
	} {
		got, err := naming.Labels(map[string]string{test.name: test.value})
		switch {
		case test.err != "":
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("label %q: error %v, want %q in it", test.name, err, test.err)
			}
		case err != nil || len(got) != 1 || got[0] != test.want:
			t.Errorf("label %q=%q became %q, %v", test.name, test.value, got, err)
		}
	}
	if got, err := naming.Labels(map[string]string{"empty": "", "__name__": ""}); len(got) != 0 || err != nil {
		t.Errorf("labels with empty values became %v, %v", got, err)
	}
}

func TestSort(t *testing.T) {
	labels := []naming.Label{{Name: "b", Value: "1"}, {Name: "a", Value: "2"}, {Name: "c", Value: "3"}}
	want := []naming.Label{{Name: "a", Value: "2"}, {Name: "b", Value: "1"}, {Name: "c", Value: "3"}}
	if err := naming.Sort(labels); err != nil || !slices.Equal(labels, want) {
		t.Errorf("sorted %v, %v", labels, err)
	}
	duplicate := append(labels, naming.Label{Name: "b", Value: "1"})
	if err := naming.Sort(duplicate); err == nil || err.Error() != `duplicate label "b"` {
		t.Errorf("error is %v", err)
	}
}

// Values and names that look like the punctuation of others don't make one
// series of two.
func TestSeriesIsUnambiguous(t *testing.T) {
	seen := make(map[string][]naming.Label)
	for _, labels := range [][]naming.Label{
		nil,
		{{Name: "a", Value: "1"}},
		{{Name: "a", Value: `1",b="2`}},
		{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}},
		{{Name: "a", Value: `1\`}, {Name: "b", Value: "2"}},
		{{Name: "a", Value: "\n"}},
		{{Name: "a", Value: `\n`}},
		{{Name: "a", Value: "}"}},
	} {
		series := naming.Series("f", labels)
		if other, taken := seen[series]; taken {
			t.Errorf("%v and %v are both written %s", labels, other, series)
		}
		seen[series] = labels
	}
	if got := naming.Series("f", []naming.Label{{Name: "a", Value: `x"y`}}); got != `f{a="x\"y"}` {
		t.Errorf("written %s", got)
	}
}

func TestPairs(t *testing.T) {
	labels := map[string]string{"b": "2", "a b": "", "c": "3"}
	pairs := naming.PairsOf(labels)
	want := naming.Pairs{{Name: "a b", Value: ""}, {Name: "b", Value: "2"}, {Name: "c", Value: "3"}}
	if !slices.Equal(pairs, want) {
		t.Errorf("pairs are %v, want %v", pairs, want)
	}
	labels["b"] = "4"
	if got := pairs.Map(); !maps.Equal(got, map[string]string{"b": "2", "a b": "", "c": "3"}) {
		t.Errorf("as a map they are %v", got)
	}
	if naming.PairsOf(map[string]string{}) != nil || naming.Pairs(nil).Map() != nil {
		t.Error("no labels are something")
	}
	for name := range pairs.All() {
		if name != "a b" {
			t.Errorf("%q comes first, or after the end", name)
		}
		break
	}
}
