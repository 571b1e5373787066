package metrics

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"unicode/utf8"
)

// awkward are series whose keys are easily taken for each other.
var awkward = []struct {
	name   string
	labels Labels
	key    string // in GetAll, and in JSON unless another is given
	json   string
}{
	{name: `x{a="b"}`, key: `x{a="b"}`},
	{name: "x", labels: Labels{"a": "b"}, key: `"x"{a="b"}`},
	{name: "y", labels: Labels{"a": "1", "b": "2"}, key: `y{a="1",b="2"}`},
	{name: "y", labels: Labels{`a="1",b`: "2"}, key: `y{"a=\"1\",b"="2"}`},
	{name: "z", labels: Labels{"a": `1",b="2`}, key: `z{a="1\",b=\"2"}`},
	{name: "z", labels: Labels{"a": "1", "b": "2"}, key: `z{a="1",b="2"}`},
	{name: "n\xff", key: "n\xff", json: `n\xff`},
	{name: "n\xfe", key: "n\xfe", json: `n\xfe`},
	{name: `n\xfe`, key: `n\xfe`},
	{name: "n\xfe\xfe", key: "n\xfe\xfe", json: `n\xfe\xfe`},
	{name: "n\ufffd", key: "n\ufffd"},
	{name: "n", labels: Labels{"\xff": "1"}, key: `n{"\xff"="1"}`},
	{name: "n", labels: Labels{"\xfe": "1"}, key: `n{"\xfe"="1"}`},
	{name: "n", labels: Labels{"ok": "\xfe"}, key: `n{ok="\xfe"}`},
	{name: "n", labels: Labels{"": "1"}, key: `n{""="1"}`},
	{name: `"x"{a="b"}`, key: `"x"{a="b"}`},
}

func TestKeysAreDistinct(t *testing.T) {
	for _, backwards := range []bool{false, true} {
		r := NewRegistry()
		order := slices.Clone(awkward[:len(awkward)-1])
		if backwards {
			slices.Reverse(order)
		}
		for i, s := range order {
			GetOrRegisterGauge(s.name, r, s.labels).Update(int64(i))
		}
		all := r.GetAll()
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var decoded map[string]map[string]any
		if err := json.Unmarshal(data, &decoded); err != nil {
			t.Fatal(err)
		}
		if len(all) != len(order) || len(decoded) != len(order) {
			t.Errorf("%d keys, %d in JSON, want %d:\n%q\n%q", len(all), len(decoded), len(order),
				slices.Sorted(maps.Keys(all)), slices.Sorted(maps.Keys(decoded)))
		}
		for i, s := range order {
			if s.json == "" {
				s.json = s.key
			}
			if s.name == "n\xfe" {
				s.json = `"n\\xfe"` // there is one of that name
			}
			if got := fmt.Sprint(all[s.key]["value"], decoded[s.json]["value"]); got != fmt.Sprint(i, i) {
				t.Errorf("%q %v: %s under %q and %q, want %d", s.name, s.labels, got, s.key, s.json, i)
			}
		}
	}
}

func FuzzKeys(f *testing.F) {
	for _, s := range awkward {
		for name, value := range s.labels {
			f.Add(s.name, name, value, `x{a="b"}`, "a", "b")
		}
	}
	f.Fuzz(func(t *testing.T, name1, label1, value1, name2, label2, value2 string) {
		series := [][2]any{
			{name1, Labels{label1: value1}}, {name2, Labels{label2: value2}}, {name1, Labels(nil)}, {name2, Labels(nil)},
			{name1, Labels{label1: value1, label2: value2}}, {name1 + newLabelSet(Labels{label1: value1}).String(), Labels(nil)}}
		r := NewRegistry()
		for _, s := range series {
			GetOrRegisterCounter(s[0].(string), r, s[1].(Labels))
		}
		want := len(listing(r))
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var decoded map[string]any
		if err := json.Unmarshal(data, &decoded); err != nil {
			t.Fatal(err)
		}
		if got := len(r.GetAll()); got != want || len(decoded) != want {
			t.Errorf("%d series have %d keys, and %d in JSON", want, got, len(decoded))
		}
		for key := range decoded {
			if !utf8.ValidString(key) {
				t.Errorf("key %q", key)
			}
		}
	})
}
