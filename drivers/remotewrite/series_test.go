package remotewrite

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-metrics-plus/metrics/internal/hostile"
)

func pairs(texts ...string) (pairs []*dto.LabelPair) {
	for pair := range slices.Chunk(texts, 2) {
		pairs = append(pairs, &dto.LabelPair{Name: proto.String(pair[0]), Value: proto.String(pair[1])})
	}
	return pairs
}

func TestLabels(t *testing.T) {
	l := labelling{external: []label{{"instance", "i"}, {"job", "j"}}}
	for _, test := range []struct {
		name   string
		metric string
		pairs  []*dto.LabelPair
		extra  label
		want   string
		err    string
	}{
		{"sorted", "a", pairs("z", "1", "B", "2"), label{"le", "1.0"}, `a{B="2",instance="i",job="j",le="1.0",z="1"}`, ""},
		{"its own job", "a", pairs("job", "mine"), label{}, `a{instance="i",job="mine"}`, ""},
		{"an empty job is none", "a", pairs("job", ""), label{}, `a{instance="i",job="j"}`, ""},
		{"not UTF-8", "a", pairs("b", "x\xffy"), label{}, `a{b="x�y",instance="i",job="j"}`, ""},
		{"no name", "", nil, label{}, "", `invalid series {instance="i",job="j"}: the name is empty`},
		{"a label twice", "a", pairs("b", "1", "b", "2"), label{}, "", "there are two labels b"},
		{"le of its own", "a", pairs("le", "1"), label{"le", "1.0"}, "", "there are two labels le"},
		{"a label without a name", "a", pairs("", "1"), label{}, "", `the label name "" is empty`},
	} {
		labels, _, err := l.of(test.metric, test.pairs, test.extra)
		if err != nil {
			if test.err == "" || !strings.Contains(err.Error(), test.err) || !errors.Is(err, errSeries) {
				t.Errorf("%s: %v", test.name, err)
			}
		} else if got := describe(labels); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// FuzzLabels: whatever a gatherer says, the labels are what receivers expect, and two
// series have the same key only if they have the same labels.
func FuzzLabels(f *testing.F) {
	for _, text := range hostile.Texts {
		f.Add("m"+text, "l", text, "n"+text, text, "")
		f.Add(text, text, "v", "l", text, text)
	}
	f.Add("a", "b", "1", "c", "2", "b")
	f.Add("a", "job", "", "\xff", "x", "")
	f.Add("", "__name__", "b", "a\x00", "x\xffy", "é")
	f.Fuzz(func(t *testing.T, metric, name1, value1, name2, value2, external string) {
		l := labelling{external: []label{{"job", "j"}}}
		if external != "" && utf8.ValidString(external) && external > "job" {
			l.external = append(l.external, label{external, "e"})
		}
		labels, key, err := l.of(metric, pairs(name1, value1, name2, value2), label{})
		if err != nil {
			return
		}
		labels, kept := slices.Clone(labels), string(key)
		for i, o := range labels {
			switch {
			case o.name == "" || o.value == "", !utf8.ValidString(o.name + o.value):
				t.Errorf("label %q", o)
			case i > 0 && labels[i-1].name >= o.name:
				t.Errorf("not in order: %q", labels)
			}
		}
		others, key, err := l.of(metric, pairs(name2, value2, name1, value1), label{})
		if err != nil || string(key) != kept || !slices.Equal(others, labels) {
			t.Errorf("in another order: %q, %v, not %q", others, err, labels)
		}
		longer, key, err := l.of(metric, pairs(name1, value1+"x", name2, value2), label{})
		if err == nil && (string(key) == kept) != slices.Equal(longer, labels) {
			t.Errorf("%q and %q have the same key", longer, labels)
		}
	})
}
