package wire

import "hash/crc32"

// combine returns the CRC-32 of two texts, one after the other, from the sums of
// both and the length of the second. A sum is a polynomial over GF(2); putting n
// bytes behind a text multiplies its sum by x to the power of 8·n.
func combine(first, second uint32, secondSize int64) uint32 {
	power := one
	square := 3 // x^(2^3), for one byte
	for n := secondSize; n > 0; n >>= 1 {
		if n&1 != 0 {
			power = multiply(squares[square%len(squares)], power)
		}
		square++
	}
	return multiply(power, first) ^ second
}

// one is x^0: sums have their highest power in the lowest bit.
const one uint32 = 1 << 31

// squares are x^1, x^2, x^4 and so on; x^(2^32) is x^1 again.
var squares = func() (table [32]uint32) {
	table[0] = one >> 1
	for i := 1; i < len(table); i++ {
		table[i] = multiply(table[i-1], table[i-1])
	}
	return table
}()

// multiply multiplies two polynomials modulo that of CRC-32.
func multiply(a, b uint32) (product uint32) {
	for ; a != 0; a <<= 1 {
		if a&one != 0 {
			product ^= b
		}
		if b&1 != 0 {
			b = b>>1 ^ crc32.IEEE
		} else {
			b >>= 1
		}
	}
	return product
}
