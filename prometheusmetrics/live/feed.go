package live

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// feed gathers while somebody asks for frames, once per interval for all who do.
// No goroutine waits for anything while nobody asks: the requests themselves wait,
// and the first whose time has come starts the gathering.
type feed struct {
	config  Config
	sources []source
	session string

	mu        sync.Mutex
	tracker   *tracker // nil while nobody looks
	seq       uint64   // of the last frame; goes on counting over pauses
	recent    recent
	history   *history // nil without Config.History
	answers   map[uint64]*answer
	started   time.Time     // of the last gathering
	gathering bool          // whether it goes on
	advanced  chan struct{} // closed when a gathering is over
	problem   string        // what went wrong in the last one
	waiting   int           // requests under way
	forget    *time.Timer
}

const (
	// patience is how long a request waits for a gathering that does not end,
	// before it says so; well under the timeouts of proxies.
	patience = 10 * time.Second
	// idle is how long after the last request its state is kept: a page that is
	// reloaded finds it.
	idle = 30 * time.Second
)

func newFeed(c Config, sources []source, session string) *feed {
	f := &feed{config: c, sources: sources, session: session, advanced: make(chan struct{})}
	if c.History > 0 {
		f.history = newHistory(c)
	}
	return f
}

// poll returns what is new since the frame with the given number, 0 for none. It
// waits until there is something, or until a gathering has exceeded patience.
func (f *feed) poll(ctx context.Context, since uint64) (*answer, error) {
	defer f.enter()()
	given := time.NewTimer(patience)
	defer given.Stop()
	for {
		ready, advanced, due := f.step(since)
		if ready != nil {
			return ready, nil
		}
		timer := time.NewTimer(due)
		select {
		case <-advanced:
		case <-timer.C:
		case <-given.C:
			timer.Stop()
			return f.stalled(since), nil
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		}
		timer.Stop()
	}
}

// step returns the answer if there is one. Otherwise it starts a gathering if one
// is due, and returns what tells of its end, and when to come again.
func (f *feed) step(since uint64) (*answer, <-chan struct{}, time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	age := time.Since(f.started)
	if f.tracker != nil && since != f.seq && age < 2*f.config.Interval {
		return f.answer(since), nil, 0
	}
	if f.gathering {
		return nil, f.advanced, patience
	}
	if age >= f.config.Interval {
		f.start()
		return nil, f.advanced, patience
	}
	return nil, f.advanced, f.config.Interval - age
}

// start begins a gathering. The caller holds the lock.
func (f *feed) start() {
	f.gathering, f.started = true, time.Now()
	go f.gather()
}

// gather reads all sources without the lock, since they are not ours.
func (f *feed) gather() {
	batches := gatherAll(f.sources)
	defer release(batches)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commit(batches)
	f.gathering = false
	close(f.advanced)
	f.advanced = make(chan struct{})
}

// commit makes a frame of what was gathered.
func (f *feed) commit(batches []batch) {
	key := f.tracker == nil || f.tracker.sparse()
	if key {
		f.tracker = newTracker(f.config, len(f.sources))
		f.recent.clear()
	}
	t := f.tracker
	t.begin()
	for i, b := range batches {
		if b.err != nil && len(b.families) == 0 {
			continue // what it had stays as it was
		}
		if b.time != t.times[i] { // otherwise there was no flush since
			t.read(i, b.families, b.time)
		}
	}
	f.problem = joinErrors(batches)
	f.seq++
	frame := t.appendFrame(nil, f.seq, key, t.delta)
	f.recent.add(f.seq, frame)
	f.answers = make(map[uint64]*answer)
	if f.history != nil {
		f.history.add(frame, t, f.seq)
	}
}

// enter notes that a request is under way, until the function it returns is
// called. The state is forgotten some time after the last.
func (f *feed) enter() func() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting++
	if f.forget != nil {
		f.forget.Stop()
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.waiting--
		if f.waiting == 0 && f.history == nil {
			f.forget = time.AfterFunc(max(idle, 2*f.config.Interval), f.drop)
		}
	}
}

func (f *feed) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting == 0 && !f.gathering {
		f.tracker, f.answers = nil, nil
		f.recent.clear()
	}
}

// keep gathers every interval until stop is closed, for the history.
func (f *feed) keep(stop <-chan struct{}) {
	ticker := time.NewTicker(f.config.Interval)
	defer ticker.Stop()
	for {
		f.mu.Lock()
		// A viewer may have had it gathered a little before the tick.
		if !f.gathering && time.Since(f.started) > f.config.Interval/2 {
			f.start()
		}
		f.mu.Unlock()
		select {
		case <-ticker.C:
		case <-stop:
			return
		}
	}
}

// stalled is the answer where there is nothing to tell but that gathering hangs.
func (f *feed) stalled(since uint64) *answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := fmt.Sprintf("gathering has taken %v so far", time.Since(f.started).Round(time.Second))
	return newAnswer(f.appendHead(nil, since, text), nil)
}
