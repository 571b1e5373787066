// Package rates computes the moving averages of a count, as a goroutine that
// ticks every 5 seconds would compute them, but when somebody reads or marks:
// the ticks that have passed since are made up for in one step. So no
// goroutine has to run, and a count that grows slowly gets the very numbers of a
// ticker.
package rates

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// TickEvery is the beat of the moving averages, 5 seconds as in UNIX since 1973.
const TickEvery = 5 * time.Second

// periods are the lengths of the moving averages, in ticks.
var periods = [3]float64{60. / 5, 5 * 60. / 5, 15 * 60. / 5}

// Alpha1, Alpha5 and Alpha15 are the fractions by which the averages over so many
// minutes move towards the rate of the last 5 seconds at each tick.
var Alpha1, Alpha5, Alpha15 = alpha(periods[0]), alpha(periods[1]), alpha(periods[2])

func alpha(period float64) float64 { return -math.Expm1(-1 / period) }

// Rates are the moving averages of a count. Times are in nanoseconds of any
// clock; counts are those of all events so far. Due and Next may be called at any
// time, the other methods with the lock held.
type Rates struct {
	sync.Mutex
	next    atomic.Int64 // when the next tick is due
	start   int64
	counted int64      // the count at the last tick
	perSec  [3]float64 // over 1, 5 and 15 minutes
	primed  bool       // the first tick sets the rates, later ones move them
}

// Values are rates in events per second, as they were at one moment.
type Values struct {
	One, Five, Fifteen float64 // moving averages over so many minutes
	Mean               float64 // since the start
}

// Due reports whether Advance has something to do at t.
func (r *Rates) Due(t int64) bool { return t >= r.next.Load() }

// Next returns when the next tick is due.
func (r *Rates) Next() int64 { return r.next.Load() }

// Restart begins at t, with a count of 0.
func (r *Rates) Restart(t int64) {
	r.start = t
	r.counted = 0
	r.perSec = [3]float64{}
	r.primed = false
	r.next.Store(t + int64(TickEvery))
}

// Advance makes up for the ticks that were due by t. It takes all of count for events
// before the first of these ticks, so call it before counting what came later.
func (r *Rates) Advance(t, count int64) {
	next := r.next.Load()
	if t < next {
		return
	}
	idle := (t - next) / int64(TickEvery)
	r.tick(float64(count-r.counted) / TickEvery.Seconds())
	r.counted = count
	if idle > 0 {
		r.decay(float64(idle))
	}
	r.next.Store(next + (idle+1)*int64(TickEvery))
}

// tick moves the averages towards the rate of the last 5 seconds.
func (r *Rates) tick(rate float64) {
	for i, alpha := range [...]float64{Alpha1, Alpha5, Alpha15} {
		if r.primed {
			r.perSec[i] = Move(r.perSec[i], alpha, rate)
		} else {
			r.perSec[i] = rate
		}
	}
	r.primed = true
}

// smallestNormal is the smallest float64 of full precision. Numbers below it
// are many times slower to compute with on some processors.
const smallestNormal = 0x1p-1022

// Move returns an average after a tick, moved by alpha of the way to a rate.
func Move(average, alpha, rate float64) float64 { return settle(average + alpha*(rate-average)) }

// decay moves the averages by ticks in which nothing was counted.
func (r *Rates) decay(ticks float64) {
	for i, period := range periods {
		r.perSec[i] = settle(r.perSec[i] * math.Exp(-ticks/period))
	}
}

// settle ends the decay of an average at 0.
func settle(average float64) float64 {
	if math.Abs(average) < smallestNormal {
		return 0
	}
	return average
}

// Read returns the rates at t, when the count is count.
func (r *Rates) Read(t, count int64) Values {
	r.Advance(t, count)
	values := Values{One: r.perSec[0], Five: r.perSec[1], Fifteen: r.perSec[2]}
	if elapsed := time.Duration(t - r.start).Seconds(); elapsed > 0 {
		values.Mean = float64(count) / elapsed
	}
	return values
}
