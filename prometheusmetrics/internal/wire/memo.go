package wire

import "math"

// memo remembers how the numbers of a list are written: the series of a family
// have the same quantiles or bounds, nearly always.
type memo struct {
	bits    []uint64
	ends    []int // in written
	written []byte
}

// text returns the i-th number of a list as it is written. It must be called for
// those before it first; the result is valid until the next call.
func (m *memo) text(i int, number float64, open bool) []byte {
	bits := math.Float64bits(number)
	if m.bits == nil {
		m.bits, m.ends, m.written = make([]uint64, 0, 32), make([]int, 0, 32), make([]byte, 0, 256)
	}
	if i >= len(m.bits) || m.bits[i] != bits {
		m.bits, m.ends = append(m.bits[:i], bits), m.ends[:i]
		m.written = appendFloat(m.written[:m.start(i)], number, open)
		m.ends = append(m.ends, len(m.written))
	}
	return m.written[m.start(i):m.ends[i]]
}

func (m *memo) start(i int) int {
	if i == 0 {
		return 0
	}
	return m.ends[i-1]
}
