package delivery

import (
	"errors"
	"testing"
)

func TestGathering(t *testing.T) {
	cause := errors.New("no")
	for _, test := range []struct {
		families        []int
		err             error
		partial, failed bool
	}{
		{[]int{1}, nil, false, false},
		{nil, nil, false, false},
		{[]int{1}, cause, true, false},
		{nil, cause, false, true},
	} {
		var g Gathering[int]
		got, partial, failed := g.Do(t.Context(), func() ([]int, error) { return test.families, test.err })
		if len(got) != len(test.families) || (partial != nil) != test.partial || (failed != nil) != test.failed {
			t.Errorf("%v, %v: got %v, %v, %v", test.families, test.err, got, partial, failed)
		}
		if failed != nil && (!failureOf(failed).Permanent || !errors.Is(failed, cause)) {
			t.Errorf("failed with %#v", failed)
		}
	}
}
