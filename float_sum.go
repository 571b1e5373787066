package metrics

import "math"

// floatSum adds float64 values up with twice their precision, so that a billion small
// values beside a large one are not lost: the rounded sum and what rounding has cut
// off. The steps are those of Knuth's TwoSum and of Dekker, A Floating-Point
// Technique for Extending the Available Precision, 1971.
type floatSum struct{ high, low float64 }

// add adds a finite value. A sum beyond the range stays infinite.
func (s *floatSum) add(v float64) {
	sum := s.high + v
	if math.IsInf(sum, 0) {
		*s = floatSum{high: sum}
		return
	}
	part := sum - s.high
	low := s.low + ((s.high - (sum - part)) + (v - part))
	s.high = sum + low
	s.low = low - (s.high - sum)
}

// addProduct adds a·b.
func (s *floatSum) addProduct(a, b float64) {
	product := a * b
	s.add(product)
	if !math.IsInf(product, 0) {
		s.add(math.FMA(a, b, -product)) // what rounding the product has cut off
	}
}

// merge adds another sum.
func (s *floatSum) merge(other floatSum) {
	s.add(other.high)
	s.add(other.low)
}

func (s *floatSum) value() float64 { return s.high }
