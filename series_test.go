package metrics

import (
	"fmt"
	"strings"
	"testing"
)

func TestHashName(t *testing.T) {
	long := strings.Repeat("long ", 100)
	for _, name := range []string{"", "a", "requests", long} {
		for cut := range len(name) + 1 {
			if hashName(name[:cut], name[cut:]) != hashName("", name) {
				t.Fatalf("hash of %.20q depends on the cut at %d", name, cut)
			}
			f := family{name: name}
			if !f.hasName(name[:cut], name[cut:]) {
				t.Fatalf("%.20q doesn't have its name when cut at %d", name, cut)
			}
		}
	}
	f := family{name: "abc"}
	for _, other := range [][2]string{{"", ""}, {"ab", ""}, {"", "abcd"}, {"ab", "d"}, {"xb", "c"}, {"abcd", ""}} {
		if f.hasName(other[0], other[1]) {
			t.Errorf("abc has the name %q", other)
		}
	}
}

func TestSeriesString(t *testing.T) {
	s := &series{family: &family{name: "requests"}, labels: newLabelSet(Labels{"method": "GET", "code": "200"})}
	if got, want := fmt.Sprint(s), `requests{code="200",method="GET"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
