package wire

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

// TestLabels: what labels are made of can be had again, short and long, and rendering
// takes one allocation.
func TestLabels(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, pairs := range [][]string{
		{}, {"a", "1"}, {"a", "1", "b", "\"\\\n"}, {"größe", long}, {long, "", "z", long + long},
		{"a", strings.Repeat("y", 1<<14)},
	} {
		labels := NewLabels(pairs...)
		var got []string
		for name, value := range labels.All() {
			got = append(got, name, value)
		}
		if !slices.Equal(got, pairs) || labels.Len() != len(pairs)/2 {
			t.Errorf("%d labels are %q, want %q", labels.Len(), got, pairs)
		}
		for name := range labels.All() {
			if name != pairs[0] {
				t.Errorf("after the first name comes %q", name)
			}
			break
		}
	}
	var labels Labels
	pairs := []string{"code", "200", "method", "GET", "route", "/route/17"}
	if n := testing.AllocsPerRun(100, func() { labels = NewLabels(pairs...) }); n > 1 {
		t.Errorf("%q is rendered with %v allocations", labels, n)
	}
}

// TestCompareLabels compares as slices of values are, after their lengths.
func TestCompareLabels(t *testing.T) {
	all := [][]string{
		{}, {"1"}, {"1", "2"}, {"1", "3"}, {"10"}, {"2"}, {strings.Repeat("1", 200)}, {""}, {"", "1"}, {"ä"},
	}
	for _, a := range all {
		for _, b := range all {
			got := named("a", a).Compare(named("b", b))
			if want := cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)); got != want {
				t.Errorf("%q compared with %q is %d, want %d", a, b, got, want)
			}
		}
	}
}

// named are labels of these values.
func named(name string, values []string) Labels {
	var pairs []string
	for i, value := range values {
		pairs = append(pairs, name+string(rune('0'+i)), value)
	}
	return NewLabels(pairs...)
}
