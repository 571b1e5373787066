package unit_test

import (
	"testing"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/unit"
)

func TestScaled(t *testing.T) {
	seconds := unit.Unit{Divisor: 1e9, Factor: 1}
	for _, test := range []struct {
		unit        unit.Unit
		scale, from float64
		want        float64
	}{
		{unit.One, 0.001, 9, 0.009}, // 9*0.001 is 0.009000000000000001
		{unit.One, 1024, 3, 3072},
		{unit.One, 1, 7, 7},
		{unit.One, -1, 7, -7},
		{unit.One, 0.3, 10, 3},
		{seconds, 1, 9e6, 0.009},
		{seconds, 1000, 9e6, 9},
	} {
		if got := test.unit.Scaled(test.scale).Apply(test.from); got != test.want {
			t.Errorf("%v scaled by %v makes %v of %v, want %v", test.unit, test.scale, got, test.from, test.want)
		}
	}
}
