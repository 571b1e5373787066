package hashicorp

import "time"

// DefaultMaxSeries is the limit of a Config that names none.
const DefaultMaxSeries = 10_000

// Config says how a Sink records. The zero value works.
type Config struct {
	// Rules say what is known of metrics by their keys: which samples are durations,
	// what parts of a key are labels, help and unit. The first that matches is a
	// metric's rule, and the only one. Nil means Rules(), and an empty slice that
	// there are none, so that all keys become names as they are.
	Rules []Rule

	// TimerGranularity is the field of that name of go-metrics' own Config: the unit
	// in which MeasureSince hands over durations. 0 means a millisecond, as there.
	TimerGranularity time.Duration

	// Bounds are those of the classic histogram of durations, in seconds; nil means
	// 0.0001 to 10, two or three for each power of ten. The native histogram beside
	// it has buckets of 5 % anyhow.
	Bounds []float64

	// MaxSeries is how many series the sink tells apart. What comes later counts in a
	// series of the same name whose labels all have the value "other", and is left
	// out if the name is new; this is logged once for each name. 0 means
	// DefaultMaxSeries, a negative number that there is no limit.
	MaxSeries int

	// Flush, if it isn't nil, is what Shutdown calls and waits for: it brings the
	// last values to where they are kept, such as a driver's Close or Push. It is not
	// called with a lock held, and should return within a bound of its own.
	Flush func()
}

// seconds is the unit of durations.
const seconds = "seconds"

// secondsBounds begin lower than those of request latencies, since much of what raft
// measures takes microseconds.
var secondsBounds = []float64{
	0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
}

// boundsOf are those of samples by unit: powers of four for sizes, steps within 1 for
// ratios, and 1-2-5 steps for what is counted.
func boundsOf(unit string, durations []float64) []float64 {
	switch unit {
	case seconds:
		return durations
	case "bytes":
		return []float64{
			1 << 4, 1 << 6, 1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26,
		}
	case "ratio":
		return []float64{0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1}
	}
	return []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000}
}

// relativeError is that of all native buckets here, as everywhere in the core's examples.
const relativeError = 0.05
