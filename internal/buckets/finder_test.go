package buckets

import (
	"math/rand/v2"
	"sort"
	"testing"
)

// TestFinder compares with a search, next to each boundary and anywhere else.
func TestFinder(t *testing.T) {
	schemes(func(s *Scheme) {
		for _, side := range []*Side{s.positive, s.negative} {
			finder := side.Finder()
			last := len(side.index) - 1
			check := func(m uint64) {
				want := sort.Search(last, func(n int) bool { return side.lower[n+1] > m })
				if got := finder.Find(m); got != want || finder.Lower(got) != side.lower[want] {
					t.Fatalf("schema %d unit %d: %d found in %d, want %d", s.schema, s.unit, m, got, want)
				}
			}
			for _, lowest := range side.lower {
				for m := max(lowest, 2) - 2; m < lowest+2 && m < Exact; m++ {
					check(m)
				}
			}
			for shift := range 53 {
				check(Exact>>shift - 1)
				check(rand.Uint64N(Exact) >> shift)
			}
		}
	})
}
