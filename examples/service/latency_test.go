package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestShapes(t *testing.T) {
	const draws = 10_000
	const ms = time.Millisecond
	for _, test := range []struct {
		name                string
		shape               shape
		least, median, most time.Duration
	}{
		{"steady", steady(10*ms, 4*ms), 10 * ms, 12 * ms, 14 * ms},
		{"no spread", steady(10*ms, 0), 10 * ms, 10 * ms, 10 * ms},
		{"cached", cached(steady(ms, 0), steady(20*ms, 0), 10), ms, ms, 20 * ms},
		{"never cached", cached(steady(ms, 0), steady(20*ms, 0), 1), 20 * ms, 20 * ms, 20 * ms},
		{"log-normal", logNormal(30*ms, 0.6, time.Second), 0, 30 * ms, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			drawn := make([]time.Duration, draws)
			for i := range drawn {
				drawn[i] = test.shape()
			}
			slices.Sort(drawn)
			if drawn[0] < test.least || drawn[draws-1] > test.most {
				t.Errorf("drew %v to %v, want %v to %v", drawn[0], drawn[draws-1], test.least, test.most)
			}
			// 5 % is seven standard deviations of the median of so many.
			if got := drawn[draws/2]; got < test.median*95/100 || got > test.median*105/100 {
				t.Errorf("median %v, want %v", got, test.median)
			}
		})
	}
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if err := pause(t.Context(), time.Minute); err != nil || time.Since(start) != time.Minute {
			t.Errorf("pause gave %v after %v, want nil after a minute", err, time.Since(start))
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if err := pause(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("pause gave %v after %v, want the context's error after a second", err, time.Since(start))
		}
	})
}
