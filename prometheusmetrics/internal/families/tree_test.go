package families

import (
	"errors"
	"slices"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// next is another exposition with the same families and other values.
func next(e *Exposition) *Exposition {
	later := *e
	later.Numbers = slices.Clone(e.Numbers)
	for i := range later.Numbers {
		later.Numbers[i]++
	}
	later.Parts = slices.Clone(e.Parts)
	later.Parts[0].Exemplar = &Exemplar{Labels: e.Parts[0].Exemplar.Labels, Value: 3, Time: began}
	later.Histograms = slices.Clone(e.Histograms)
	later.Histograms[0].Count++
	later.Histograms[0].Version++
	return &later
}

// TestBorrowShowsTheLatest: a tree that is used again shows what a new one would.
func TestBorrowShowsTheLatest(t *testing.T) {
	var trees Trees
	e := newTestExposition()
	for range 3 {
		got, done, err := trees.Borrow(e)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range e.DTO() {
			if !proto.Equal(got[i], want) {
				t.Errorf("borrowed\n%v\nwant\n%v", got[i], want)
			}
		}
		done()
		done()
		e = next(e)
	}
	smaller := *e
	smaller.Families = e.Families[1:]
	if got, _, _ := trees.Borrow(&smaller); len(got) != 3 || got[0].GetName() != "g" {
		t.Errorf("after a family has gone: %v", got)
	}
}

// TestBorrowedStays: a reader that is slow keeps what it was lent.
func TestBorrowedStays(t *testing.T) {
	var trees Trees
	e := newTestExposition()
	slow, done, _ := trees.Borrow(e)
	want := e.DTO()
	later, laterDone, _ := trees.Borrow(next(e))
	if !proto.Equal(slow[0], want[0]) || proto.Equal(later[0], want[0]) {
		t.Errorf("the slow reader has %v, the one after it %v", slow[0], later[0])
	}
	done()
	laterDone()
}

// TestLentTreesAreBounded: readers that never finish cost a limited amount of
// memory, and those of one exposition share a tree.
func TestLentTreesAreBounded(t *testing.T) {
	var trees Trees
	e := newTestExposition()
	var first func()
	for range maxLent {
		for range 2 {
			_, done, err := trees.Borrow(e)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = done
				continue
			}
		}
		e = next(e)
	}
	if _, _, err := trees.Borrow(e); !errors.Is(err, ErrTooManyReaders) {
		t.Errorf("%d trees were lent, and one more: %v", maxLent, err)
	}
	first()
	if _, _, err := trees.Borrow(e); !errors.Is(err, ErrTooManyReaders) {
		t.Errorf("a tree that still has a reader was lent: %v", err)
	}
}

func TestRefreshAllocates(t *testing.T) {
	var trees Trees
	e := newTestExposition()
	e.Families = slices.DeleteFunc(e.Families, func(f *Family) bool { return f.Type == dto.MetricType_COUNTER })
	_, done, _ := trees.Borrow(e)
	done()
	later := *e
	if n := testing.AllocsPerRun(10, func() {
		_, done, _ := trees.Borrow(&later)
		done()
		trees.last.exposition = e
	}); n > 5 {
		t.Errorf("showing the next exposition allocates %v times", n)
	}
}
