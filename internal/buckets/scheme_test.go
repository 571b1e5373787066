package buckets

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/buckets/bucketstest"
)

// TestSchemaEdges compares with the definition in integers, which knows no
// rounding: n ≤ unit·2^(i/2^s) means n^(2^s) ≤ unit^(2^s)·2^i.
func TestSchemaEdges(t *testing.T) {
	for schema := int32(CoarsestSchema); schema <= FinestSchema; schema++ {
		for _, unit := range []int64{1, NanosPerSecond} {
			edges := schemaEdges(schema, unit, 1<<63)
			step := 1
			if schema > 5 {
				step = 37 // the numbers have thousands of digits
			}
			for i := 0; i < len(edges)-1; i += step {
				e := edges[i]
				noHigher := func(n uint64) bool { return bucketstest.NoHigher(n, schema, unit, e.index) }
				if !noHigher(e.highest) || noHigher(e.highest+1) {
					t.Fatalf("schema %d unit %d: %d isn't the end of bucket %d", schema, unit, e.highest, e.index)
				}
				if previous := e.index - 1; i > 0 && edges[i-1].index != previous &&
					bucketstest.NoHigher(edges[i-1].highest+1, schema, unit, previous) {
					t.Fatalf("schema %d unit %d: bucket %d is missing", schema, unit, previous)
				}
			}
			last := edges[len(edges)-1]
			if last.highest != 1<<63 || !bucketstest.NoHigher(last.highest, schema, unit, last.index) ||
				bucketstest.NoHigher(last.highest, schema, unit, last.index-1) {
				t.Errorf("schema %d unit %d: ends with %v", schema, unit, last)
			}
		}
	}
}

// schemes calls f for schemes of all kinds.
func schemes(f func(*Scheme)) {
	for _, relativeError := range []float64{1e-9, 0.01, 0.05, 0.3, 1, 20, 1e9} {
		for _, bounds := range bucketstest.Bounds {
			spec := SpecOf(relativeError, bounds)
			f(spec.Plain())
			f(spec.Seconds())
		}
	}
}

func TestFind(t *testing.T) {
	schemes(func(s *Scheme) {
		for _, side := range []*Side{s.positive, s.negative} {
			last := len(side.index) - 1
			for n, lowest := range side.lower[:last+1] {
				highest := side.lower[n+1] - 1
				position, want := n, [2]float64{float64(lowest), float64(highest)}
				if side != s.positive {
					position, want = -n, [2]float64{-float64(highest), -float64(lowest)}
				}
				if low, high := s.Limits(position); low != want[0] || high != want[1] {
					t.Fatalf("schema %d unit %d: bucket %d is from %v to %v, want %v", s.schema, s.unit, position, low, high, want)
				}
				if highest < lowest || side.Find(lowest) != n || side.Find(highest) != n {
					t.Fatalf("schema %d unit %d: bucket %d is from %d, found in %d, to %d, found in %d", s.schema, s.unit,
						n, lowest, side.Find(lowest), highest, side.Find(highest))
				}
			}
			for range 1000 {
				m := rand.Uint64N(1<<63) >> rand.IntN(64)
				want := sort.Search(last, func(n int) bool { return side.lower[n+1] > m })
				if got := side.Find(m); got != want {
					t.Fatalf("schema %d unit %d: %d found in %d, want %d", s.schema, s.unit, m, got, want)
				}
			}
		}
		for _, extreme := range []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64} {
			low, high := s.Limits(s.Position(extreme))
			if v := float64(extreme); v < low || v > high {
				t.Errorf("schema %d unit %d: %d is in the bucket from %v to %v", s.schema, s.unit, extreme, low, high)
			}
		}
	})
}

// TestWide looks at what a word can hold. Nothing is cut off that has room, and before the
// first wide bucket none is.
func TestWide(t *testing.T) {
	schemes(func(s *Scheme) {
		for _, side := range []*Side{s.positive, s.negative} {
			for n := range side.index {
				offset, shift := side.lower[n+1]-1-side.lower[n], side.Shift(n)
				if bits.Len64(offset>>shift) > OffsetBits || shift > 0 && bits.Len64(offset>>(shift-1)) <= OffsetBits {
					t.Fatalf("schema %d unit %d: bucket %d has offsets up to %d, shifted by %d", s.schema, s.unit,
						n, offset, shift)
				}
			}
			if wide := side.Wide(); wide < len(side.index) && side.Shift(wide) == 0 {
				t.Fatalf("schema %d unit %d: bucket %d is not wide", s.schema, s.unit, wide)
			}
		}
	})
}

// TestClassicCuts looks at values on and next to each bound.
func TestClassicCuts(t *testing.T) {
	schemes(func(s *Scheme) {
		for i, bound := range s.bounds {
			floor, within := Floor(bound, s.unit)
			if !within {
				for _, v := range []int64{math.MinInt64, math.MaxInt64} {
					if below := s.Position(v) <= s.ends[i]; below != (bound > 0) {
						t.Errorf("unit %d: %d is below %v: %v", s.unit, v, bound, below)
					}
				}
				continue
			}
			if s.Position(floor) > s.ends[i] {
				t.Errorf("unit %d: %d counts as above %v", s.unit, floor, bound)
			}
			if floor < math.MaxInt64 && s.Position(floor+1) <= s.ends[i] {
				t.Errorf("unit %d: %d counts as below %v", s.unit, floor+1, bound)
			}
		}
	})
}

// FuzzBucketOf looks for values that aren't where the definition has them.
func FuzzBucketOf(f *testing.F) {
	f.Add(int64(0), int32(4), true, 0.3)
	f.Add(int64(300_000_000), int32(4), true, 0.3)
	f.Add(int64(math.MinInt64), int32(8), false, -5.0)
	f.Add(int64(math.MaxInt64), int32(-4), true, 1e300)
	f.Fuzz(func(t *testing.T, v int64, schema int32, seconds bool, bound float64) {
		schema = CoarsestSchema + (schema&0x7fffffff)%(FinestSchema-CoarsestSchema+1)
		spec := SpecOf(bucketGrowth(int(schema))-1, []float64{bound})
		s := spec.Plain()
		if seconds {
			s = spec.Seconds()
		}
		position := s.Position(v)
		side, n := s.At(position)
		m := uint64(max(v, -v)) // the magnitude, also that of the lowest
		switch {
		case v == 0 || position == 0:
			if v != 0 || position != 0 {
				t.Fatalf("%d is at %d", v, position)
			}
		case (v < 0) != (position < 0):
			t.Fatalf("%d is at %d", v, position)
		case !bucketstest.NoHigher(m, s.schema, s.unit, side.index[n]) ||
			bucketstest.NoHigher(m, s.schema, s.unit, side.index[n]-1):
			t.Fatalf("schema %d unit %d: %d is in bucket %d", s.schema, s.unit, v, side.index[n])
		}
		for i, bound := range s.bounds {
			floor, within := Floor(bound, s.unit)
			if below := position <= s.ends[i]; within && below != (v <= floor) || !within && below != (bound > 0) {
				t.Fatalf("unit %d: %d ≤ %v: %v", s.unit, v, bound, below)
			}
		}
	})
}
