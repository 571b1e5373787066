package buckets

import (
	"math"
	"slices"
	"testing"
)

func TestSchemaFor(t *testing.T) {
	for relativeError, want := range map[float64]int32{
		0.05: 4, 0.0443: 4, 0.0442: 5, 0.1: 3, 0.42: 1, 1: 0, 3: -1, 15: -2, 255: -3, 65535: -4,
		1e300: -4, math.Inf(1): -4, 0.0028: 8, 0.0027: 8, 1e-300: 8,
		0: 4, -1: 4, math.Inf(-1): 4, math.NaN(): 4,
	} {
		if got := schemaFor(relativeError); got != want {
			t.Errorf("error %v: schema %v, want %v", relativeError, got, want)
		}
	}
}

func TestCleanBounds(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	negativeZero := math.Copysign(0, -1)
	for _, test := range []struct{ bounds, want []float64 }{
		{nil, nil},
		{[]float64{nan, inf, -inf}, nil},
		{[]float64{3, 1, nan, 2, 1, -inf, 3, 1}, []float64{1, 2, 3}},
		{[]float64{1, negativeZero, 0, -1}, []float64{-1, 0, 1}},
	} {
		got := cleanBounds(test.bounds)
		if !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.bounds, got, test.want)
		}
		for _, bound := range got {
			if bound == 0 && math.Signbit(bound) {
				t.Errorf("%v: -0 is left", test.bounds)
			}
		}
	}
}

func TestFloor(t *testing.T) {
	for _, test := range []struct {
		bound  float64
		unit   int64
		want   int64
		within bool
	}{
		{0.3, NanosPerSecond, 300_000_000, true}, // the float64 is a little less
		{0.1, NanosPerSecond, 100_000_000, true}, // or more
		{0.0025, NanosPerSecond, 2_500_000, true},
		{1.1, NanosPerSecond, 1_100_000_000, true},
		{1e-10, NanosPerSecond, 0, true},
		{-1e-10, NanosPerSecond, -1, true},
		{-0.3, NanosPerSecond, -300_000_000, true},
		{-1.5, 1, -2, true},
		{2.5, 1, 2, true},
		{9e9, NanosPerSecond, 9_000_000_000_000_000_000, true},
		{1e10, NanosPerSecond, math.MaxInt64, false},
		{-1e10, NanosPerSecond, math.MinInt64, false},
		{math.MaxFloat64, 1, math.MaxInt64, false},
		{math.SmallestNonzeroFloat64, 1, 0, true},
		{0x1p62, 1, 1 << 62, true}, // written with 16 digits, it would be 96 more
		{-0x1p63, 1, math.MinInt64, true},
		{0x1p63, 1, math.MaxInt64, false},
	} {
		if got, within := Floor(test.bound, test.unit); got != test.want || within != test.within {
			t.Errorf("%v·%v: %v %v, want %v %v", test.bound, test.unit, got, within, test.want, test.within)
		}
	}
}

func TestSpecsAreShared(t *testing.T) {
	a := SpecOf(0.05, []float64{1, 2, math.NaN()})
	b := SpecOf(0.045, []float64{2, 1, 2})
	c := SpecOf(0.05, []float64{1, 3})
	if a != b || a == c || a.Plain() != b.Plain() || a.Seconds() != b.Seconds() {
		t.Error("samples of the same buckets must share their tables, and others not")
	}
	if s := SpecOf(0.05, []float64{1e300}).Plain(); s.positive != s.negative {
		t.Error("both sides of zero are alike, and don't share their tables")
	}
}
