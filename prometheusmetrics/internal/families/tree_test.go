package families

import (
	"errors"
	"slices"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
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

// TestLent: trees count as lent until their last reader has finished, however often
// they are lent.
func TestLent(t *testing.T) {
	var trees Trees
	e := newTestExposition()
	for range 2 * maxLent {
		_, one, err := trees.Borrow(e)
		_, two, _ := trees.Borrow(e)
		later := next(e)
		_, three, _ := trees.Borrow(later)
		if err != nil || trees.Lent() != 2 {
			t.Fatalf("%d trees are lent, want 2: %v", trees.Lent(), err)
		}
		for i, done := range []func(){one, one, two, three} {
			done()
			if want := []int{2, 2, 1, 0}[i]; trees.Lent() != want {
				t.Fatalf("after %d readers have finished %d trees are lent, want %d", i+1, trees.Lent(), want)
			}
		}
		e = later
	}
}

// TestBorrowShowsWhenItBegan: a counter that starts over has another time, which is
// the same timestamp only as long as the time is.
func TestBorrowShowsWhenItBegan(t *testing.T) {
	var trees Trees
	e := newTestExposition()
	var last *timestamppb.Timestamp
	for _, at := range []time.Time{
		began, began, began.Add(time.Second), began.Add(time.Second + 1), {}, began.Add(1), began.Add(1),
	} {
		was := e.Parts[0].Created
		e = next(e)
		created := at.UnixNano()
		if at.IsZero() {
			created = 0
		}
		e.Parts[0].Created, e.Parts[1].Created = created, created
		got, done, _ := trees.Borrow(e)
		counter, summary := got[0].Metric[0].Counter, got[3].Metric[0].Summary
		want := timestamppb.New(at)
		if at.IsZero() {
			want = nil
		}
		if !proto.Equal(counter.CreatedTimestamp, want) || !proto.Equal(summary.CreatedTimestamp, want) {
			t.Errorf("began at %v and %v, want %v", counter.CreatedTimestamp, summary.CreatedTimestamp, want)
		}
		if created == was && last != nil && counter.CreatedTimestamp != last {
			t.Errorf("%v is another timestamp though the time has not changed", last)
		}
		last = counter.CreatedTimestamp
		done()
	}
}

func TestSame(t *testing.T) {
	one, other := make([]*Family, 3), make([]*Family, 3)
	for _, test := range []struct {
		a, b []*Family
		want bool
	}{
		{one, one, true}, {one, other, false}, {one, one[:2], false}, {one, one[1:], false}, {one[1:], one[:2], false},
		{nil, nil, true}, {nil, one[:0], true}, {nil, one, false},
	} {
		if Same(test.a, test.b) != test.want {
			t.Errorf("lists of %d and %d families are the same: %v", len(test.a), len(test.b), !test.want)
		}
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
