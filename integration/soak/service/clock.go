//go:build !shiftclock

package main

import "time"

// shiftWallClock needs a time package that can do it, see the folder clock.
func shiftWallClock(time.Duration) bool { return false }
