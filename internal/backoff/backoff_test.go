package backoff_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-metrics-plus/metrics/internal/backoff"
)

func TestBackoff(t *testing.T) {
	const s = time.Second
	for _, test := range []struct {
		interval time.Duration
		whole    []time.Duration // of each waiting time, before the randomness
	}{
		{15 * s, []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 30 * s, 30 * s}},
		{s / 10, []time.Duration{s / 10, s / 5, 2 * s / 5}},
		{50 * s, []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 50 * s, 50 * s}},
		{1, []time.Duration{1, 2, 4, 8}},
	} {
		b := backoff.New(test.interval)
		for range 100 {
			for i, whole := range test.whole {
				if got := b.Next(); got < whole/2 || got > whole {
					t.Fatalf("interval %v: waiting time %d is %v, want half to whole of %v", test.interval, i, got, whole)
				}
			}
			b.Reset()
		}
	}
}

func TestBackoffDoesNotOverflow(t *testing.T) {
	b := backoff.New(math.MaxInt64)
	for range 100 {
		if got := b.Next(); got <= 0 {
			t.Fatalf("waiting time is %v", got)
		}
	}
}

// The waiting times of two that fail at the same moment differ.
func TestBackoffIsRandom(t *testing.T) {
	seen := make(map[time.Duration]bool)
	for range 100 {
		seen[backoff.New(time.Hour).Next()] = true
	}
	if len(seen) < 90 {
		t.Errorf("only %d of 100 first waiting times differ", len(seen))
	}
}

func TestSleep(t *testing.T) {
	type ender func(cancel context.CancelFunc, closing chan struct{})
	for name, test := range map[string]struct {
		end  ender // after a second
		want time.Duration
	}{
		"whole":   {func(context.CancelFunc, chan struct{}) {}, time.Minute},
		"context": {func(cancel context.CancelFunc, _ chan struct{}) { cancel() }, time.Second},
		"closing": {func(_ context.CancelFunc, closing chan struct{}) { close(closing) }, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				closing, begun := make(chan struct{}), time.Now()
				time.AfterFunc(time.Second, func() { test.end(cancel, closing) })
				backoff.Sleep(ctx, time.Minute, closing)
				if slept := time.Since(begun); slept != test.want {
					t.Errorf("slept %v, want %v", slept, test.want)
				}
			})
		})
	}
}
