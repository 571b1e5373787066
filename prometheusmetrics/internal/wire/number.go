package wire

import (
	"math"
	"strconv"
)

// maxPlain is the first whole number that is written with an exponent.
const maxPlain = 1e6

// maxExact bounds the whole numbers that a float64 tells from their neighbours,
// so that their digits are the shortest that are read back as the same number.
const maxExact = 1 << 53

// appendFloat writes a value as the text format has it, and with open as
// OpenMetrics has it, where a number without point or exponent gets ".0".
func appendFloat(dst []byte, f float64, open bool) []byte {
	if whole := int64(f); float64(whole) == f && -maxExact < whole && whole < maxExact {
		return appendWhole(dst, whole, open)
	}
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, +1):
		return append(dst, "+Inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-Inf"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64) // a fraction or large, so with a point or an exponent
}

// appendWhole writes a whole number as strconv.AppendFloat does with format g and
// the shortest precision, in a third of the time. Most values are whole.
func appendWhole(dst []byte, whole int64, open bool) []byte {
	if -maxPlain < whole && whole < maxPlain {
		dst = strconv.AppendInt(dst, whole, 10)
		if open {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	if whole < 0 {
		dst, whole = append(dst, '-'), -whole
	}
	var scratch [20]byte
	digits := strconv.AppendInt(scratch[:0], whole, 10)
	exponent := len(digits) - 1
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(dst, '.')
		dst = append(dst, digits[1:]...)
	}
	return append(dst, 'e', '+', '0'+byte(exponent/10), '0'+byte(exponent%10))
}

// appendCount writes a count: a whole number in OpenMetrics, a float in text.
func appendCount(dst []byte, count uint64, open bool) []byte {
	if open {
		return strconv.AppendUint(dst, count, 10)
	}
	return appendFloat(dst, float64(count), false)
}
