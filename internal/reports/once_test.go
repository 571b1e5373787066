package reports

import (
	"errors"
	"slices"
	"testing"
)

func TestOnce(t *testing.T) {
	var o Once
	a, b := errors.New("a"), errors.New("b")
	for i, test := range []struct {
		problems map[string]error
		fresh    []error
	}{
		{map[string]error{"2": b, "1": a}, []error{a, b}},
		{map[string]error{"1": a, "2": errors.New("b, at another address")}, nil},
		{map[string]error{"1": a}, nil},
		{map[string]error{"1": a, "2": b}, []error{b}},
		{nil, nil},
		{map[string]error{"1": a}, []error{a}},
	} {
		if fresh := o.News(test.problems); !slices.Equal(fresh, test.fresh) {
			t.Errorf("step %d: new are %v, want %v", i, fresh, test.fresh)
		}
	}
}
