package metrics

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestLabelSetComparisons(t *testing.T) {
	distinct := []Labels{
		{},
		{"a": "1"},
		{"a": "2"},
		{"b": "1"},
		{"1": "a"},
		{"a": "1", "b": "2"},
		{"a": "2", "b": "1"},
		{"a": "b", "1": "2"},
		{"a": "1", "b": "2", "c": "3"},
		{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6", "g": "7"},
	}
	for i, a := range distinct {
		for j, b := range distinct {
			set, other := newLabelSet(a), newLabelSet(b)
			if same := set.same(other); same != (i == j) {
				t.Errorf("%v same as %v: %t", a, b, same)
			}
			hash, count := b.hash()
			if equal := set.equals(b, count); equal != (i == j) {
				t.Errorf("%v equals %v: %t", a, b, equal)
			}
			if (set.hash() == hash) != (i == j) {
				t.Errorf("hashes of %v and %v", a, b)
			}
			checkShape(t, set, other, b, i == j)
		}
	}
}

// labelsFrom makes labels of a fuzzer's text: name, value, name, value.
func labelsFrom(text string) Labels {
	labels := Labels{}
	for pair := range slices.Chunk(strings.Split(text, ","), 2) {
		if len(pair) == 2 {
			labels[pair[0]] = pair[1]
		}
	}
	return labels
}

// FuzzLabels checks what identity of series rests on: however labels come, as
// one map or two, in any order, with or without empty values, they are one set,
// one hash and one text.
func FuzzLabels(f *testing.F) {
	f.Add("a,1,b,2", "c,3")
	f.Add("a,1,b,", "a,2")
	f.Add("code,200,method,GET", "code,GET,method,200")
	f.Add("a,\",\n,\xff", ",")
	f.Add("a,1,b,2,c,3,d,4,e,5,f,6,g,7", "")
	f.Fuzz(func(t *testing.T, first, second string) {
		a, b := labelsFrom(first), labelsFrom(second)
		set := newLabelSet(a, b)
		merged := maps.Clone(a)
		maps.Copy(merged, b)
		hash, count := merged.hash()
		if hash != set.hash() || !set.equals(merged, count) || !set.same(newLabelSet(merged)) {
			t.Errorf("%v is not %v", set, merged)
		}
		if !newLabelSet(a).with(b).same(set) {
			t.Errorf("%v with %v is not %v", a, b, set)
		}
		again := newLabelSet(set.Labels())
		if !again.same(set) || again.String() != set.String() {
			t.Errorf("%v came back as %v", set, again)
		}
		checkShape(t, set, set, set.Labels(), true)
		other := newLabelSet(b)
		if other.same(set) != (other.String() == set.String()) {
			t.Errorf("%v and %v: same %t, but not so their text", set, other, other.same(set))
		}

		r := NewRegistry()
		counter := GetOrRegisterCounter("c", r, b)
		GetOrRegisterCounter("c", r, a, b).Inc(1)
		if got, want := counter.Count() == 1, other.same(set); got != want {
			t.Errorf("%v and %v: one series %t", other, set, got)
		}
	})
}
