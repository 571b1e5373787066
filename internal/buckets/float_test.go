package buckets

import (
	"math"
	"math/big"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/go-metrics-plus/metrics/internal/buckets/bucketstest"
)

// noHigherFloat reports whether x ≤ 2^(index/2^schema), in integers: with x = m·2^e,
// whether m^(2^schema) ≤ 2^(index - e·2^schema).
func noHigherFloat(x float64, schema, index int32) bool {
	fraction, exponent := math.Frexp(x)
	m := big.NewInt(int64(math.Ldexp(fraction, 53)))
	e := int64(exponent - 53)
	if schema < 0 {
		limit := int64(index)<<-schema - e
		return limit >= 0 && m.Cmp(new(big.Int).Lsh(big.NewInt(1), uint(limit))) <= 0
	}
	limit := int64(index) - e<<schema
	power := new(big.Int).Exp(m, big.NewInt(1<<schema), nil)
	return limit >= 0 && power.Cmp(new(big.Int).Lsh(big.NewInt(1), uint(limit))) <= 0
}

func checkFloat(t *testing.T, s *Scheme, v float64) {
	t.Helper()
	position := s.PositionFloat(v)
	if (position > 0) != (v > 0) || (position < 0) != (v < 0) {
		t.Fatalf("schema %d: %v is at %d", s.schema, v, position)
	}
	if v != 0 {
		if i := s.Index(position); !noHigherFloat(math.Abs(v), s.schema, i) || noHigherFloat(math.Abs(v), s.schema, i-1) {
			t.Fatalf("schema %d: %v is in bucket %d", s.schema, v, i)
		}
	}
	if low, high := s.Limits(position); v < low || v > high {
		t.Fatalf("schema %d: %v is in the bucket from %v to %v", s.schema, v, low, high)
	}
	for i, bound := range s.bounds {
		if below := position <= s.End(i); below != (v <= bound) {
			t.Fatalf("schema %d: %v ≤ %v: %v", s.schema, v, bound, below)
		}
	}
}

var floatBoundsOfAllKinds = append([][]float64{
	{1, 2, 4, -1, -2}, {1, 1 + 0x1p-52, 1 - 0x1p-53, -1, -1 - 0x1p-52, -1 + 0x1p-53},
	{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64},
}, bucketstest.Bounds...)

// Values of all sizes, at the ends of buckets and on both sides of bounds.
func TestFloatPositions(t *testing.T) {
	for schema := int32(CoarsestSchema); schema <= FinestSchema; schema++ {
		for _, bounds := range floatBoundsOfAllKinds {
			s := SpecOf(bucketGrowth(int(schema))-1, bounds).Float()
			values := []float64{0, 1, math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-1022, 0x1.8p-1022, 0x1p-1023}
			for range 100 {
				v := math.Float64frombits(rand.Uint64())
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					values = append(values, v)
				}
				end := s.float.upper(s.float.first + rand.Int32N(int32(s.PositionFloat(math.MaxFloat64))))
				values = append(values, end, math.Nextafter(end, 0), math.Nextafter(end, math.MaxFloat64))
			}
			for _, bound := range s.bounds {
				values = append(values, bound, math.Nextafter(bound, -math.MaxFloat64), math.Nextafter(bound, math.MaxFloat64))
			}
			for _, v := range values {
				checkFloat(t, s, v)
				checkFloat(t, s, -v)
			}
		}
	}
}

// Positions have no gaps: each one's bucket begins where the one before it ends.
func TestFloatLimits(t *testing.T) {
	for _, bounds := range floatBoundsOfAllKinds {
		s := SpecOf(0.05, bounds).Float()
		from, to := s.PositionFloat(-20000), s.PositionFloat(20000)
		_, last := s.Limits(from - 1)
		for position := from; position <= to; position++ {
			low, high := s.Limits(position)
			if math.Abs(low) < 0x1p-1020 || math.Abs(high) < 0x1p-1020 {
				last = high
				continue // there, buckets of the schema lie between neighbouring floats
			}
			if low >= high && position != 0 {
				t.Fatalf("bounds %v: bucket %d from %v to %v holds nothing", bounds, position, low, high)
			}
			if low != last && !(position < 0 && low == math.Nextafter(last, 0)) {
				t.Fatalf("bounds %v: bucket %d is from %v to %v, the one before it ends at %v", bounds, position, low, high, last)
			}
			if s.PositionFloat(high) != position && position > 0 {
				t.Fatalf("bounds %v: the end %v of bucket %d is in %d", bounds, high, position, s.PositionFloat(high))
			}
			last = high
		}
	}
}

// The first bits of a mantissa lead to its fraction, or next to it.
func TestFloatGuesses(t *testing.T) {
	for schema := int32(0); schema <= FinestSchema; schema++ {
		f := floatsOf(schema)
		for range 1000 {
			fraction := 1 + rand.Float64()
			_, mantissa := split(fraction)
			want, guess := sort.SearchFloat64s(f.fractions, fraction), int(f.guesses[mantissa>>f.shift])
			if guess > want || guess < want-1 {
				t.Fatalf("schema %d: %v is fraction %d, the guess is %d", schema, fraction, want, guess)
			}
		}
	}
}

func TestPositionFloatOfIntegers(t *testing.T) {
	s := SpecOf(0.05, nil).Plain()
	for _, test := range []struct {
		v    float64
		like int64
	}{{0.4, 0}, {0.6, 1}, {-1000.2, -1000}, {0x1p63, math.MaxInt64}, {1e300, math.MaxInt64}, {-1e300, math.MinInt64}} {
		if got, want := s.PositionFloat(test.v), s.Position(test.like); got != want {
			t.Errorf("%v is at %d, want %d", test.v, got, want)
		}
	}
	if f := SpecOf(0.05, nil).Float(); f.Position(1000) != f.PositionFloat(1000) || !f.Float() || s.Float() {
		t.Error("an integer has another place among floats")
	}
}

func FuzzFloatPosition(f *testing.F) {
	f.Add(0.0, int32(4), 0.3)
	f.Add(0.3, int32(4), 0.3)
	f.Add(-1.0, int32(8), -1.0)
	f.Add(math.MaxFloat64, int32(-4), 1e300)
	f.Add(math.SmallestNonzeroFloat64, int32(0), 0x1p-1074)
	f.Fuzz(func(t *testing.T, v float64, schema int32, bound float64) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		schema = CoarsestSchema + (schema&0x7fffffff)%(FinestSchema-CoarsestSchema+1)
		checkFloat(t, SpecOf(bucketGrowth(int(schema))-1, []float64{bound}).Float(), v)
	})
}

func BenchmarkFloatPosition(b *testing.B) {
	s := SpecOf(0.05, nil).Float()
	values := make([]float64, 1024)
	for i := range values {
		values[i] = math.Exp(rand.NormFloat64() * 3)
	}
	n := 0
	for i := 0; b.Loop(); i++ {
		n += s.PositionFloat(values[i%len(values)])
	}
}
