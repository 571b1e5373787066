package metrics

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// tickEvery is the beat of the moving averages, 5 seconds as in UNIX since 1973.
const tickEvery = int64(5 * time.Second)

// windows are the lengths of the moving averages, in ticks.
var windows = [3]float64{60. / 5, 5 * 60. / 5, 15 * 60. / 5}

// rates are the moving averages of a count, computed as a goroutine that ticks
// every 5 seconds would compute them, but by whoever comes by: the ticks that
// have passed since the last visit are made up for in one step. A count that
// was marked slowly thus gets the very numbers of a ticker.
//
// next alone may be read without the lock, to see whether a tick is due.
type rates struct {
	next    atomic.Int64 // when the next tick is due
	mu      sync.Mutex
	start   int64
	counted int64      // the count at the last tick
	perSec  [3]float64 // over 1, 5 and 15 minutes
	primed  bool       // the first tick sets the rates, later ones move them
}

// restart begins at t, with a count of 0. Hold the lock, or own the rates.
func (r *rates) restart(t int64) {
	r.start = t
	r.counted = 0
	r.perSec = [3]float64{}
	r.primed = false
	r.next.Store(t + tickEvery)
}

// advance makes up for the ticks that were due by t. All of count came before
// the first of these ticks: whoever updates the count looks here before it
// passes another tick. Hold the lock.
func (r *rates) advance(t, count int64) {
	next := r.next.Load()
	if t < next {
		return
	}
	idle := (t - next) / tickEvery
	r.tick(float64(count-r.counted) / time.Duration(tickEvery).Seconds())
	r.counted = count
	if idle > 0 {
		r.decay(float64(idle))
	}
	r.next.Store(next + (idle+1)*tickEvery)
}

// tick moves the averages towards the rate of the last 5 seconds.
func (r *rates) tick(rate float64) {
	for i, window := range windows {
		if r.primed {
			r.perSec[i] -= math.Expm1(-1/window) * (rate - r.perSec[i])
		} else {
			r.perSec[i] = rate
		}
	}
	r.primed = true
}

// smallestNormal is the smallest float64 of full precision. Numbers below it
// are many times slower to compute with on some processors.
const smallestNormal = 0x1p-1022

// decay moves the averages by ticks in which nothing was counted.
func (r *rates) decay(ticks float64) {
	for i, window := range windows {
		r.perSec[i] *= math.Exp(-ticks / window)
		if math.Abs(r.perSec[i]) < smallestNormal {
			r.perSec[i] = 0
		}
	}
}

// read returns the rates at t, when the count is count. Hold the lock.
func (r *rates) read(t, count int64) rateFigures {
	r.advance(t, count)
	figures := rateFigures{one: r.perSec[0], five: r.perSec[1], fifteen: r.perSec[2]}
	if elapsed := time.Duration(t - r.start).Seconds(); elapsed > 0 {
		figures.mean = float64(count) / elapsed
	}
	return figures
}

// rateFigures are the rates as they were at one moment.
type rateFigures struct{ one, five, fifteen, mean float64 }

// Rate1 returns the moving average over a minute, in events per second.
func (f rateFigures) Rate1() float64 { return f.one }

// Rate5 returns the moving average over five minutes, in events per second.
func (f rateFigures) Rate5() float64 { return f.five }

// Rate15 returns the moving average over fifteen minutes, in events per second.
func (f rateFigures) Rate15() float64 { return f.fifteen }

// RateMean returns the events per second since the start.
func (f rateFigures) RateMean() float64 { return f.mean }
