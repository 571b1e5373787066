//go:build shiftclock

package main

import "time"

// shiftWallClock sets how far time.Now is from the right time. The monotonic clock,
// timers and tickers go on as they were, as when somebody sets a machine's clock.
func shiftWallClock(by time.Duration) bool {
	time.ShiftWallClock(by)
	return true
}
