package metrics

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sort"
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

func TestFloorOf(t *testing.T) {
	for _, test := range []struct {
		bound  float64
		unit   int64
		want   int64
		within bool
	}{
		{0.3, nanosPerSecond, 300_000_000, true}, // the float64 is a little less
		{0.1, nanosPerSecond, 100_000_000, true}, // or more
		{0.0025, nanosPerSecond, 2_500_000, true},
		{1.1, nanosPerSecond, 1_100_000_000, true},
		{1e-10, nanosPerSecond, 0, true},
		{-1e-10, nanosPerSecond, -1, true},
		{-0.3, nanosPerSecond, -300_000_000, true},
		{-1.5, 1, -2, true},
		{2.5, 1, 2, true},
		{9e9, nanosPerSecond, 9_000_000_000_000_000_000, true},
		{1e10, nanosPerSecond, math.MaxInt64, false},
		{-1e10, nanosPerSecond, math.MinInt64, false},
		{math.MaxFloat64, 1, math.MaxInt64, false},
		{math.SmallestNonzeroFloat64, 1, 0, true},
		{0x1p62, 1, 1 << 62, true}, // written with 16 digits, it would be 96 more
		{-0x1p63, 1, math.MinInt64, true},
		{0x1p63, 1, math.MaxInt64, false},
	} {
		if got, within := floorOf(test.bound, test.unit); got != test.want || within != test.within {
			t.Errorf("%v·%v: %v %v, want %v %v", test.bound, test.unit, got, within, test.want, test.within)
		}
	}
}

// TestSchemaEdges compares with the definition in integers, which knows no
// rounding: n ≤ unit·2^(i/2^s) means n^(2^s) ≤ unit^(2^s)·2^i.
func TestSchemaEdges(t *testing.T) {
	for schema := int32(coarsestSchema); schema <= finestSchema; schema++ {
		for _, unit := range []int64{1, nanosPerSecond} {
			edges := schemaEdges(schema, unit, 1<<63)
			step := 1
			if schema > 5 {
				step = 37 // the numbers have thousands of digits
			}
			for i := 0; i < len(edges)-1; i += step {
				e := edges[i]
				if !noHigher(e.highest, schema, unit, e.index) || noHigher(e.highest+1, schema, unit, e.index) {
					t.Fatalf("schema %d unit %d: %d isn't the end of bucket %d", schema, unit, e.highest, e.index)
				}
				if previous := e.index - 1; i > 0 && edges[i-1].index != previous &&
					noHigher(edges[i-1].highest+1, schema, unit, previous) {
					t.Fatalf("schema %d unit %d: bucket %d is missing", schema, unit, previous)
				}
			}
			last := edges[len(edges)-1]
			if last.highest != 1<<63 || !noHigher(last.highest, schema, unit, last.index) ||
				noHigher(last.highest, schema, unit, last.index-1) {
				t.Errorf("schema %d unit %d: ends with %v", schema, unit, last)
			}
		}
	}
}

// noHigher tells whether n ≤ unit·2^(index/2^schema).
func noHigher(n uint64, schema int32, unit int64, index int32) bool {
	power := big.NewInt(1)
	if schema >= 0 {
		power.Lsh(power, uint(schema))
	} else {
		index <<= -schema
	}
	left := new(big.Int).Exp(new(big.Int).SetUint64(n), power, nil)
	right := new(big.Int).Exp(big.NewInt(unit), power, nil)
	if index >= 0 {
		right.Lsh(right, uint(index))
	} else {
		left.Lsh(left, uint(-index))
	}
	return left.Cmp(right) <= 0
}

var testBounds = [][]float64{
	nil,
	{0.3, 0.1, 1.5, 1e-9, 2.5e-9, 1e7},
	{-3, -0.1, 0, 0.1, 7, 1e30, -1e30, 12345.678, -12345.678},
	{-9.3e18, -9.2e18, 9.2e18, 9.3e18},
}

// schemes calls f for schemes of all kinds.
func schemes(f func(*scheme)) {
	for _, relativeError := range []float64{1e-9, 0.01, 0.05, 0.3, 1, 20, 1e9} {
		for _, bounds := range testBounds {
			spec := specOf(relativeError, bounds)
			f(spec.plain())
			f(spec.seconds())
		}
	}
}

func TestFind(t *testing.T) {
	schemes(func(s *scheme) {
		for _, side := range []*side{s.positive, s.negative()} {
			last := len(side.index) - 1
			for n, lowest := range side.lower[:last+1] {
				highest := side.lower[n+1] - 1
				if highest < lowest || side.find(lowest) != n || side.find(highest) != n {
					t.Fatalf("schema %d unit %d: bucket %d is from %d, found in %d, to %d, found in %d", s.schema, s.unit,
						n, lowest, side.find(lowest), highest, side.find(highest))
				}
			}
			for range 1000 {
				m := rand.Uint64N(1<<63) >> rand.IntN(64)
				want := sort.Search(last, func(n int) bool { return side.lower[n+1] > m })
				if got := side.find(m); got != want {
					t.Fatalf("schema %d unit %d: %d found in %d, want %d", s.schema, s.unit, m, got, want)
				}
			}
		}
		for _, extreme := range []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64} {
			low, high := s.limits(s.position(extreme))
			if v := float64(extreme); v < low || v > high {
				t.Errorf("schema %d unit %d: %d is in the bucket from %v to %v", s.schema, s.unit, extreme, low, high)
			}
		}
	})
}

// TestWide looks at what a word can hold.
func TestWide(t *testing.T) {
	schemes(func(s *scheme) {
		for _, side := range []*side{s.positive, s.negative()} {
			for n := range side.index {
				offset := side.lower[n+1] - 1 - side.lower[n]
				if bits.Len64(offset>>side.shiftOf(n)) > offsetBits {
					t.Fatalf("schema %d unit %d: bucket %d has offsets up to %d, shifted by %d", s.schema, s.unit,
						n, offset, side.shiftOf(n))
				}
			}
		}
	})
}

// TestClassicCuts looks at values on and next to each bound.
func TestClassicCuts(t *testing.T) {
	schemes(func(s *scheme) {
		for i, bound := range s.bounds {
			floor, within := floorOf(bound, s.unit)
			if !within {
				if below := s.position(math.MaxInt64) <= s.ends[i]; below != (bound > 0) {
					t.Errorf("unit %d: all values are below %v: %v", s.unit, bound, below)
				}
				continue
			}
			if s.position(floor) > s.ends[i] {
				t.Errorf("unit %d: %d counts as above %v", s.unit, floor, bound)
			}
			if floor < math.MaxInt64 && s.position(floor+1) <= s.ends[i] {
				t.Errorf("unit %d: %d counts as below %v", s.unit, floor+1, bound)
			}
		}
	})
}

func TestSpecsAreShared(t *testing.T) {
	a := NewBucketSample(0.05, 1, 2, math.NaN()).(*BucketSample)
	b := NewBucketSample(0.045, 2, 1, 2).(*BucketSample)
	c := NewBucketSample(0.05, 1, 3).(*BucketSample)
	if a.spec != b.spec || a.spec == c.spec || a.spec.plain() != b.spec.plain() {
		t.Error("samples of the same buckets must share their tables, and others not")
	}
}

// FuzzBucketOf looks for values that aren't where the definition has them.
func FuzzBucketOf(f *testing.F) {
	f.Add(int64(0), int32(4), true, 0.3)
	f.Add(int64(300_000_000), int32(4), true, 0.3)
	f.Add(int64(math.MinInt64), int32(8), false, -5.0)
	f.Add(int64(math.MaxInt64), int32(-4), true, 1e300)
	f.Fuzz(func(t *testing.T, v int64, schema int32, seconds bool, bound float64) {
		schema = coarsestSchema + (schema&0x7fffffff)%(finestSchema-coarsestSchema+1)
		spec := specOf(bucketGrowth(int(schema))-1, []float64{bound})
		s := spec.plain()
		if seconds {
			s = spec.seconds()
		}
		position := s.position(v)
		side, n := s.at(position)
		m := uint64(max(v, -v)) // the magnitude, also that of the lowest
		switch {
		case v == 0 || position == 0:
			if v != 0 || position != 0 {
				t.Fatalf("%d is at %d", v, position)
			}
		case (v < 0) != (position < 0):
			t.Fatalf("%d is at %d", v, position)
		case !noHigher(m, s.schema, s.unit, side.index[n]) || noHigher(m, s.schema, s.unit, side.index[n]-1):
			t.Fatalf("schema %d unit %d: %d is in bucket %d", s.schema, s.unit, v, side.index[n])
		}
		for i, bound := range s.bounds {
			floor, within := floorOf(bound, s.unit)
			if below := position <= s.ends[i]; within && below != (v <= floor) || !within && below != (bound > 0) {
				t.Fatalf("unit %d: %d ≤ %v: %v", s.unit, v, bound, below)
			}
		}
	})
}
