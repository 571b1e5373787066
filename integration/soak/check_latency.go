package soak

import (
	"time"

	"github.com/go-metrics-plus/metrics/integration/harness"
)

const latencyCheck = "latency of recording"

// peersOf says with what an update is compared: client_golang's in the same process
// and in turn.
var peersOf = map[string]string{
	"counter":             "client_golang counter",
	"reservoir histogram": "client_golang classic histogram",
	"bucketed histogram":  "client_golang classic histogram",
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
		var times map[string]float64
		r.get(s, "/latency", &times)
		r.tally.latency[s.name] = times
		for ours, peer := range peersOf {
			r.count(latencyCheck, 1)
			if times[ours] == 0 || times[peer] == 0 {
				r.fail(latencyCheck, "%s: nothing was timed: %v", s.name, times)
			}
			if r.length >= longEnough && !harness.RaceDetector && times[ours] > generous*times[peer] {
				r.fail(latencyCheck, "%s: %s takes %.0f ns, %s %.0f ns", s.name, ours, times[ours], peer, times[peer])
			}
		}
	}
}
