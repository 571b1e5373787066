package prometheusmetrics

import (
	"sync"
	"time"
)

// turns has flushes take turns. Whoever has the turn alone uses the reader and the
// state. A turn is no lock: code of others may take as long as it likes, and the one
// whose turn it is goes on without it after a while.
type turns struct {
	mu      sync.Mutex
	current *turn // nil if it is nobody's
}

// turn is one flush, or what else needs the state.
type turn struct {
	over    chan struct{} // closed when it is
	hurry   chan struct{} // closed when a scrape waits for it
	hurried bool
	reads   bool // whether it is a flush, whose values others may share
}

// take waits for a turn that reads nothing.
func (t *turns) take() *turn { return t.await(false) }

// takeToRead waits for the turn of a flush.
func (t *turns) takeToRead() *turn { return t.await(true) }

func (t *turns) await(reads bool) *turn {
	for {
		current, mine := t.tryTake(false, reads)
		if mine {
			return current
		}
		<-current.over
	}
}

// tryTake takes the turn if it is nobody's, and returns the current one otherwise. A
// scrape has it hurry, which means to go on without the registry's answer: the
// registry may be locked by that very scrape.
func (t *turns) tryTake(inScrape, reads bool) (current *turn, mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == nil {
		t.current = &turn{over: make(chan struct{}), hurry: make(chan struct{}), reads: reads}
		return t.current, true
	}
	if inScrape && !t.current.hurried {
		t.current.hurried = true
		close(t.current.hurry)
	}
	return t.current, false
}

// end lets the next one have its turn.
func (t *turns) end(mine *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current = nil
	close(mine.over)
}

// await waits until the turn is over, but not longer than the timeout.
func (t *turn) await(timeout time.Duration) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-t.over:
	case <-timer.C:
	}
}
