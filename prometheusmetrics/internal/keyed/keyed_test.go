package keyed

import (
	"math/rand/v2"
	"testing"
)

// TestIndexAgainstMap does the same random things to an index and a map, of entries that
// share hashes with others and of some that don't.
func TestIndexAgainstMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, hashes := range []int{3, 97, 1 << 20} {
		var x Index[int]
		model := make(map[int]bool)
		for step := range 20_000 {
			entry := random.IntN(500)
			hash := uint64(entry % hashes)
			switch there := model[entry]; {
			case there && (step/3000)%2 == 1: // there are fewer of them every other while
				x.Remove(hash, entry)
				delete(model, entry)
			case !there && (step/3000)%2 == 0:
				x.Add(hash, entry)
				model[entry] = true
			case !there:
				x.Remove(hash, entry) // which is not there
			}
			if step%1000 == 0 {
				x.Shrink()
			}
			other := random.IntN(500)
			found, ok := x.Find(uint64(other%hashes), func(e int) bool { return e == other })
			if ok != model[other] || ok && found != other || x.Len() != len(model) {
				t.Fatalf("step %d: %d is found: %v, %d; want %v; %d entries, want %d",
					step, other, ok, found, model[other], x.Len(), len(model))
			}
		}
		seen := 0
		for hash, entry := range x.All() {
			if seen++; hash != uint64(entry%hashes) || !model[entry] {
				t.Errorf("%d is listed under %d", entry, hash)
			}
		}
		if seen != len(model) {
			t.Errorf("%d are listed, want %d", seen, len(model))
		}
	}
}

// TestRemoveOfAnotherEntry: what is not there is not removed, though another one has its
// hash.
func TestRemoveOfAnotherEntry(t *testing.T) {
	var x Index[int]
	x.Add(7, 1)
	x.Remove(7, 2)
	if _, ok := x.Find(7, func(e int) bool { return e == 1 }); !ok || x.Len() != 1 {
		t.Errorf("%d entries, the other is found: %v", x.Len(), ok)
	}
}

// TestShrink: the memory of a few that have gone is kept, that of many is not, and what
// is left is found.
func TestShrink(t *testing.T) {
	for _, test := range []struct {
		before, after, peak int
	}{{64, 0, 64}, {65, 0, 0}, {72, 2, 72}, {73, 2, 2}, {0, 0, 0}} {
		var x Index[int]
		for i := range test.before {
			x.Add(uint64(i%10), i)
		}
		for i := test.after; i < test.before; i++ {
			x.Remove(uint64(i%10), i)
		}
		if shrunk := x.Shrink(); shrunk != (x.peak < test.before) || x.peak != test.peak || x.Len() != test.after {
			t.Errorf("of %d there are %d: shrunk %v, peak %d; want %d and %d",
				test.before, x.Len(), shrunk, x.peak, test.after, test.peak)
		}
		for i := range test.after {
			if _, ok := x.Find(uint64(i%10), func(e int) bool { return e == i }); !ok {
				t.Errorf("%d is lost", i)
			}
		}
	}
}
