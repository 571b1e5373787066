package metrics

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Each type of instrument knows when it was made, and when it was cleared if it can be.
func TestCreated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := time.Now()
		all := []interface{ Created() time.Time }{
			NewCounter(), NewGauge(), NewGaugeFloat64(), NewMeter(), NewTimer(), NewHistogramFloat64(),
			NewHistogram(nil), NewHistogram(NewUniformSample(10)), NewHistogram(NewBucketSample(0.05)),
			NewCustomTimer(NewHistogram(nil), NewMeter()),
		}
		for range 2 {
			time.Sleep(time.Hour)
			for _, metric := range all {
				if got := metric.Created(); !got.Equal(made) {
					t.Errorf("%T: created %v, want %v", metric, got, made)
				}
				cleared, ok := metric.(interface{ Clear() })
				if !ok {
					continue
				}
				cleared.Clear()
				if got := metric.Created(); !got.Equal(time.Now()) {
					t.Errorf("%T: cleared %v, want %v", metric, got, time.Now())
				}
			}
			all = slices.DeleteFunc(all, func(metric interface{ Created() time.Time }) bool {
				_, ok := metric.(interface{ Clear() })
				return !ok
			})
			made = time.Now()
		}
	})
}

func TestProvenance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := time.Now()
		c := NewCounter(Labels{"a": "1"})
		time.Sleep(time.Hour)
		if got := c.Created(); !got.Equal(made) {
			t.Errorf("created %v, want %v", got, made)
		}
		c.Clear()
		if got := c.Created(); !got.Equal(made.Add(time.Hour)) {
			t.Errorf("cleared %v, want %v", got, made.Add(time.Hour))
		}
		snapshot := c.Snapshot()
		time.Sleep(time.Hour)
		c.Clear()
		if got := snapshot.Created(); !got.Equal(made.Add(time.Hour)) {
			t.Errorf("the snapshot's creation time moved to %v", got)
		}
	})
}
