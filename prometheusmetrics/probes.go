package prometheusmetrics

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/planning"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
)

const (
	// probeInterval is how old the last probe for all families may be before a flush
	// makes another, though no scrape has asked for them.
	probeInterval = time.Minute

	// maxProbeDelay is how long after a scrape the probe may come that it calls for,
	// and probeShare how much of the time probes may take until then.
	maxProbeDelay = 5 * time.Second
	probeShare    = 20
)

// probes are a driver's probes of its registry: by flushes for families that are new,
// and after scrapes for all. A registerer may hang, so a probe runs in a goroutine of
// its own, one at a time, and what it finds out counts whenever it comes.
type probes struct {
	driver *Driver
	prober *probing.Prober

	mu      sync.Mutex
	running *probe
	again   bool      // whether another is due when it is over
	due     bool      // whether a timer is set for one
	whole   time.Time // when the last one for all families began
	over    time.Time // when the last one was over
	took    time.Duration
	failing bool
	gathers int // gatherings of our own that are under way
}

// probe is one probe.
type probe struct {
	planning.Probe
	all   bool // whether it is for all families, which it finds out itself
	err   error
	done  chan struct{}
	taken bool // whether a flush waits for it, which takes what it finds out
}

func (ps *probes) init(d *Driver) {
	ps.driver = d
	var gather func() ([]*dto.MetricFamily, error)
	if g, ok := d.registerer.(prometheus.Gatherer); ok {
		gather = func() ([]*dto.MetricFamily, error) { return ps.gather(g) }
	}
	ps.prober = probing.NewProber(d.registerer, gather)
}

// gather gathers the registry, the driver with it, which must not flush for that.
func (ps *probes) gather(g prometheus.Gatherer) ([]*dto.MetricFamily, error) {
	ps.addGathers(1)
	defer ps.addGathers(-1)
	return gatherSafely(g)
}

func (ps *probes) addGathers(n int) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.gathers += n
}

// isGathering reports whether the driver may be collected for a probe.
func (ps *probes) isGathering() bool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return ps.gathers > 0
}

// probeFor probes for the families that are new in a plan, and for all from time to
// time. It waits for the answer, unless a scrape waits for this flush.
func (ps *probes) probeFor(plan *planning.Plan, mine *turn) []planning.Probe {
	if !ps.driver.registered.Load() {
		return nil
	}
	p := ps.begin(plan.NewFamilies())
	if p == nil {
		return nil
	}
	timer := time.NewTimer(ps.driver.config.CallTimeout)
	defer timer.Stop()
	select {
	case <-p.done:
		return p.found()
	case <-mine.hurry:
	case <-timer.C:
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p.taken = false
	select {
	case <-p.done: // at the last moment
		return p.found()
	default:
		return nil
	}
}

func (p *probe) found() []planning.Probe {
	if p.err != nil {
		return nil // what was known stays
	}
	return []planning.Probe{p.Probe}
}

// begin starts a probe that a flush waits for; nil if there is nothing to find out, or
// another probe is under way, after which there will be one for all families.
func (ps *probes) begin(fresh []probing.Family) *probe {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	whole := time.Since(ps.whole) >= probeInterval
	switch {
	case len(fresh) == 0 && !whole:
		return nil
	case ps.running != nil:
		ps.again = true
		return nil
	}
	p := &probe{done: make(chan struct{}), taken: true}
	p.Families = fresh
	if whole {
		p.Families = append(p.Families, ps.driver.state.Families()...)
		ps.whole = time.Now()
	}
	ps.running = p
	go ps.run(p)
	return p
}

// scraped has a probe for all families come soon, since a scrape has asked for them.
// It must not run within the scrape.
func (ps *probes) scraped() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.beginSoon()
}

// beginSoon starts a probe for all families, or has it start as soon as that does not
// take more than its share of the time. Hold the lock.
func (ps *probes) beginSoon() {
	switch {
	case !ps.driver.registered.Load() || ps.due:
		return
	case ps.running != nil:
		ps.again = true
		return
	}
	wait := min(ps.took*probeShare, maxProbeDelay) - time.Since(ps.over)
	if wait <= 0 {
		ps.beginWhole()
		return
	}
	ps.due = true
	time.AfterFunc(wait, func() {
		ps.mu.Lock()
		defer ps.mu.Unlock()
		if ps.due = false; ps.running == nil {
			ps.beginWhole()
		}
	})
}

// beginWhole starts a probe for all families that nobody waits for. Hold the lock.
func (ps *probes) beginWhole() {
	p := &probe{all: true, done: make(chan struct{})}
	ps.running, ps.whole = p, time.Now()
	go ps.run(p)
}

// run probes. What it finds out goes to the flush that waits for it or, if there is
// none, into the state by itself.
func (ps *probes) run(p *probe) {
	d := ps.driver
	began := time.Now()
	p.err = errors.New("the registerer ended its goroutine")
	defer ps.end(p, began)
	if p.all {
		mine := d.turns.take()
		p.Families = d.state.Families()
		d.turns.end(mine)
		drivers.findNested(d)
	}
	p.Clashes, p.err = ps.prober.Clashes(p.Families)
}

// end hands over what a probe has found out.
func (ps *probes) end(p *probe, began time.Time) {
	d := ps.driver
	ps.mu.Lock()
	ps.running, ps.over, ps.took = nil, time.Now(), time.Since(began)
	news := p.err != nil && !ps.failing
	ps.failing = p.err != nil
	close(p.done)
	taken := p.taken
	if ps.again {
		ps.again = false
		ps.beginSoon()
	}
	ps.mu.Unlock()
	if news {
		d.reports.Add(fmt.Errorf("prometheusmetrics: can't find out what is registered: %w", p.err))
	}
	if !taken {
		if p.err == nil && d.registered.Load() {
			d.fold(p.Probe)
		}
		d.reports.Tell(d.config.OnError)
	}
}

// fold puts what a probe has found out into the state, if it is news.
func (d *Driver) fold(p planning.Probe) {
	mine := d.turns.take()
	known := d.state.Knows(p) && len(d.member.Lost()) == 0
	d.turns.end(mine)
	if !known {
		d.reconsider(func(plan *planning.Plan) { plan.SettleProbe(p) })
	}
}
