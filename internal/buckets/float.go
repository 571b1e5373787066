package buckets

import (
	"math"
	"math/big"
	"slices"
	"sort"
	"sync"
)

// floatBounds are what histograms of floats have if none are given: those that
// client_golang has, made for seconds and of use for ratios.
var floatBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// floats is how a Scheme divides the float64 range. A table of all buckets, as there
// is one of those of integers, would be megabytes: positions are computed instead.
//
// Among the positive values bucket i of the schema has position i-first+1, plus one
// for each cut below it; a cut is where a classic bound divides a bucket, and the
// highest value of its lower part. Negative values mirror that with cuts of their own.
type floats struct {
	fractions []float64 // 2^(k/2^schema) rounded down, ascending from 1
	guesses   []int32   // index in fractions, by the first bits of the mantissa
	shift     uint      // leaves these bits
	schema    int32
	first     int32 // index of the lowest bucket
	above     cuts
	below     cuts
}

type cuts struct {
	at        []float64 // magnitudes, ascending
	bits      []uint64  // the same
	positions []int     // of the buckets that they end
}

const (
	mantissaBits = 52
	mantissaMask = 1<<mantissaBits - 1
)

func newFloatScheme(schema int32, bounds []float64) *Scheme {
	f := floatsOf(schema).withCuts(bounds)
	s := &Scheme{schema: schema, unit: 1, bounds: bounds, float: f}
	for _, bound := range bounds {
		s.ends = append(s.ends, f.position(bound))
	}
	return s
}

// tables are the same for all bounds.
var tables [FinestSchema - CoarsestSchema + 1]struct {
	once   sync.Once
	floats floats
}

func floatsOf(schema int32) floats {
	t := &tables[schema-CoarsestSchema]
	t.once.Do(func() { t.floats = newFloats(schema) })
	return t.floats
}

func newFloats(schema int32) floats {
	f := floats{schema: schema}
	for _, exact := range schemaFractions(schema, 1) {
		fraction, accuracy := exact.Float64()
		if accuracy == big.Above {
			fraction = math.Nextafter(fraction, 0) // no float64 lies between it and the exact bound
		}
		f.fractions = append(f.fractions, fraction)
	}
	width := uint(max(schema, 0) + 1)
	f.shift = mantissaBits - width
	f.guesses = make([]int32, 1<<width)
	for i := range f.guesses {
		lowest := math.Float64frombits(1023<<mantissaBits | uint64(i)<<f.shift)
		f.guesses[i] = int32(sort.SearchFloat64s(f.fractions, lowest))
	}
	f.first = f.index(math.SmallestNonzeroFloat64)
	return f
}

// withCuts returns the same with the cuts that the bounds make. A bound belongs to
// the values below it: of negative values these are the larger magnitudes, so that the
// cut comes right before it.
func (f floats) withCuts(bounds []float64) *floats {
	for _, bound := range bounds {
		switch magnitude := math.Abs(bound); {
		case bound > 0 && f.upper(f.index(magnitude)) != magnitude:
			f.above.at = append(f.above.at, magnitude)
		case bound < 0:
			cut := math.Nextafter(magnitude, 0)
			if cut > 0 && f.upper(f.index(cut)) != cut {
				f.below.at = append(f.below.at, cut)
			}
		}
	}
	slices.Reverse(f.below.at) // bounds ascend
	for _, side := range []*cuts{&f.above, &f.below} {
		for i, cut := range side.at {
			side.bits = append(side.bits, math.Float64bits(cut))
			side.positions = append(side.positions, int(f.index(cut)-f.first)+1+i)
		}
	}
	return &f
}

// index returns the index in the schema of the bucket of a positive magnitude.
func (f *floats) index(magnitude float64) int32 {
	exponent, mantissa := split(magnitude)
	if f.schema < 0 {
		if mantissa != 0 {
			exponent++ // above a power of two is the next bucket
		}
		step := int32(1) << -f.schema
		return (exponent + step - 1) >> -f.schema // rounds up, also of negative ones
	}
	fraction := math.Float64frombits(1023<<mantissaBits | mantissa)
	k := f.guesses[mantissa>>f.shift]
	for int(k) < len(f.fractions) && f.fractions[k] < fraction {
		k++
	}
	return exponent<<f.schema + k
}

// split returns exponent and mantissa with 1 ≤ 1.mantissa < 2.
func split(magnitude float64) (exponent int32, mantissa uint64) {
	bits := math.Float64bits(magnitude)
	exponent = int32(bits >> mantissaBits)
	if exponent == 0 { // subnormal
		bits = math.Float64bits(magnitude * (1 << mantissaBits))
		exponent = int32(bits>>mantissaBits) - mantissaBits
	}
	return exponent - 1023, bits & mantissaMask
}

// upper returns the highest value of a bucket, and 0 below the lowest.
func (f *floats) upper(index int32) float64 {
	var bound float64
	if f.schema < 0 {
		bound = math.Ldexp(1, int(index)<<-f.schema)
	} else {
		n := int32(len(f.fractions))
		bound = math.Ldexp(f.fractions[index&(n-1)], int(index>>f.schema))
	}
	return min(bound, math.MaxFloat64)
}

// position returns the position of the bucket that v, which must be finite, falls into.
func (f *floats) position(v float64) int {
	switch {
	case v > 0:
		return int(f.index(v)-f.first) + 1 + f.above.under(v)
	case v < 0:
		return -(int(f.index(-v)-f.first) + 1 + f.below.under(-v))
	}
	return 0
}

// under returns how many cuts are below a magnitude. Positive floats are in the order
// of their bits, and the difference's sign counts without a branch that a processor
// could not predict.
func (c *cuts) under(magnitude float64) (n int) {
	bits := math.Float64bits(magnitude)
	for _, cut := range c.bits {
		n += int((cut - bits) >> 63)
	}
	return n
}

// side returns the magnitude's position and the cuts of its side.
func (f *floats) side(position int) (int, *cuts) {
	if position < 0 {
		return -position, &f.below
	}
	return position, &f.above
}

// indexAt returns the index in the schema of a position other than 0, and how many
// cuts are below.
func (f *floats) indexAt(position int) (index int32, cutsBelow int) {
	n, side := f.side(position)
	cutsBelow = sort.SearchInts(side.positions, n)
	return int32(n-1-cutsBelow) + f.first, cutsBelow
}

// limits returns the bounds of a bucket.
func (f *floats) limits(position int) (low, high float64) {
	if position == 0 {
		return 0, 0
	}
	_, side := f.side(position)
	index, i := f.indexAt(position)
	low, high = f.upper(index-1), f.upper(index)
	if i > 0 {
		low = max(low, side.at[i-1])
	}
	if i < len(side.at) {
		high = min(high, side.at[i])
	}
	if position < 0 {
		return -high, -low
	}
	return low, high
}
