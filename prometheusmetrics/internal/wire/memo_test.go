package wire

import (
	"math"
	"testing"
)

// TestMemo goes through lists that share a beginning, or none, and are of other
// lengths.
func TestMemo(t *testing.T) {
	var m memo
	for _, list := range [][]float64{
		{0.5, 0.9}, {0.5, 0.9, 0.99}, {0.5}, {0.5, 0.95, 0.99}, {math.NaN(), math.Inf(1)}, {0}, {math.Copysign(0, -1)}, {1e6, 2},
	} {
		for i, number := range list {
			if got, want := string(m.text(i, number, false)), string(appendFloat(nil, number, false)); got != want {
				t.Errorf("number %d of %v is written as %s, want %s", i, list, got, want)
			}
		}
	}
	list := []float64{0.001, 0.0025, 0.005, 0.01}
	if n := testing.AllocsPerRun(100, func() {
		for i, number := range list {
			m.text(i, number, false)
		}
	}); n > 0 {
		t.Errorf("%v allocations for a list that is known", n)
	}
}
