package rewrite

import "testing"

func TestFileEdits(t *testing.T) {
	const source = "0123456789"
	type step struct {
		edits []edit
		ok    bool
	}
	for name, test := range map[string]struct {
		steps []step
		want  string
	}{
		"in any order":      {[]step{{[]edit{{8, 9, "b"}}, true}, {[]edit{{1, 2, "a"}}, true}}, "0a234567b9"},
		"the same twice":    {[]step{{[]edit{{1, 2, "a"}}, true}, {[]edit{{1, 2, "a"}}, true}}, "0a23456789"},
		"side by side":      {[]step{{[]edit{{1, 2, "a"}}, true}, {[]edit{{2, 3, "b"}}, true}}, "0ab3456789"},
		"around a part":     {[]step{{[]edit{{2, 4, "x"}}, true}, {[]edit{{2, 2, "("}, {4, 4, ")"}}, true}}, "01(x)456789"},
		"one over another":  {[]step{{[]edit{{1, 4, "a"}}, true}, {[]edit{{3, 5, "b"}, {7, 8, "c"}}, false}}, "0a456789"},
		"inside taken out":  {[]step{{[]edit{{1, 8, ""}}, true}, {[]edit{{3, 5, "b"}}, true}}, "089"},
		"taken out as well": {[]step{{[]edit{{3, 5, "b"}}, true}, {[]edit{{1, 8, ""}}, true}}, "089"},
	} {
		t.Run(name, func(t *testing.T) {
			var file fileEdits
			for _, s := range test.steps {
				if ok := file.add(s.edits); ok != s.ok {
					t.Errorf("adding %v: %t", s.edits, ok)
				}
			}
			if got := string(file.apply([]byte(source))); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	const source = "one\ntwo\nthree\nfour\n"
	r := NewResult()
	r.fix(Finding{File: "f", Message: "more"}, []edit{{3, 3, "\nmore\nmore"}})
	r.fix(Finding{File: "f", Message: "less"}, []edit{{8, 14, ""}})
	for offset, want := range map[int]int{0: 1, 4: 4, 14: 5} {
		if got := r.Line("f", []byte(source), offset); got != want {
			t.Errorf("what was at %d is on line %d, want %d", offset, got, want)
		}
	}
}
