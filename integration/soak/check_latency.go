package soak

import (
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

const latencyCheck = "latency of recording"

// latency is the 99th percentile of one kind of update, in nanoseconds: of one after a
// pause, for which much must come into the processor's caches, and of those that
// follow it.
type latency struct{ First, Next float64 }

// peersOf says with what an update is compared: client_golang's in the same process
// and in turn.
var peersOf = map[string]string{
	"counter":             "client_golang counter",
	"reservoir histogram": "client_golang native histogram",
	"bucketed histogram":  "client_golang native histogram",
}

// longEnough is how long a run must be for its percentiles to be worth a comparison.
const longEnough = 10 * time.Minute

// checkLatency checks that the 99th percentile of single updates, under flushes,
// scrapes and trouble, is not above the peer's. What both have in common is the time
// of reading the clock twice.
func (r *run) checkLatency() {
	const generous = 1.25 // a percentile of a busy machine is not exact
	for _, s := range r.services {
		if s.mortal {
			continue
		}
		var times map[string]latency
		r.get(s, "/latency", &times)
		r.tally.latency[s.name] = times
		for ours, peer := range peersOf {
			r.count(latencyCheck, 1)
			o, p := times[ours], times[peer]
			if o.First == 0 || o.Next == 0 || p.First == 0 || p.Next == 0 {
				r.fail(latencyCheck, "%s: nothing was timed: %v", s.name, times)
			}
			if r.length >= longEnough && !harness.RaceDetector &&
				(o.First > generous*p.First || o.Next > generous*p.Next) {
				r.fail(latencyCheck, "%s: %s takes %+v ns, %s %+v ns", s.name, ours, o, peer, p)
			}
		}
	}
}
