package metrics

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// referencePercentile is the definition, word by word.
func referencePercentile(values []int64, p float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	n := len(sorted)
	position := p * float64(n+1)
	switch {
	case position < 1:
		return float64(sorted[0])
	case position >= float64(n):
		return float64(sorted[n-1])
	}
	i := int(math.Floor(position))
	lower, upper := float64(sorted[i-1]), float64(sorted[i])
	return lower + (position-math.Floor(position))*(upper-lower)
}

// randomValues are of all sizes, with the ends of the range among them.
func randomValues(random *rand.Rand) []int64 {
	values := make([]int64, 1+random.IntN(300))
	shift := random.IntN(64)
	for i := range values {
		values[i] = int64(random.Uint64()) >> shift
		switch random.IntN(50) {
		case 0:
			values[i] = math.MaxInt64
		case 1:
			values[i] = math.MinInt64
		}
	}
	return values
}

func TestPercentilesAgreeWithTheDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 11))
	for range 500 {
		values := randomValues(random)
		before := slices.Clone(values)
		ps := []float64{0, 1, 0.5, 0.75, 0.95, 0.99, 0.999, random.Float64(), random.Float64()}
		got := SamplePercentiles(values, ps)
		for i, p := range ps {
			if want := referencePercentile(values, p); got[i] != want || SamplePercentile(values, p) != want {
				t.Fatalf("percentile %v of %v is %v, want %v", p, values, got[i], want)
			}
		}
		if !slices.Equal(values, before) {
			t.Fatal("the values were reordered")
		}
	}
}

func TestPercentileOfOddArguments(t *testing.T) {
	d := distribution{values: []int64{1, 2, 3}}
	unequal := weighted([]int64{1, 2, 3}, 1, 0.5, 1)
	for _, d := range []distribution{d, unequal} {
		for p, want := range map[float64]float64{
			-1: 1, 0: 1, 1: 3, 2: 3, 99: 3, math.Inf(-1): 1, math.Inf(1): 3, 1e300: 3, -1e300: 1, 0.5: 2,
		} {
			if got := d.percentile(p); got != want {
				t.Errorf("percentile %v is %v, want %v", p, got, want)
			}
		}
		if got := d.percentile(math.NaN()); !math.IsNaN(got) {
			t.Errorf("percentile NaN is %v", got)
		}
	}
	empty := distribution{}
	if got := empty.percentiles([]float64{0.5, 0.9}); !slices.Equal(got, []float64{0, 0}) {
		t.Errorf("percentiles of nothing are %v", got)
	}
}

func near(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*max(math.Abs(got), math.Abs(want))
}

func weighted(values []int64, weights ...float64) distribution {
	d := distribution{values: values, weights: weights}
	d.sumUp()
	return d
}

// Equal weights, whatever they are, must give what unweighted values give.
func TestEqualWeightsAreNoWeights(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 13))
	for range 300 {
		plain := equallyWeighted(randomValues(random))
		unequal := weighted(plain.values, slices.Repeat([]float64{0.3}, len(plain.values))...)
		scale := max(math.Abs(float64(plain.min())), math.Abs(float64(plain.max())))
		for _, p := range []float64{0, 0.001, 0.25, 0.5, 0.9, 0.99, 1, random.Float64()} {
			if got, want := unequal.percentile(p), plain.percentile(p); math.Abs(got-want) > 1e-11*scale {
				t.Fatalf("percentile %v of %v is %v, want %v", p, plain.values, got, want)
			}
		}
		if got, want := unequal.mean(), plain.mean(); math.Abs(got-want) > 1e-13*scale {
			t.Fatalf("mean %v, want %v", got, want)
		}
		if got, want := unequal.variance(unequal.mean()), plain.variance(plain.mean()); !near(got, want, 1e-9) {
			t.Fatalf("variance %v, want %v", got, want)
		}
	}
}

// Only the differences of logarithms matter, in whatever order they come, and one that is
// hardly any is none.
func TestWeigh(t *testing.T) {
	for _, weights := range [][]float64{{1, 2, 4}, {4, 2, 1}, {2, 4, 1}, {2, 1, 4}} {
		want := weighted([]int64{1, 5, 9}, weights...)
		for _, offset := range []float64{0, 1, 900} {
			got := distribution{values: want.values}
			for _, w := range weights {
				got.weights = append(got.weights, math.Log(w)+offset)
			}
			got.weigh()
			if len(got.weights) != 3 || !near(got.mean(), want.mean(), 1e-12) ||
				!near(got.percentile(0.5), want.percentile(0.5), 1e-12) {
				t.Errorf("%v after %v: mean %v, median %v, want %v, %v", weights, offset, got.mean(), got.percentile(0.5),
					want.mean(), want.percentile(0.5))
			}
		}
	}
	equal := distribution{values: []int64{1, 5}, weights: []float64{900, 900 + even}}
	if equal.weigh(); len(equal.weights) > 0 || equal.mean() != 3 {
		t.Errorf("weights %v are not equal", equal.weights)
	}
}

func TestWeightedFigures(t *testing.T) {
	// Twice the weight is like being there twice, as far as these go.
	unequal := weighted([]int64{1, 5, 9}, 0.2, 0.4, 0.2)
	repeated := distribution{values: []int64{1, 5, 5, 9}}
	if got, want := unequal.mean(), repeated.mean(); !near(got, want, 1e-15) {
		t.Errorf("mean %v, want %v", got, want)
	}
	if got, want := unequal.variance(5), repeated.variance(5); !near(got, want, 1e-15) {
		t.Errorf("variance %v, want %v", got, want)
	}
	// n* is 0.8²/0.24 = 8/3, so a percentile is the mean over 3/8 of the weight.
	// The median's part ends at 0.5·(1+3/8) = 0.6875. Those of 0.8 and 0.1 would
	// reach over the ends.
	for p, want := range map[float64]float64{
		0.5: 5,
		0.6: ((0.75-0.45)*5 + (0.825-0.75)*9) / 0.375,
		0.8: (0.125*5 + 0.25*9) / 0.375,
		0.1: (0.25*1 + 0.125*5) / 0.375,
	} {
		if got := unequal.percentile(p); !near(got, want, 1e-14) {
			t.Errorf("percentile %v is %v, want %v", p, got, want)
		}
	}
}

func TestWeightedPercentilesAreInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 15))
	for range 300 {
		d := equallyWeighted(randomValues(random))
		steep := random.Float64() * 30
		for range d.values {
			d.weights = append(d.weights, math.Exp(-steep*random.Float64()))
		}
		d.sumUp()
		last := math.Inf(-1)
		for i := range 201 {
			got := d.percentile(float64(i) / 200)
			if got < last && !near(got, last, 1e-9) || got < float64(d.min()) || got > float64(d.max()) {
				t.Fatalf("percentile %v is %v after %v, of %v", float64(i)/200, got, last, d)
			}
			last = got
		}
	}
}

// Old values of a slow instrument weigh next to nothing, and must not be seen.
func TestWhatWeighsNothingIsNotSeen(t *testing.T) {
	d := weighted([]int64{10, 11, 12, 13}, 1, 0.9, 0.8, 0.7)
	haunted := weighted([]int64{-1000, 10, 11, 11, 12, 13, 2000, 3000},
		1e-30, 1, 0.9, 1e-300, 0.8, 0.7, 1e-25, 0)
	for i := range 101 {
		p := float64(i) / 100
		if got, want := haunted.percentile(p), d.percentile(p); !near(got, want, 1e-12) {
			t.Errorf("percentile %v is %v, want %v", p, got, want)
		}
	}
	if got, want := haunted.mean(), d.mean(); !near(got, want, 1e-12) {
		t.Errorf("mean %v, want %v", got, want)
	}
	alone := weighted([]int64{1, 7, 9}, 1e-200, 1, 0)
	for _, p := range []float64{0, 0.5, 0.99, 1} {
		if got := alone.percentile(p); got != 7 {
			t.Errorf("percentile %v of what is practically one 7 is %v", p, got)
		}
	}
}

// TestVarianceIsExact compares mean and variance with arithmetic that rounds nothing:
// around any middle, of distances on both sides of what is computed in whole numbers.
func TestVarianceIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(24, 25))
	for _, middle := range []int64{0, -5, 1 << 40, -1 << 60, math.MaxInt64 - 1<<33} {
		for _, spread := range []int64{1, 2, 1000, 1 << 29, 1<<31 - 4, 1 << 32} {
			values := make([]int64, 1+random.IntN(100))
			sum, squares := new(big.Int), new(big.Int)
			for i := range values {
				values[i] = middle + random.Int64N(spread)
				v := big.NewInt(values[i])
				sum.Add(sum, v)
				squares.Add(squares, new(big.Int).Mul(v, v))
			}
			n := big.NewInt(int64(len(values)))
			mean := new(big.Rat).SetFrac(sum, n)
			variance := new(big.Rat).SetFrac(squares, n)
			variance.Sub(variance, new(big.Rat).Mul(mean, mean))
			wantMean, _ := mean.Float64()
			want, _ := variance.Float64()
			// What rounds the mean, and values of its size, is squared in the variance.
			rounding := max(math.Abs(wantMean)*0x1p-51, 1e-6)
			if got := SampleMean(values); !near(got, wantMean, 1e-15) {
				t.Errorf("mean %v, want %v", got, wantMean)
			}
			if got := SampleVariance(values); math.Abs(got-want) > 1e-12*want+rounding*(rounding+math.Sqrt(want)) {
				t.Errorf("around %d, spread %d: variance %v, want %v", middle, spread, got, want)
			}
		}
	}
}

func TestConstantsComeOutAsTheyAre(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 17))
	for _, v := range []int64{0, 7, -3, 1e15, math.MaxInt64, math.MinInt64} {
		d := distribution{values: slices.Repeat([]int64{v}, 100)}
		for range d.values {
			d.weights = append(d.weights, random.Float64())
		}
		d.sumUp()
		for _, p := range []float64{0, 0.3, 0.5, 0.99, 1} {
			if got := d.percentile(p); got != float64(v) {
				t.Errorf("percentile %v of %d is %v", p, v, got)
			}
		}
		if d.mean() != float64(v) || d.variance(d.mean()) != 0 {
			t.Errorf("mean %v and variance %v of %d", d.mean(), d.variance(d.mean()), v)
		}
	}
}

func TestReadStatisticsKeepsWhatHasNotChanged(t *testing.T) {
	h, other := NewHistogram(nil), NewHistogram(nil)
	for v := range int64(100) {
		h.Update(v + 1)
		other.Update(-v)
	}
	var s Statistics
	h.ReadStatistics(&s, asked)
	s.Mean = -1 // shows whether it is computed again
	if h.ReadStatistics(&s, asked); s.Mean != -1 {
		t.Error("nothing has changed, but it was computed again")
	}
	if h.ReadStatistics(&s, []float64{0.25}); s.Mean != 50.5 || s.Percentiles[0] != 25.25 {
		t.Errorf("other percentiles: %+v", s)
	}
	if h.ReadStatistics(&s, []float64{0.75}); s.Percentiles[0] != 75.75 {
		t.Errorf("another percentile in place of one: %+v", s)
	}
	h.Update(101)
	if h.ReadStatistics(&s, []float64{0.25}); s.Max != 101 || s.Count != 101 {
		t.Errorf("one more value: %+v", s)
	}
	if other.ReadStatistics(&s, []float64{0.25}); s.Max != 0 || s.Min != -99 {
		t.Errorf("another histogram: %+v", s)
	}
	if (Histogram{}).ReadStatistics(&s, asked); readStatistics(&s) != (answers{}) {
		t.Errorf("a no-op: %+v", s)
	}
	if NewHistogram(&ringSample{}).ReadStatistics(&s, asked); readStatistics(&s) != (answers{}) {
		t.Errorf("another sample, empty: %+v", s)
	}
}

// TestReadStatisticsOfOneAfterTheOther: statistics that are filled again have nothing of
// what they were filled from before, whatever that was.
func TestReadStatisticsOfOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer, bucketTimer := NewTimer(), NewCustomTimer(NewHistogram(NewBucketSample(0.05)), NewMeter())
		floats := NewHistogramFloat64()
		all := []interface{ ReadStatistics(*Statistics, []float64) }{
			timer, bucketTimer, floats, NewHistogram(bucketsOf(0.05, 3, 4)), NewHistogram(NewSampleSnapshot(9, []int64{1, 2})),
			Timer{}, Histogram{}, HistogramFloat64{},
		}
		for i, sample := range []Sample{nil, NewUniformSample(10), NewBucketSample(0.05), &ringSample{}} {
			h := NewHistogram(sample)
			h.Update(int64(10 * (i + 1)))
			all = append(all, h)
		}
		timer.Update(100)
		bucketTimer.Update(1000)
		floats.Update(0.75)
		time.Sleep(6 * time.Second)
		text := func(s Statistics) string {
			s.source, s.version, s.percentiles = nil, 0, nil
			return fmt.Sprintf("%+v", s)
		}
		var used Statistics
		for i := range all {
			for j := range all {
				for _, at := range []int{i, j, i} {
					var fresh Statistics
					all[at].ReadStatistics(&fresh, asked)
					all[at].ReadStatistics(&used, asked)
					if text(used) != text(fresh) {
						t.Errorf("%d, a %T, where %d and %d take turns: %s, want %s", at, all[at], i, j, text(used), text(fresh))
					}
				}
			}
		}
	})
}

// TestReadStatisticsAfterClear reads without an update in between, and again
// after as many values as before.
func TestReadStatisticsAfterClear(t *testing.T) {
	for name, construct := range samples() {
		h := NewHistogram(construct())
		var s Statistics
		for round := range int64(3) {
			for v := range int64(10) {
				h.Update(v * (round + 1))
			}
			h.ReadStatistics(&s, asked)
			if want := readAll(h); readStatistics(&s) != want || s.Max != want.max || want.max < 8*(round+1) {
				t.Errorf("%s, round %d: %+v, want %+v", name, round, s, want)
			}
			h.Clear()
			if h.ReadStatistics(&s, asked); readStatistics(&s) != (answers{}) {
				t.Errorf("%s, round %d, cleared: %+v", name, round, s)
			}
		}
	}
}

// The mean of equal numbers is that number: no rounding puts it beyond the ends.
func TestMeanIsWithinTheEnds(t *testing.T) {
	for _, v := range []int64{1785000000123456789, -1785000000123456789, 1<<63 - 1, -1 << 63, 9007199254740993, 1} {
		for _, n := range []int{1, 3, 1028, 100_000} {
			values := slices.Repeat([]int64{v}, n)
			d := equallyWeighted(values)
			if SampleMean(values) != float64(v) || d.mean() != float64(v) ||
				SampleVariance(values) != 0 || SampleStdDev(values) != 0 {
				t.Errorf("mean of %d times %d is %v, variance %v", n, v, SampleMean(values), SampleVariance(values))
			}
			s := NewSampleSnapshot(int64(n), values)
			if s.Mean() > float64(s.Max()) || s.Mean() < float64(s.Min()) {
				t.Errorf("mean %v of a sample from %d to %d", s.Mean(), s.Min(), s.Max())
			}
		}
	}
	h := NewHistogram(NewUniformSample(1028))
	for range 1028 {
		h.Update(1785000000123456789)
	}
	if h.Mean() > float64(h.Max()) {
		t.Errorf("mean %v, maximum %d", h.Mean(), h.Max())
	}
	if got := SampleMean([]int64{4, 1, 1, 2}); got != 2 {
		t.Errorf("mean of unsorted values %v, want 2", got)
	}
}
