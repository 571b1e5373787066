package prometheusmetrics

import (
	"time"

	"github.com/go-metrics-plus/metrics"
)

// window keeps what a bucketed histogram had counted at some moments of the last
// few minutes. What came since is the difference: a lifetime's percentiles would
// stop moving after a week.
type window struct {
	bases  []base
	recent *metrics.BucketSnapshot // the difference as of the last flush
	since  *metrics.BucketSnapshot // what recent was counted from
}

// base is what had been counted at a moment; nil for nothing.
type base struct {
	at      time.Time
	buckets *metrics.BucketSnapshot
}

// windowSteps is how many bases there are within the window's length: it is up
// to this fraction longer than it should be.
const windowSteps = 5

// advance has recent be what was counted within the length before now.
func (w *window) advance(now time.Time, length time.Duration, current *metrics.BucketSnapshot, changed bool) {
	if len(w.bases) == 0 {
		w.bases = append(w.bases, base{at: now})
	}
	for len(w.bases) > 1 && now.Sub(w.bases[1].at) >= length {
		w.bases = w.bases[1:]
	}
	from := w.bases[0].buckets
	if changed || w.recent == nil || from != w.since {
		w.since = from
		w.recent = current.Sub(from)
	}
	if now.Sub(w.bases[len(w.bases)-1].at) >= length/windowSteps {
		// Sub of nothing is a copy.
		w.bases = append(w.bases, base{now, current.Sub(nil)})
	}
}

// describe puts the statistics of what was counted in the window in the place of
// the lifetime's. All but the mean is within the sample's relative error.
func (w *window) describe(stats *metrics.Statistics, ps []float64) {
	stats.Min, stats.Max = w.recent.Min(), w.recent.Max()
	stats.Mean, stats.Variance, stats.StdDev = w.recent.Mean(), w.recent.Variance(), w.recent.StdDev()
	stats.Percentiles = append(stats.Percentiles[:0], w.recent.Percentiles(ps)...)
}
