package metrics

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestClearForgetsExemplars looks at those of a timer, a histogram and a counter,
// and at a second one after each Clear.
func TestClearForgetsExemplars(t *testing.T) {
	labels := Labels{"trace_id": "1"}
	count := func(exemplars func(func(Exemplar) bool)) int { return len(slices.Collect(exemplars)) }

	h := NewHistogram(NewBucketSample(0.05, 10, 100))
	timer := NewCustomTimer(NewHistogram(NewBucketSample(0.05)), NewMeter())
	plain := GetOrRegisterTimer("t", NewRegistry(WithSample(func() Sample { return NewBucketSample(0.05) })))
	counter, floats := NewCounter(), NewHistogramFloat64()
	for round := range 2 {
		h.UpdateWithExemplar(5, labels)
		timer.UpdateWithExemplar(time.Second, labels)
		plain.UpdateWithExemplar(time.Second, labels)
		counter.IncWithExemplar(1, labels)
		floats.UpdateWithExemplar(0.5, labels)
		for what, got := range map[string]int{
			"histogram": count(h.Snapshot().Exemplars()), "custom timer": count(timer.Snapshot().Exemplars()),
			"timer": count(plain.Snapshot().Exemplars()), "counter": count(counter.Snapshot().Exemplars()),
			"floats": count(floats.Buckets().Exemplars()),
		} {
			if got != 1 {
				t.Errorf("round %d, %s: %d exemplars, want 1", round, what, got)
			}
		}
		h.Clear()
		timer.Clear()
		plain.Clear()
		counter.Clear()
		floats.Clear()
		for what, got := range map[string]int{
			"histogram": count(h.Snapshot().Exemplars()), "custom timer": count(timer.Snapshot().Exemplars()),
			"timer": count(plain.Snapshot().Exemplars()), "counter": count(counter.Snapshot().Exemplars()),
			"floats": count(floats.Buckets().Exemplars()),
		} {
			if got != 0 {
				t.Errorf("round %d, %s: %d exemplars after Clear", round, what, got)
			}
		}
	}
}

// TestMergeKeepsTheLaterExemplar merges in both orders.
func TestMergeKeepsTheLaterExemplar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		snapshot := func(values ...int64) *BucketSnapshot {
			h := NewHistogram(NewBucketSample(0.05, 10, 100))
			for _, v := range values {
				h.UpdateWithExemplar(v, Labels{"a": "b"})
				time.Sleep(time.Second)
			}
			return h.Snapshot().Sample().(*BucketSnapshot)
		}
		earlier := snapshot(1, 20, 300) // one in each bucket
		later := snapshot(2, 30)
		latest := snapshot(3)
		for _, test := range []struct {
			a, b *BucketSnapshot
			want []float64
		}{
			{earlier, later, []float64{2, 30, 300}},
			{later, earlier, []float64{2, 30, 300}},
			{latest, later, []float64{3, 30}},
			{earlier, new(BucketSnapshot), []float64{1, 20, 300}},
			{new(BucketSnapshot), earlier, []float64{1, 20, 300}},
		} {
			var got []float64
			for e := range test.a.Merge(test.b).Exemplars() {
				got = append(got, e.Value)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("merged exemplars %v, want %v", got, test.want)
			}
		}
	})
}
