// Package buckets divides the integers into the buckets of Prometheus histograms,
// native and classic ones at once.
package buckets

import (
	"math"
	"math/big"
	"math/bits"
	"slices"
	"sort"
)

// NanosPerSecond is the unit of what timers record, in terms of what is exposed.
const NanosPerSecond = 1_000_000_000

// OffsetBits is how many bits the offset of a value in its bucket may have; those
// in wide buckets are cut off to fit, see Side.Shift.
const OffsetBits = 26

// A Scheme divides the int64 range into buckets, or the float64 range. It never
// changes, so anybody may use it at any time, and all samples of its kind share it.
//
// The buckets are those of a native histogram schema of Prometheus: with x the
// value in the exposed unit, the bucket of index i holds 2^((i-1)/2^schema) < x ≤
// 2^(i/2^schema), those of negative values mirror them, and zero has one of its
// own. The classic bounds cut them in two where they fall, so that the counts of
// both kinds of histogram are sums of the same counters. Schema buckets that hold
// no integer are skipped.
//
// A bucket's position orders them by value: 0 is that of zero, n the n-th from
// it upwards, -n downwards.
type Scheme struct {
	schema   int32
	unit     int64     // how many recorded units make an exposed one
	bounds   []float64 // classic ones, ascending, in the exposed unit
	ends     []int     // positions of the last buckets at or below each bound
	positive *Side
	negative *Side
	float    *floats // nil for integers; then there are no sides
}

func newScheme(schema int32, unit int64, bounds []float64) *Scheme {
	s := &Scheme{schema: schema, unit: unit, bounds: bounds}
	var above, below []uint64 // cuts among positive and negative values
	for _, bound := range bounds {
		floor, within := Floor(bound, unit)
		switch {
		case !within:
		case floor >= 0:
			above = append(above, uint64(floor))
		default:
			below = append(below, -uint64(floor)-1)
		}
	}
	slices.Reverse(below)
	edges := schemaEdges(schema, unit, 1<<63)
	s.positive, s.negative = newSide(schema, edges, above), newSide(schema, edges, below)
	if slices.Equal(s.positive.lower, s.negative.lower) {
		s.negative = s.positive // save the memory
	}
	for _, bound := range bounds {
		switch floor, within := Floor(bound, unit); {
		case within:
			s.ends = append(s.ends, s.Position(floor))
		case floor > 0:
			s.ends = append(s.ends, math.MaxInt)
		default:
			s.ends = append(s.ends, math.MinInt)
		}
	}
	return s
}

// Schema returns the schema of the native histogram, from CoarsestSchema to
// FinestSchema.
func (s *Scheme) Schema() int32 { return s.schema }

// Unit returns how many recorded units make an exposed one.
func (s *Scheme) Unit() int64 { return s.unit }

// Bounds returns the classic bounds, ascending, in the exposed unit. They are not
// to be changed.
func (s *Scheme) Bounds() []float64 { return s.bounds }

// End returns the position of the last bucket at or below bound number i.
func (s *Scheme) End(i int) int { return s.ends[i] }

// Positive returns the side of zero and all above.
func (s *Scheme) Positive() *Side { return s.positive }

// Float reports whether the values are float64.
func (s *Scheme) Float() bool { return s.float != nil }

// Position returns the position of the bucket that v falls into.
func (s *Scheme) Position(v int64) int {
	if s.float != nil {
		return s.float.position(float64(v))
	}
	if v >= 0 {
		return s.positive.Find(uint64(v))
	}
	return -s.negative.Find(-uint64(v))
}

// PositionFloat is Position for a float64, which must be finite. A scheme of integers
// rounds it to the nearest one.
func (s *Scheme) PositionFloat(v float64) int {
	if s.float != nil {
		return s.float.position(v)
	}
	switch { // converting would overflow
	case v >= math.MaxInt64:
		return s.Position(math.MaxInt64)
	case v <= math.MinInt64:
		return s.Position(math.MinInt64)
	}
	return s.Position(int64(math.Round(v)))
}

// Index returns the index in the schema of the bucket at a position other than 0.
func (s *Scheme) Index(position int) int32 {
	if s.float != nil {
		index, _ := s.float.indexAt(position)
		return index
	}
	side, n := s.At(position)
	return side.index[n]
}

// At returns the side that a position is on, and the number of its bucket there. Only
// schemes of integers have sides.
func (s *Scheme) At(position int) (*Side, int) {
	if position >= 0 {
		return s.positive, position
	}
	return s.negative, -position
}

// Limits returns the lowest and the highest integer of a bucket. For floats, the limit
// closer to zero is the end of the next bucket.
func (s *Scheme) Limits(position int) (low, high float64) {
	if s.float != nil {
		return s.float.limits(position)
	}
	side, n := s.At(position)
	low, high = float64(side.lower[n]), float64(side.lower[n+1]-1)
	if position < 0 {
		return -high, -low
	}
	return low, high
}

// ClassicOf returns the number of the first bound that is not below v.
func (s *Scheme) ClassicOf(v int64) int { return s.classicAt(s.Position(v)) }

// ClassicOfFloat is ClassicOf for floats.
func (s *Scheme) ClassicOfFloat(v float64) int { return s.classicAt(s.PositionFloat(v)) }

func (s *Scheme) classicAt(position int) int {
	return sort.Search(len(s.ends), func(i int) bool { return position <= s.ends[i] })
}

// A Side is the buckets of zero and of the values to one side of it, by their
// magnitude. Bucket n holds lower[n] to lower[n+1]-1, bucket 0 zero alone.
type Side struct {
	lower  []uint64
	index  []int32 // in the schema
	finder Finder
	wide   int     // from this bucket on, offsets have to be shifted to fit OffsetBits,
	shift  []uint8 // by so many bits
}

// Find returns the number of the bucket of a magnitude up to 2^63.
func (d *Side) Find(m uint64) int {
	if m < Exact {
		return d.finder.Find(m)
	}
	return sort.Search(len(d.index)-1, func(n int) bool { return d.lower[n+1] > m })
}

// Finder returns what finds buckets of magnitudes below Exact.
func (d *Side) Finder() Finder { return d.finder }

// edge is a boundary of the schema: the highest magnitude of a bucket.
type edge struct {
	highest uint64
	index   int32
}

// newSide makes the buckets between the edges, cut in two behind each of cuts.
// Both must ascend, and the last edge be the highest.
func newSide(schema int32, edges []edge, cuts []uint64) *Side {
	d := &Side{lower: []uint64{0, 1}, index: []int32{0}}
	add := func(highest uint64, index int32) {
		if highest >= d.lower[len(d.lower)-1] {
			d.lower = append(d.lower, highest+1)
			d.index = append(d.index, index)
		}
	}
	for _, e := range edges {
		for ; len(cuts) > 0 && cuts[0] < e.highest; cuts = cuts[1:] {
			add(cuts[0], e.index)
		}
		add(e.highest, e.index)
	}
	d.setShifts()
	d.finder = newFinder(schema, d.lower)
	return d
}

// setShifts finds out which buckets are wide. A narrow one may follow a wide one,
// where a classic bound cut something off; it then is treated as wide, too.
func (d *Side) setShifts() {
	d.wide = len(d.index)
	for n := range d.index {
		width := d.lower[n+1] - d.lower[n]
		shift := max(bits.Len64(width-1)-OffsetBits, 0)
		if shift > 0 && len(d.shift) == 0 {
			d.wide = n
		}
		if n >= d.wide {
			d.shift = append(d.shift, uint8(shift))
		}
	}
}

// Lower returns the lowest magnitude in bucket n.
func (d *Side) Lower(n int) uint64 { return d.lower[n] }

// Index returns the index in the schema of bucket n.
func (d *Side) Index(n int) int32 { return d.index[n] }

// Wide returns the number of the first bucket from which on Shift may not be 0.
func (d *Side) Wide() int { return d.wide }

// Shift returns by how many bits offsets in bucket n have to be shifted to fit
// OffsetBits.
func (d *Side) Shift(n int) uint8 {
	if n < d.wide {
		return 0
	}
	return d.shift[n-d.wide]
}

// schemaEdges returns the boundaries of a schema between integers, up to
// the limit: the integer parts of unit·2^(i/2^schema). All but the powers of two
// among these are irrational, so that 256 bits leave no doubt on which side of
// one an integer is.
func schemaEdges(schema int32, unit int64, limit uint64) []edge {
	fractions := schemaFractions(schema, unit)
	exponent := -bits.Len64(uint64(unit))
	step := 1
	if schema < 0 {
		step = 1 << -schema
		exponent = -(-exponent + step - 1) / step * step
	}
	var edges []edge
	for {
		for i, fraction := range fractions {
			integer, _ := new(big.Float).SetMantExp(fraction, exponent).Int(nil)
			index := int32(exponent/step*len(fractions) + i)
			if integer.IsUint64() && integer.Uint64() < limit {
				if highest := integer.Uint64(); highest > 0 && (len(edges) == 0 || highest > edges[len(edges)-1].highest) {
					edges = append(edges, edge{highest, index})
				}
				continue
			}
			return append(edges, edge{limit, index})
		}
		exponent += step
	}
}

// schemaFractions returns unit·2^(i/2^schema) for i from 0 to 2^schema-1.
func schemaFractions(schema int32, unit int64) []*big.Float {
	growth := new(big.Float).SetPrec(256).SetInt64(2)
	for range max(schema, 0) {
		growth.Sqrt(growth)
	}
	fraction := new(big.Float).SetPrec(256).SetInt64(unit)
	fractions := make([]*big.Float, 1<<max(schema, 0))
	for i := range fractions {
		fractions[i] = new(big.Float).Set(fraction)
		fraction.Mul(fraction, growth)
	}
	return fractions
}
