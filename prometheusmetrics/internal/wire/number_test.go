package wire

import (
	"bytes"
	"math"
	"strconv"
	"testing"
)

// FuzzFloat holds the writing of numbers against strconv, as expfmt uses it.
func FuzzFloat(f *testing.F) {
	for _, value := range []float64{0, 1, -1, 0.1, 999999, 1e6, 1e6 + 1, -1234567, 1e7, 123456e10, 1<<53 - 1, 1 << 53, 1<<53 + 2, 1e22, -1e-7, math.MaxInt64} {
		f.Add(math.Float64bits(value))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		for _, value := range []float64{math.Float64frombits(bits), float64(int64(bits)), float64(int64(bits) >> 11), float64(int64(bits) >> 40)} {
			want := strconv.FormatFloat(value, 'g', -1, 64)
			if value == 0 {
				want = "0"
			}
			if got := string(appendFloat(nil, value, false)); got != want {
				t.Errorf("text: %s, want %s", got, want)
			}
			if !bytes.ContainsAny([]byte(want), "e.N") && !math.IsInf(value, 0) {
				want += ".0"
			}
			if got := string(appendFloat(nil, value, true)); got != want {
				t.Errorf("OpenMetrics: %s, want %s", got, want)
			}
		}
	})
}
