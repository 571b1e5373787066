package truth

import (
	"os"
	"slices"
	"testing"
)

// A mark lies between what is done and what is begun, and a file that ends within a
// mark is read up to there.
func TestMarks(t *testing.T) {
	folder := t.TempDir()
	slots := []*Slot{{}, {}}
	marks, err := NewMarks(folder, "d", 2, slots)
	if err != nil {
		t.Fatal(err)
	}
	next := func() {
		t.Helper()
		if _, err := marks.Next(); err != nil {
			t.Fatal(err)
		}
	}
	slots[0].Record(3, next)
	slots[1].Record(5, func() {})
	next()
	if _, err := marks.file.WriteString("half a mark"); err != nil {
		t.Fatal(err)
	}
	history, err := ReadMarks(folder, "d", len(slots))
	if err != nil {
		t.Fatal(err)
	}
	first, second := history.Of(2*perGeneration + 1)
	if first == nil || !slices.Equal(first.Slots, []Bounds{{0, 3}, {0, 0}}) {
		t.Errorf("first mark is %+v", first)
	}
	if second == nil || !slices.Equal(second.Slots, []Bounds{{3, 3}, {5, 5}}) || second.At.Before(first.At) {
		t.Errorf("second mark is %+v", second)
	}
	if last, next := history.Of(2*perGeneration + 2); last == nil || next != nil {
		t.Errorf("last mark is %+v, the one after it %+v", last, next)
	}
	if none, _ := history.Of(2*perGeneration + 3); none != nil {
		t.Errorf("mark that nobody made: %+v", none)
	}
}

func TestJournal(t *testing.T) {
	folder := t.TempDir()
	journal, err := NewJournal[Cause](folder, Causes)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "b"}
	for _, name := range want {
		if err := journal.Add(Cause{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := journal.file.WriteString(`{"Name":"c`); err != nil {
		t.Fatal(err)
	}
	causes, err := ReadJournal[Cause](folder, Causes)
	var names []string
	for _, c := range causes {
		names = append(names, c.Name)
	}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("read %q, %v", names, err)
	}
}

func TestSchema(t *testing.T) {
	folder := t.TempDir()
	if _, err := ReadSchema(folder); !os.IsNotExist(err) {
		t.Errorf("no schema: %v", err)
	}
	if err := WriteSchema(folder, Schema{Service: "s", Drivers: []Driver{{Name: "d"}}}); err != nil {
		t.Fatal(err)
	}
	if s, err := ReadSchema(folder); err != nil || s.Service != "s" || len(s.Drivers) != 1 {
		t.Errorf("read %+v, %v", s, err)
	}
}
