// Package backoff spaces out the tries of something that fails: pushes to a gateway,
// deliveries to another program.
package backoff

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// firstRetry is long enough for a server that restarts to be there again, and
	// short beside the interval at which it is asked for values.
	firstRetry = time.Second

	// longestRetry is how long values may be missing after a server has come
	// back, where the interval is shorter than that.
	longestRetry = 30 * time.Second
)

// Backoff hands out the waiting times between tries of something that fails:
// each twice the last one, up to a limit. Of each only a random part is waited,
// at least half, so that a thousand processes that lost the same server do not
// all come back to it at once. It is for one goroutine.
type Backoff struct {
	first, limit time.Duration
	last         time.Duration // without the randomness; 0 after a reset
}

// New returns the waiting times of something that is due every interval.
func New(interval time.Duration) *Backoff {
	return &Backoff{first: min(firstRetry, interval), limit: max(longestRetry, interval)}
}

// Next returns how long to wait before the next try.
func (b *Backoff) Next() time.Duration {
	switch {
	case b.last == 0:
		b.last = b.first
	case b.last > b.limit/2: // twice that may overflow
		b.last = b.limit
	default:
		b.last *= 2
	}
	half := b.last / 2
	return half + rand.N(b.last-half+1)
}

// Reset has the next failure begin with the shortest time again.
func (b *Backoff) Reset() { b.last = 0 }

// Sleep waits that long, or until the context ends or the channel is closed.
func Sleep(ctx context.Context, wait time.Duration, closing <-chan struct{}) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-closing:
	}
}
