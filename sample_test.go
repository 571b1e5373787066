package metrics

import (
	"slices"
	"testing"
)

func TestSamples(t *testing.T) {
	for name, s := range map[string]Sample{
		"decaying": NewExpDecaySample(200, 0.015), "uniform": NewUniformSample(200), "zero": &UniformSample{},
	} {
		t.Run(name, func(t *testing.T) {
			for v := range int64(100) {
				s.Update(100 - v)
			}
			snapshot := s.Snapshot()
			if got, want := readAll(s), readAll(snapshot); got != want || got != of1To100 {
				t.Errorf("sample\n%+v, snapshot\n%+v, want\n%+v", got, want, of1To100)
			}
			values := s.Values()
			if s.Size() != 100 || len(values) != 100 || !slices.IsSorted(values) || !slices.Equal(snapshot.Values(), values) {
				t.Errorf("size %d, values %v", s.Size(), values)
			}
			values[0] = 99
			snapshot.Values()[0] = 99
			s.Clear()
			snapshot.Clear()
			snapshot.Update(1)
			if got := readAll(s); got != (answers{}) || s.Size() != 0 || len(s.Values()) != 0 {
				t.Errorf("cleared: %+v", got)
			}
			if got := readAll(snapshot.Snapshot()); got != of1To100 || snapshot.Size() != 100 {
				t.Errorf("the snapshot changed: %+v", got)
			}
		})
	}
}
