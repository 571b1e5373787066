package prometheusmetrics

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/gateway"
)

const (
	// maxIdleGroups is how many groups are remembered that nobody pushes to at the
	// moment. What is forgotten with a group is which errors have been reported:
	// the next push to it reports them again.
	maxIdleGroups = 64

	// maxOutstanding is how many calls of clients that have not come back there may
	// be over all groups, and how many of gatherers. Each keeps a goroutine.
	maxOutstanding = 64
)

var (
	errTurnTaken   = errors.New("another push to the group is still under way")
	errManyPending = fmt.Errorf("%w: %d calls of clients have not come back", gateway.ErrNotSent, maxOutstanding)
)

// pushes is what a driver remembers from one push to the next. Its zero value is
// that of a driver that never pushed.
type pushes struct {
	succeeded atomic.Pointer[time.Time] // when the job last did; nil for never

	mu       sync.Mutex
	groups   map[string]*pushGroup // by gateway.Group.Key
	idle     int                   // groups without users
	released uint64                // counts releases, to order idle groups

	clients, gatherers outstanding
}

// outstanding counts the calls of a kind that have not come back.
type outstanding struct{ calls int }

// pushGroup is one group at one gateway. What it remembers belongs to whoever
// has the turn; users and released belong to pushes.
type pushGroup struct {
	key      string
	users    int    // pushers, and calls that have not come back
	released uint64 // when the last user left

	turn     chan struct{}          // holds one element while a push is under way
	reported reports.Once           // what the last push left out
	hung     map[int]*hungGathering // gatherers that have not come back, by their place in the options
}

// hungGathering is a call of a gatherer that was left behind.
type hungGathering struct {
	gatherer prometheus.Gatherer
	done     <-chan struct{}
}

// use returns the group of that key, to be released after use.
func (p *pushes) use(key string) *pushGroup {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.groups == nil {
		p.groups = make(map[string]*pushGroup)
	}
	group, known := p.groups[key]
	if !known {
		group = &pushGroup{key: key, turn: make(chan struct{}, 1), hung: make(map[int]*hungGathering)}
		p.groups[key] = group
	} else if group.users == 0 {
		p.idle--
	}
	group.users++
	return group
}

// release gives a group back. Of those that nobody uses, the one that was used
// the longest time ago is forgotten when there are too many.
func (p *pushes) release(group *pushGroup) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if group.users--; group.users > 0 {
		return
	}
	p.released++
	group.released = p.released
	if p.idle++; p.idle <= maxIdleGroups {
		return
	}
	oldest := group
	for _, other := range p.groups {
		if other.users == 0 && other.released < oldest.released {
			oldest = other
		}
	}
	delete(p.groups, oldest.key)
	p.idle--
}

// leaveBehind counts a call and keeps its group until it has come back. Then it
// runs then, which may be nil.
func (p *pushes) leaveBehind(kind *outstanding, group *pushGroup, back <-chan struct{}, then func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kind.calls++
	group.users++
	go func() {
		<-back
		if then != nil {
			then()
		}
		p.mu.Lock()
		kind.calls--
		p.mu.Unlock()
		p.release(group)
	}()
}

// crowded reports whether so many calls of a kind have not come back that no more
// should be made.
func (p *pushes) crowded(kind *outstanding) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return kind.calls >= maxOutstanding
}

// take waits for the group's turn, no longer than the timeout: a client that does
// not heed its context may keep it for ever.
func (g *pushGroup) take(ctx context.Context, timeout time.Duration) error {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case g.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return errTurnTaken
	}
}

func (g *pushGroup) give() { <-g.turn }
