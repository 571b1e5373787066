package problem

import "testing"

func TestDescribe(t *testing.T) {
	for _, test := range []struct {
		name   string
		labels map[string]string
		want   string
	}{
		{"a.b", nil, "a.b"},
		{"", nil, `""`},
		{"a\n", nil, `"a\n"`},
		{"a", map[string]string{"y": "2", "x": `"1"`}, `a{x="\"1\"",y="2"}`},
	} {
		if got := Describe(test.name, test.labels); got != test.want {
			t.Errorf("%q %v is described as %s, want %s", test.name, test.labels, got, test.want)
		}
	}
}

func TestSame(t *testing.T) {
	a, b, c := New(Panic, "one"), New(Panic, "another"), New(Timeout, "one")
	for _, test := range []struct {
		a, b *Problem
		want bool
	}{{nil, nil, true}, {a, nil, false}, {nil, a, false}, {a, b, true}, {a, c, false}} {
		if got := Same(test.a, test.b); got != test.want {
			t.Errorf("%v and %v are the same: %v", test.a, test.b, got)
		}
	}
}
