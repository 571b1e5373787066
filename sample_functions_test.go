package metrics

import (
	"math"
	"testing"
)

func TestSampleFunctions(t *testing.T) {
	const lowest, highest = math.MinInt64, math.MaxInt64
	for _, test := range []struct {
		values         []int64
		min, max, sum  int64
		mean, variance float64
	}{
		{nil, 0, 0, 0, 0, 0},
		{[]int64{7}, 7, 7, 7, 7, 0},
		{[]int64{3, -1, 4}, -1, 4, 6, 2, 14. / 3},
		{[]int64{highest, highest}, highest, highest, highest, highest, 0},
		{[]int64{lowest, lowest}, lowest, lowest, lowest, lowest, 0},
		{[]int64{lowest, highest}, lowest, highest, -1, 0, 0x1p126},
	} {
		if got := SampleMin(test.values); got != test.min {
			t.Errorf("min of %v: %v", test.values, got)
		}
		if got := SampleMax(test.values); got != test.max {
			t.Errorf("max of %v: %v", test.values, got)
		}
		if got := SampleSum(test.values); got != test.sum {
			t.Errorf("sum of %v: %v", test.values, got)
		}
		if got := SampleMean(test.values); got != test.mean {
			t.Errorf("mean of %v: %v", test.values, got)
		}
		if got := SampleVariance(test.values); !near(got, test.variance, 1e-15) {
			t.Errorf("variance of %v: %v", test.values, got)
		}
		if got := SampleStdDev(test.values); !near(got, math.Sqrt(test.variance), 1e-15) {
			t.Errorf("deviation of %v: %v", test.values, got)
		}
	}
}
