package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// drawing is a way to draw values.
type drawing struct {
	name string
	draw func(random *rand.Rand) int64
}

var drawings = []drawing{
	{"constant", func(*rand.Rand) int64 { return 123_456_789 }},
	{"small", func(r *rand.Rand) int64 { return r.Int64N(20) }},
	{"small, both signs", func(r *rand.Rand) int64 { return r.Int64N(41) - 20 }},
	{"uniform", func(r *rand.Rand) int64 { return r.Int64N(1_000_000_000) }},
	{"exponential", func(r *rand.Rand) int64 { return int64(r.ExpFloat64() * 5e6) }},
	{"lognormal", func(r *rand.Rand) int64 { return int64(math.Exp(17 + 2*r.NormFloat64())) }},
	{"two peaks", func(r *rand.Rand) int64 { return []int64{1_000_000, 1_000_000_000}[r.IntN(2)] + r.Int64N(1000) }},
	{"negative", func(r *rand.Rand) int64 { return -int64(r.ExpFloat64() * 5e6) }},
	{"everything", anyInt64},
	{"the ends", func(r *rand.Rand) int64 { return []int64{math.MinInt64, math.MaxInt64}[r.IntN(2)] }},
}

// forDistributions calls check with samples of all kinds of values, and with the
// values in ascending order.
func forDistributions(
	t *testing.T, check func(t *testing.T, relativeError float64, s *BucketSnapshot, values []int64),
) {
	for _, relativeError := range []float64{0.003, 0.05, 0.5, 3} {
		for i, drawing := range drawings {
			for _, n := range []int{1, 2, 3, 10, 1000} {
				for _, seconds := range []bool{false, true} {
					t.Run(fmt.Sprint(drawing.name, " ", n, " ", relativeError, " ", seconds), func(t *testing.T) {
						sample := NewBucketSample(relativeError).(*BucketSample)
						if seconds {
							sample.becomeTimers()
						}
						random := rand.New(rand.NewPCG(uint64(i), uint64(n)))
						values := make([]int64, n)
						for i := range values {
							values[i] = drawing.draw(random)
							sample.Update(values[i])
						}
						slices.Sort(values)
						check(t, relativeError, snapshotOfBuckets(sample), values)
					})
				}
			}
		}
	}
}

// far reports whether got differs from want by more than the error of scale. A
// hundredth of a percent of the error is left for the arithmetic of both sides.
func far(got, want, relativeError, scale float64) bool {
	return !(math.Abs(got-want) <= relativeError*math.Abs(scale)*1.0001)
}

func TestBucketStatisticsAreWithinTheError(t *testing.T) {
	ps := []float64{-1, 0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1, 2}
	forDistributions(t, func(t *testing.T, relativeError float64, s *BucketSnapshot, values []int64) {
		exact := distribution{values: values}
		if got, want := s.Min(), values[0]; far(float64(got), float64(want), relativeError, float64(want)) {
			t.Errorf("min %d, want %d", got, want)
		}
		if got, want := s.Max(), values[len(values)-1]; far(float64(got), float64(want), relativeError, float64(want)) {
			t.Errorf("max %d, want %d", got, want)
		}
		if got, want := s.Mean(), exact.mean(); far(got, want, 1e-9, meanSize(values)) {
			t.Errorf("mean %v, want %v", got, want)
		}
		if s.Mean() < float64(s.Min())-0.5 || s.Mean() > float64(s.Max())+0.5 {
			t.Errorf("mean %v is not from %d to %d", s.Mean(), s.Min(), s.Max())
		}
		got := s.Percentiles(ps)
		for i, want := range exact.percentiles(ps) {
			if far(got[i], want, relativeError, percentileScale(values, ps[i], want)) {
				t.Errorf("percentile %v: %v, want %v", ps[i], got[i], want)
			}
		}
		if !slices.IsSorted(got) {
			t.Errorf("percentiles %v", got)
		}
		rootMeanSquare := math.Sqrt(exact.variance(0))
		if got, want := s.StdDev(), math.Sqrt(exact.variance(exact.mean())); far(got, want, relativeError, rootMeanSquare) {
			t.Errorf("deviation %v, want %v, root mean square %v", got, want, rootMeanSquare)
		}
		if got, want := math.Sqrt(s.Variance()), s.StdDev(); got != want {
			t.Errorf("variance %v of deviation %v", s.Variance(), want)
		}
	})
}

// meanSize is the mean of the absolute values.
func meanSize(values []int64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += math.Abs(float64(v))
	}
	return sum / float64(len(values))
}

// percentileScale is what the error of a percentile is relative to: the percentile,
// unless it lies between neighbours of different signs.
func percentileScale(values []int64, p, percentile float64) float64 {
	position := int(p * float64(len(values)+1))
	if position < 1 || position >= len(values) {
		return percentile
	}
	below, above := float64(values[position-1]), float64(values[position])
	if below < 0 && above > 0 {
		return max(-below, above)
	}
	return percentile
}

func TestBucketStatisticsOfNothing(t *testing.T) {
	for _, s := range []*BucketSnapshot{{}, snapshotOfBuckets(NewBucketSample(0.05))} {
		got := fmt.Sprint(s.Count(), s.Sum(), s.SumFloat64(), s.Min(), s.Max(), s.Mean(), s.StdDev(), s.Variance(),
			s.Percentile(0.5), s.Percentile(math.NaN()), s.Size(), s.Values(), s.ZeroCount(), s.Schema(), s.Unit())
		if want := "0 0 0 0 0 0 0 0 0 0 0 [] 0 4 1"; got != want {
			t.Errorf("%v, want %v", got, want)
		}
		for range s.Positive() {
			t.Error("a bucket")
		}
		for bound, count := range s.Classic() {
			if count != 0 {
				t.Errorf("%d up to %v", count, bound)
			}
		}
	}
	s := NewBucketSample(0.05)
	s.Update(1)
	if got := s.Percentile(math.NaN()); !math.IsNaN(got) {
		t.Errorf("percentile NaN is %v", got)
	}
}

// TestBucketSmallIntegersAreExact: those up to 22 have buckets of their own.
func TestBucketSmallIntegersAreExact(t *testing.T) {
	s := NewBucketSample(0.05)
	var values []int64
	for v := int64(-22); v <= 22; v++ {
		values = append(values, v, v)
		s.Update(v)
		s.Update(v)
	}
	for i := range 101 {
		p := float64(i) / 100
		if got, want := s.Percentile(p), SamplePercentile(values, p); got != want {
			t.Errorf("percentile %v: %v, want %v", p, got, want)
		}
	}
	if got, want := s.StdDev(), SampleStdDev(values); math.Abs(got-want) > 1e-12 {
		t.Errorf("deviation %v, want %v", got, want)
	}
}

// Values that fill one bucket evenly have their percentiles and their deviation, though all
// that is known of them is how many they are.
func TestBucketStatisticsWithinABucket(t *testing.T) {
	for _, sign := range []int64{1, -1} {
		s := NewBucketSample(0.05)
		s.Update(sign * 10_000)
		only := snapshotOfBuckets(s)
		low, high := only.scheme.Limits(only.buckets[0].position)
		if middle := only.Values()[0]; math.Abs(float64(middle)-(low+high)/2) > 1 {
			t.Errorf("the middle of %v to %v is %v", low, high, middle)
		}
		s.Clear()
		for v := int64(low); v <= int64(high); v++ {
			s.Update(v)
		}
		all, n := snapshotOfBuckets(s), high-low+1
		for rank := 1.0; rank <= n; rank++ {
			if got, want := all.Percentile(rank/(n+1)), low+rank-1; math.Abs(got-want) > 1 {
				t.Fatalf("rank %v of %v to %v is %v", rank, low, high, got)
			}
		}
		if got, want := all.Variance(), (n*n-1)/12; far(got, want, 0.01, want) {
			t.Errorf("variance %v, want %v", got, want)
		}
	}
}

func TestBucketReadStatistics(t *testing.T) {
	bucketed := NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) }))
	timer, ps := newTimer(nil, place{registry: bucketed}), []float64{0.5, 0.9}
	var got Statistics
	check := func() {
		t.Helper()
		timer.ReadStatistics(&got, ps)
		s := timer.Snapshot()
		if got.Count != s.Count() || got.Sum != s.SumFloat64() || got.Min != s.Min() || got.Max != s.Max() ||
			got.Mean != s.Mean() || got.StdDev != s.StdDev() || got.Variance != s.Variance() ||
			!slices.Equal(got.Percentiles, s.Percentiles(ps)) {
			t.Errorf("%+v differs from the snapshot", got)
		}
	}
	check()
	for range 3 {
		timer.Update(1000)
		check()
	}
	check()
	timer.Clear()
	for range 3 { // as many as before
		timer.Update(7)
	}
	check()
	ps = []float64{0.1}
	check()
	timer = newTimer(nil, place{registry: bucketed})
	for range 3 {
		timer.Update(9)
	}
	check()
}
