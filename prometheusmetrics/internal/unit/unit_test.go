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

// What is a decimal fraction stays one: Sarama's milliseconds are seconds, and
// its hundredths a ratio, without digits that come of the conversion.
func TestScaleIsExact(t *testing.T) {
	one := unit.One
	for n := range 1000 {
		if got, want := one.Scaled(0.001).Apply(float64(n)), float64(n)/1000; got != want {
			t.Errorf("%d ms are %v s", n, got)
		}
		if got, want := one.Scaled(-0.01).Apply(float64(n)), -float64(n)/100; got != want {
			t.Errorf("%d hundredths are -%v", n, got)
		}
	}
	for scale, want := range map[float64]float64{1: 3, 2: 6, 0.3: 0.8999999999999999, 1e300: 3e300, 5e-324: 1.5e-323} {
		if got := one.Scaled(scale).Apply(3); got != want {
			t.Errorf("3 times %v is %v", scale, got)
		}
	}
}
