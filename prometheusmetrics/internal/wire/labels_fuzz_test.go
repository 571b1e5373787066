package wire

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// FuzzLabels makes labels of texts, which are had again as they were, are what a decoder
// of protobuf reads, and are ordered as lists of values are.
func FuzzLabels(f *testing.F) {
	f.Add("", "")
	f.Add("a\x001", "a\x001\x00b\x00")
	f.Add("le\x00"+strings.Repeat("1", 1<<7), "le\x00"+strings.Repeat("1", 1<<14))
	f.Add("größe\x00\"\\\n\x00b\x002", "\xff\x00\xff")
	f.Add(strings.Repeat("n", 125)+"\x00", strings.Repeat("n", 126)+"\x00v")
	f.Fuzz(func(t *testing.T, a, b string) {
		pairsOfA, pairsOfB := pairsOf(a), pairsOf(b)
		labelsOfA, labelsOfB := NewLabels(pairsOfA...), NewLabels(pairsOfB...)
		checkLabels(t, labelsOfA, pairsOfA)
		want := cmp.Or(cmp.Compare(len(pairsOfA), len(pairsOfB)), slices.Compare(valuesOf(pairsOfA), valuesOf(pairsOfB)))
		if got, back := labelsOfA.Compare(labelsOfB), labelsOfB.Compare(labelsOfA); got != want || back != -want {
			t.Errorf("%q compared with %q is %d, and back %d, want %d", pairsOfA, pairsOfB, got, back, want)
		}
		if same := slices.Equal(pairsOfA, pairsOfB); same != (labelsOfA == labelsOfB) {
			t.Errorf("%q and %q are rendered alike", pairsOfA, pairsOfB)
		}
	})
}

func checkLabels(t *testing.T, labels Labels, pairs []string) {
	var got []string
	for name, value := range labels.All() {
		got = append(got, name, value)
	}
	if !slices.Equal(got, pairs) || labels.Len() != len(pairs)/2 {
		t.Errorf("%d labels are %q, want %q", labels.Len(), got, pairs)
	}
	text, fields := labels.split()
	var metric dto.Metric
	if err := proto.Unmarshal([]byte(fields), &metric); err != nil {
		t.Errorf("%q is no protobuf: %v", pairs, err)
	}
	got = got[:0]
	for _, pair := range metric.Label {
		got = append(got, pair.GetName(), pair.GetValue())
	}
	if !slices.Equal(got, pairs) || text != string(appendLabels(nil, metric.Label)) {
		t.Errorf("%q is %q, and as text %q", pairs, got, text)
	}
}

// pairsOf splits a text into names and values.
func pairsOf(text string) []string {
	pairs := strings.Split(text, "\x00")
	return pairs[:len(pairs)/2*2]
}

func valuesOf(pairs []string) (values []string) {
	for i := 1; i < len(pairs); i += 2 {
		values = append(values, pairs[i])
	}
	return values
}
