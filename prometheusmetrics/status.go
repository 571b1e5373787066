package prometheusmetrics

import "time"

// Status is how a driver is doing.
type Status struct {
	// LastFlush is when the last flush that was published began, which is when
	// its values were read; zero before the first.
	LastFlush time.Time

	// FlushDuration is how long that flush took.
	FlushDuration time.Duration

	// FlushInterval is the configured one; 0 if metrics are read at each scrape.
	FlushInterval time.Duration

	// Series is how many series are exposed, and MaxSeries how many may be, 0
	// meaning any number.
	Series, MaxSeries int
}

// Status reports how the driver is doing, at the cost of an atomic load. It never flushes
// and never waits.
func (d *Driver) Status() Status {
	if status := d.status.Load(); status != nil {
		return *status
	}
	return Status{FlushInterval: d.config.FlushInterval, MaxSeries: d.config.MaxSeries}
}

// LastFlush is when the values were read that Gather returns, if no flush is
// published meanwhile; zero before the first flush.
func (d *Driver) LastFlush() time.Time { return d.Status().LastFlush }

// noteFlush keeps how a flush went that was published.
func (d *Driver) noteFlush(started time.Time, series int) {
	d.status.Store(&Status{
		LastFlush: started, FlushDuration: time.Since(started), FlushInterval: d.config.FlushInterval,
		Series: series, MaxSeries: d.config.MaxSeries,
	})
}
