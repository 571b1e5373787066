package lines

import (
	"errors"
	"maps"
	"testing"
)

func TestLosses(t *testing.T) {
	long, twice, partial := errors.New("too long"), errors.New("twice"), errors.New("half of it")
	var l Losses
	if got := l.Problems(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
	line := []byte("f.first")
	Lose(&l, "f", line, long)
	copy(line, "changed")
	Lose(&l, "f", line, long)
	Lose(&l, "f", "f.second", twice)
	Lose(&l, "g", "g.third", long)
	got := map[string]string{}
	for key, err := range l.Problems(partial) {
		got[key] = err.Error()
	}
	want := map[string]string{
		"":            "half of it",
		"f\ntoo long": `family f: 2 series left out, among them "f.first": too long`,
		"f\ntwice":    `family f: 1 series left out, among them "f.second": twice`,
		"g\ntoo long": `family g: 1 series left out, among them "g.third": too long`,
	}
	if !maps.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := l.Problems(nil)["f\ntwice"]; !errors.Is(err, twice) {
		t.Errorf("%v does not wrap its reason", err)
	}
}
