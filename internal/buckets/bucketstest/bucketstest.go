// Package bucketstest is what tests hold buckets against: the definition of a
// native histogram in integers, which knows no rounding, and bounds of all kinds.
package bucketstest

import "math/big"

// Bounds are classic bounds that are hard to get right: fractions, negative ones,
// and some at and beyond the ends of int64.
var Bounds = [][]float64{
	nil,
	{0.3, 0.1, 1.5, 1e-9, 2.5e-9, 1e7},
	{-3, -0.1, 0, 0.1, 7, 1e30, -1e30, 12345.678, -12345.678},
	{-9.3e18, -9.2e18, 9.2e18, 9.3e18},
}

// NoHigher reports whether n ≤ unit·2^(index/2^schema), which is to say whether
// n^(2^schema) ≤ unit^(2^schema)·2^index.
func NoHigher(n uint64, schema int32, unit int64, index int32) bool {
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
