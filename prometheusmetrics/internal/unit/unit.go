// Package unit brings recorded values to the unit that they are exposed in.
package unit

import "math"

// Unit is a conversion: a value is divided by one number and multiplied by another.
// There are two because dividing nanoseconds by 1e9 is exact where multiplying them
// by 1e-9 is not. The zero Unit is of no use; see One.
type Unit struct{ Divisor, Factor float64 }

// One leaves values as they are.
var One = Unit{1, 1}

// Apply converts a value.
func (u Unit) Apply(value float64) float64 { return value / u.Divisor * u.Factor }

// Scaled returns the unit with a rule's scale put in. One like 0.001 is divided by
// its inverse: 9 ms are then 0.009 s and not 0.009000000000000001.
func (u Unit) Scaled(scale float64) Unit {
	if inverse := math.Round(1 / scale); 1/inverse == scale {
		u.Divisor *= inverse
	} else {
		u.Factor *= scale
	}
	return u
}
