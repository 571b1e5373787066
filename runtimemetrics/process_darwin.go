package runtimemetrics

import (
	"syscall"
	"time"
)

// started is when this package was initialised, moments after the process began.
var started = time.Now()

// readProcess leaves out the sizes of memory, which take cgo, and the network.
func readProcess() (p processValues) {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil {
		p.cpuSeconds = some(time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds())
	}
	p.startTime = some(float64(started.UnixNano()) / 1e9)
	p.openFDs = openFDs("/dev/fd")
	p.maxFDs, p.maxVirtual = limit(syscall.RLIMIT_NOFILE), limit(syscall.RLIMIT_AS)
	return p
}
