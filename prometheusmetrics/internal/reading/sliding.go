package reading

import (
	"time"

	"github.com/go-metrics-plus/metrics"
)

// sliding is the window of the last few minutes over what a bucketed histogram has
// counted: a lifetime's percentiles would stop moving after a week. What came since
// a moment is the difference to what had been counted then.
type sliding struct {
	bases  []base
	recent metrics.BucketSnapshot // the difference as of the last reading
	valid  bool                   // whether recent has been computed
}

// base is what had been counted at a moment; nil for nothing.
type base struct {
	at      time.Time
	buckets *metrics.BucketSnapshot
}

// slidingSteps is how many bases there are within the window's length, which is up
// to this fraction longer than it should be.
const slidingSteps = 5

// advance has recent be what was counted within the length before now. It allocates
// only until there are as many bases as the window takes.
func (w *sliding) advance(now time.Time, length time.Duration, current *metrics.BucketSnapshot, changed bool) {
	if len(w.bases) == 0 {
		w.bases = append(w.bases, base{at: now})
	}
	var spare *metrics.BucketSnapshot
	for len(w.bases) > 1 && now.Sub(w.bases[1].at) >= length {
		spare = w.bases[0].buckets
		w.bases = append(w.bases[:0], w.bases[1:]...)
		changed = true // recent was counted from another base
	}
	if changed || !w.valid {
		w.valid = true
		current.SubInto(&w.recent, w.bases[0].buckets)
	}
	if now.Sub(w.bases[len(w.bases)-1].at) >= length/slidingSteps {
		if spare == nil {
			spare = new(metrics.BucketSnapshot)
		}
		current.SubInto(spare, nil)
		w.bases = append(w.bases, base{now, spare})
	}
}

// describe puts the statistics of the window in the place of the lifetime's. All but
// the mean is within the sample's relative error.
func (w *sliding) describe(stats *metrics.Statistics, ps []float64, fractions bool) {
	stats.Min, stats.Max = w.recent.Min(), w.recent.Max()
	stats.MinFloat64, stats.MaxFloat64 = float64(stats.Min), float64(stats.Max)
	if fractions {
		stats.MinFloat64, stats.MaxFloat64 = w.recent.Percentile(0), w.recent.Percentile(1)
	}
	stats.Mean, stats.Variance, stats.StdDev = w.recent.Mean(), w.recent.Variance(), w.recent.StdDev()
	stats.Percentiles = stats.Percentiles[:0]
	for _, p := range ps {
		stats.Percentiles = append(stats.Percentiles, w.recent.Percentile(p))
	}
}
