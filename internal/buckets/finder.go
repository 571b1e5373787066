package buckets

import (
	"math"
	"unsafe"
)

// Finder finds the bucket of a magnitude in a few nanoseconds. It is the part of a
// Side that recording needs, without the pointers that lead there.
//
// One more than a magnitude, as a float64, has the power of two in its upper bits, and
// behind that the fraction: the first bits lead to a guess, which has the number of the
// bucket of the lowest such magnitude in its upper half. If that bucket ends before the
// highest, the lower half is such that adding the next 32 bits of a magnitude beyond
// its end carries into the upper one. As a rule there is one boundary to every two
// guesses, and which side of it a value is on is nothing that a processor could
// predict: so no branch.
type Finder struct {
	guesses *uint64 // the first of them
	lower   *uint64 // Side.lower, whose bounds aren't checked
	base    uint64  // what the bits that lead to the first guess are
	drop    uint    // how many bits follow them
}

// Exact is the first magnitude that a Finder doesn't know: it and those below can be
// increased and still be exact in a float64.
const Exact = 1 << 53

// Find returns the number of the bucket of a magnitude, which must be below Exact.
func (f *Finder) Find(m uint64) int {
	b := math.Float64bits(float64(int64(m + 1)))
	n := int((*at(f.guesses, int(b>>(f.drop&63)-f.base)) + b<<(-f.drop&63)>>32) >> 32)
	for m >= *at(f.lower, n+1) { // a classic bound, or equal in all these bits
		n++
	}
	return n
}

// Lower returns the lowest magnitude in bucket n.
func (f *Finder) Lower(n int) uint64 { return *at(f.lower, n) }

// at returns where element i of an array is that begins at p. There is one for each
// magnitude below Exact, and a check would cost a tenth of an update.
func at(p *uint64, i int) *uint64 {
	return (*uint64)(unsafe.Add(unsafe.Pointer(p), i*8))
}

// newFinder fills the guesses so finely that mostly there is no more than one
// boundary from one to the next.
func newFinder(schema int32, lower []uint64) Finder {
	fraction := uint(max(schema, 0) + 1)
	drop := 52 - fraction
	base := math.Float64bits(1) >> drop
	guesses := make([]uint64, math.Float64bits(Exact)>>drop-base+1)
	n := 0
	for i := range guesses {
		first := uint64(i) + base
		lowest := uint64(math.Ceil(math.Float64frombits(first << drop)))
		highest := uint64(math.Float64frombits((first+1)<<drop - 1))
		// All here are one more than a magnitude: lower[n+1] is that of the end of n.
		for lower[n+1] < lowest {
			n++
		}
		guesses[i] = uint64(n) << 32
		if end := lower[n+1]; end < highest {
			guesses[i] |= uint64(^uint32(math.Float64bits(float64(end)) << (64 - drop) >> 32))
		}
	}
	return Finder{guesses: &guesses[0], lower: &lower[0], base: base, drop: drop}
}
