package main

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

// A shape draws how long a handler takes, one of the ways in which real ones do.
type shape func() time.Duration

// steady is a handler that computes: between base and base plus spread.
func steady(base, spread time.Duration) shape {
	return func() time.Duration { return base + time.Duration(rand.Float64()*float64(spread)) }
}

// cached takes miss instead of hit for one call in every.
func cached(hit, miss shape, every float64) shape {
	return func() time.Duration {
		if rand.Float64()*every < 1 {
			return miss()
		}
		return hit()
	}
}

// logNormal is a handler that waits for other servers: most calls near the
// median, a few many times as long.
func logNormal(median time.Duration, sigma float64, most time.Duration) shape {
	return func() time.Duration {
		drawn := float64(median) * math.Exp(sigma*rand.NormFloat64())
		return time.Duration(min(drawn, float64(most)))
	}
}

// pause waits for d, or until ctx ends, which it tells by an error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
