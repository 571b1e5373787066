package metrics

import (
	"sync"
	"sync/atomic"

	"github.com/go-metrics-plus/metrics/internal/rates"
)

// EWMA is an exponentially weighted moving average of events per second that
// ticks when Tick is called; a Meter ticks by itself. Copies of an EWMA are the
// same average, and all methods may be called concurrently. The zero value is a
// no-op that always reads 0.
type EWMA struct{ state *ewmaState }

type ewmaState struct {
	alpha     float64
	uncounted atomic.Int64 // events since the last tick
	mu        sync.Mutex
	perSecond float64
	primed    bool // the first tick sets the rate, later ones move it
}

// NewEWMA returns an average that moves by alpha, from 0 to 1, of the difference
// at each tick. Tick is to be called every 5 seconds.
func NewEWMA(alpha float64) EWMA {
	if UseNilMetrics {
		return EWMA{}
	}
	return EWMA{&ewmaState{alpha: alpha}}
}

// NewEWMA1 returns an average over a minute.
func NewEWMA1() EWMA { return NewEWMA(rates.Alpha1) }

// NewEWMA5 returns an average over five minutes.
func NewEWMA5() EWMA { return NewEWMA(rates.Alpha5) }

// NewEWMA15 returns an average over fifteen minutes.
func NewEWMA15() EWMA { return NewEWMA(rates.Alpha15) }

// Update counts n events towards the next tick.
func (a EWMA) Update(n int64) {
	if a.state != nil {
		a.state.uncounted.Add(n)
	}
}

// Tick ends an interval of 5 seconds: the average moves towards the rate of the
// events since the last tick. The first tick sets it.
func (a EWMA) Tick() {
	s := a.state
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rate := float64(s.uncounted.Swap(0)) / rates.TickEvery.Seconds()
	if s.primed {
		s.perSecond = rates.Move(s.perSecond, s.alpha, rate)
	} else {
		s.perSecond, s.primed = rate, true
	}
}

// Rate returns the average as of the last tick, in events per second.
func (a EWMA) Rate() float64 {
	if a.state == nil {
		return 0
	}
	a.state.mu.Lock()
	defer a.state.mu.Unlock()
	return a.state.perSecond
}

// Snapshot returns a read-only copy of the average as it is now.
func (a EWMA) Snapshot() EWMASnapshot { return EWMASnapshot(a.Rate()) }

// EWMASnapshot is an average as it was at one moment, in events per second.
type EWMASnapshot float64

// Rate returns the average at the time of the snapshot.
func (s EWMASnapshot) Rate() float64 { return float64(s) }

// Snapshot returns the snapshot itself.
func (s EWMASnapshot) Snapshot() EWMASnapshot { return s }
