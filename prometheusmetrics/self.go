package prometheusmetrics

import (
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
)

// selfMetrics are what the driver records about itself. They are metrics like
// any other, in a source of their own; without Config.SelfMetrics they are the
// zero instruments, which record nothing. What they show is always the flush
// before the one that shows it.
type selfMetrics struct {
	flush        metrics.Timer
	lastFlush    metrics.GaugeFloat64
	series       metrics.Gauge
	leftOut      map[Reason]metrics.Gauge
	pushFailures metrics.Counter
}

// allReasons are the reasons for which metrics are left out.
var allReasons = []Reason{
	ReasonName, ReasonLabel, ReasonDuplicate, ReasonRegistered, ReasonUnsupported,
	ReasonPanic, ReasonTimeout, ReasonLimit,
}

// newSelfMetrics returns the instruments and the source that has them. The limit of
// series, if there is one, is shown beside their number.
func newSelfMetrics(maxSeries int) (selfMetrics, Source) {
	r := metrics.NewRegistry()
	describe := func(name, help, unit string) string {
		name = "driver." + name
		metrics.Describe(name, r, metrics.Description{Help: help, Unit: unit}) // can't fail for a registry of ours
		return name
	}
	s := selfMetrics{
		flush: metrics.GetOrRegisterTimer(describe("flush",
			"Time that flushes took.", ""), r),
		lastFlush: metrics.GetOrRegisterGaugeFloat64(describe("last_flush_timestamp",
			"When the last flush was over, since 1970.", "seconds"), r),
		series: metrics.GetOrRegisterGauge(describe("series",
			"Series that the last flush exposed.", ""), r),
		pushFailures: metrics.GetOrRegisterCounter(describe("push_failures",
			"Pushes that failed.", ""), r),
		leftOut: make(map[Reason]metrics.Gauge),
	}
	if maxSeries > 0 {
		limit := describe("max_series", "Series that may be exposed at most.", "")
		metrics.GetOrRegisterGauge(limit, r).Update(int64(maxSeries))
	}
	leftOut := describe("left_out_metrics", "Metrics that the last flush left out.", "")
	for _, reason := range allReasons {
		s.leftOut[reason] = metrics.GetOrRegisterGauge(leftOut, r, metrics.Labels{"reason": string(reason)})
	}
	return s, r
}

// record notes a flush that is over.
func (s *selfMetrics) record(d *Driver, started time.Time) {
	if s.leftOut == nil {
		return
	}
	now := time.Now()
	s.flush.Update(now.Sub(started))
	s.lastFlush.Update(float64(now.UnixNano()) / 1e9)
	s.series.Update(int64(d.state.Exposition().Series))
	count := make(map[problem.Reason]int)
	d.state.CountProblems(count)
	for reason, gauge := range s.leftOut {
		gauge.Update(int64(count[problem.Reason(reason)]))
	}
}
