package prometheusmetrics

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/internal/reports"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

// scrapes has requests that come at the same time share one gathering.
type scrapes struct {
	timeout   time.Duration // 0 for none
	gatherers []*guardedGatherer
	report    func([]error) // called with what is new among the problems
	reported  reports.Once

	mu      sync.Mutex
	current *sharedScrape // the gathering that is under way
}

// sharedScrape is one gathering, and what it brought once ready is closed.
type sharedScrape struct {
	ready chan struct{}
	view  *view
}

func (s *scrapes) init(timeout time.Duration, gatherers []prometheus.Gatherer, report func([]error)) {
	s.timeout, s.report = max(timeout, 0), report
	for _, g := range gatherers {
		s.gatherers = append(s.gatherers, &guardedGatherer{gatherer: g})
	}
}

// gather returns what the gatherers have. It joins a gathering that is under way,
// and gives up with the context, returning nil.
func (s *scrapes) gather(ctx context.Context) *view {
	s.mu.Lock()
	current := s.current
	if current == nil {
		current = &sharedScrape{ready: make(chan struct{})}
		s.current = current
		go s.run(current)
	}
	s.mu.Unlock()
	select {
	case <-current.ready:
		return current.view
	case <-ctx.Done():
		return nil
	}
}

// run gathers, and hands the result to all that wait for it.
func (s *scrapes) run(current *sharedScrape) {
	calls := make([]*gatherCall, len(s.gatherers))
	for i, g := range s.gatherers {
		calls[i] = g.call()
	}
	late := s.await(calls)
	var problems problemSet
	current.view, problems = newViewSafely(s.timeout, calls, late)

	s.mu.Lock()
	s.current = nil
	s.mu.Unlock()
	close(current.ready)
	if fresh := s.reported.News(problems); len(fresh) > 0 {
		s.report(fresh)
	}
}

// await waits for the calls, as long as they may take, and says which are late.
func (s *scrapes) await(calls []*gatherCall) []bool {
	late := make([]bool, len(calls))
	began := time.Now()
	for i, call := range calls {
		if !call.late {
			call.late = !call.await(began, s.limit(call))
		}
		late[i] = call.late && !isClosed(call.done)
	}
	return late
}

// leeway is what a driver gets beyond the timeout. It waits for code of others as long
// as that itself, and then has to say what all the rest has brought.
const leeway = time.Second

// limit is how long a call may take; 0 means that there is no limit.
func (s *scrapes) limit(call *gatherCall) time.Duration {
	if call.driver != nil && call.driver.config.CallTimeout <= s.timeout {
		return s.timeout + leeway
	}
	return s.timeout
}

// guardedGatherer calls a gatherer, which may do anything, at most once at a time.
type guardedGatherer struct {
	gatherer prometheus.Gatherer
	last     *gatherCall // touched by one gathering at a time
}

// gatherCall is one call, and what it brought once done is closed.
type gatherCall struct {
	done     chan struct{}
	late     bool // it was waited for in vain, and is not waited for again
	families []*dto.MetricFamily
	flush    *families.Exposition // instead of families, of a driver
	driver   *Driver
	err      error
}

// call asks the gatherer in a goroutine of its own, or returns the earlier call that
// has not come back.
func (g *guardedGatherer) call() *gatherCall {
	if g.last != nil && !isClosed(g.last.done) {
		return g.last
	}
	call := &gatherCall{done: make(chan struct{}), err: errGatheringEnded} // unless it comes back
	call.driver, _ = g.gatherer.(*Driver)
	g.last = call
	go func() {
		defer close(call.done)
		if call.driver != nil {
			call.flush, call.err = call.driver.scraped(), nil
			return
		}
		call.families, call.err = gatherSafely(g.gatherer)
	}()
	return call
}

// await waits for the call, and reports whether it has come back within the limit.
func (c *gatherCall) await(began time.Time, limit time.Duration) bool {
	if limit == 0 {
		<-c.done
		return true
	}
	timer := time.NewTimer(time.Until(began.Add(limit)))
	defer timer.Stop()
	select {
	case <-c.done:
		return true
	case <-timer.C:
		return isClosed(c.done)
	}
}

// lateError says that a gatherer did not come back in time.
func lateError(timeout time.Duration) error {
	return fmt.Errorf("gathering takes longer than %v", timeout)
}

// placed says which of several gatherers an error is of.
func placed(i, n int, err error) error {
	if n == 1 || err == nil {
		return err
	}
	return fmt.Errorf("[from Gatherer #%d] %w", i+1, err)
}

var errNilGatherer = errors.New("gatherer is nil")
