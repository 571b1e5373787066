package prometheusmetrics

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// pushes is what a driver remembers from one push to the next. Its zero value is
// that of a driver that never pushed.
type pushes struct {
	succeeded atomic.Pointer[time.Time] // when the job last did; nil for never

	mu     sync.Mutex
	groups map[string]*pushGroup // by address
}

// pushGroup is one group at one gateway. What it remembers belongs to whoever
// has the turn.
type pushGroup struct {
	turn chan struct{} // holds one element while a push is under way

	told onceTold           // what the last push left out
	hung map[int]*gathering // gatherers that have not come back, by their place in the options
}

func (p *pushes) group(address string) *pushGroup {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.groups == nil {
		p.groups = make(map[string]*pushGroup)
	}
	group, known := p.groups[address]
	if !known {
		group = &pushGroup{turn: make(chan struct{}, 1), hung: make(map[int]*gathering)}
		p.groups[address] = group
	}
	return group
}

// take waits for the turn, no longer than the timeout: a client that does not
// heed its context may keep it for ever.
func (g *pushGroup) take(ctx context.Context, timeout time.Duration) error {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case g.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return errNotOurTurn
	}
}

func (g *pushGroup) give() { <-g.turn }
