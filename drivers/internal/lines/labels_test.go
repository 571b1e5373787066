package lines

import (
	"math"
	"slices"
	"testing"
)

type named string

func (n named) GetName() string { return string(n) }

func TestSorted(t *testing.T) {
	in := []named{"b", "a", "c"}
	if got := Sorted(in); !slices.Equal(got, []named{"a", "b", "c"}) || in[0] != "b" {
		t.Errorf("%v of %v", got, in)
	}
	ordered := []named{"a", "b"}
	if got := Sorted(ordered); &got[0] != &ordered[0] {
		t.Error("what is in order is copied")
	}
}

func TestNumbers(t *testing.T) {
	for value, want := range map[float64]string{0.5: "0.5", 1e9: "1e+09", math.Inf(1): "+Inf"} {
		if got := FormatBound(value); got != want {
			t.Errorf("%v is written %s, want %s", value, got, want)
		}
		if IsFinite(value) == math.IsInf(value, 0) {
			t.Errorf("%v: finite is %v", value, IsFinite(value))
		}
	}
	if IsFinite(math.NaN()) {
		t.Error("NaN is finite")
	}
}
