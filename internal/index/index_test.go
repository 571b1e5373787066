package index

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// contains is what readers do. Entries of these tests share hashes, and hashes
// share chains.
func (x *Index[E]) contains(hash uint64, matches func(E) bool) bool {
	for n := x.First(hash); n != nil; n = n.Next() {
		if matches(n.Entry) {
			return true
		}
	}
	return false
}

func is(a int) func(int) bool { return func(b int) bool { return a == b } }

// TestIndexAgainstMap does the same random things to an index and a map.
func TestIndexAgainstMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var x Index[int]
	model := map[int]bool{}
	for step := range 20_000 {
		entry := random.IntN(500)
		hash := uint64(entry % 97)
		switch {
		case random.IntN(2000) == 0:
			x.Clear()
			clear(model)
		case model[entry] && (step/3000)%2 == 1: // shrink every other while
			x.Remove(hash, is(entry))
			delete(model, entry)
		case !model[entry]:
			x.Insert(hash, entry, nil)
			model[entry] = true
		}
		probe := random.IntN(500)
		if got := x.contains(uint64(probe%97), is(probe)); got != model[probe] {
			t.Fatalf("step %d: contains(%d) = %t", step, probe, got)
		}
		if x.count != len(model) {
			t.Fatalf("step %d: count %d, want %d", step, x.count, len(model))
		}
	}
	seen := 0
	x.All(func(int) { seen++ })
	if seen != len(model) {
		t.Errorf("all gave %d entries, want %d", seen, len(model))
	}
	if chains := len(*x.table.Load()); chains < seen {
		t.Errorf("%d chains for %d entries", chains, seen)
	}
}

func TestIndexRemoveUnknown(t *testing.T) {
	var x Index[int]
	x.Remove(1, is(1)) // no table yet
	x.Insert(1, 1, nil)
	x.Remove(1, is(2))
	x.Remove(9, is(1)) // the same chain, another hash
	if x.count != 1 || !x.contains(1, is(1)) {
		t.Errorf("count %d after removing what was not there", x.count)
	}
	x.Insert(9, 9, nil)
	x.Insert(9, 10, nil)
	if first := x.First(9); first.Entry != 10 || first.Next().Entry != 9 || first.Next().Next() != nil {
		t.Error("an entry of another hash follows in the chain")
	}
}

// TestIndexForgets shows that dead entries don't make a table grow.
func TestIndexForgets(t *testing.T) {
	var x Index[int]
	for i := range 10_000 {
		x.Insert(uint64(i), i, func(entry int) bool { return entry > i-10 })
	}
	if size := len(*x.table.Load()); size > 32 {
		t.Errorf("%d chains for 10 live entries", size)
	}
}

// TestIndexShrinks shows that a table is given back after a peak.
func TestIndexShrinks(t *testing.T) {
	var x Index[int]
	for i := range 10_000 {
		x.Insert(uint64(i), i, nil)
	}
	for i := range 9_990 {
		x.Remove(uint64(i), is(i))
	}
	if size := len(*x.table.Load()); size > 128 {
		t.Errorf("%d chains for 10 entries", size)
	}
	for i := 9_990; i < 10_000; i++ {
		if !x.contains(uint64(i), is(i)) {
			t.Errorf("%d is lost", i)
		}
	}
}

// TestIndexConcurrentReaders shows that whoever searches always finds what was
// there before and after, whatever writers do around it.
func TestIndexConcurrentReaders(t *testing.T) {
	var x Index[int]
	for i := range 100 {
		x.Insert(uint64(i), i, nil)
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for i := 0; ; i = (i + 1) % 100 {
				select {
				case <-done:
					return
				default:
				}
				if !x.contains(uint64(i), is(i)) {
					t.Errorf("%d is lost", i)
					return
				}
			}
		})
	}
	for range 20 {
		for i := 100; i < 1000; i++ {
			x.Insert(uint64(i%100), i, nil)
		}
		for i := 100; i < 1000; i++ {
			x.Remove(uint64(i%100), is(i))
		}
	}
	close(done)
	readers.Wait()
}
