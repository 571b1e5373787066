package metrics

// snapshotOf returns the read-only snapshot of a metric. It may panic in code of
// the user's: a functional gauge, a sample.
func snapshotOf(metric any) any {
	switch m := metric.(type) {
	case Counter:
		return m.Snapshot()
	case Gauge:
		return m.Snapshot()
	case GaugeFloat64:
		return m.Snapshot()
	case Meter:
		return m.Snapshot()
	case Histogram:
		return m.Snapshot()
	case HistogramFloat64:
		return m.Snapshot()
	case Timer:
		return m.Snapshot()
	case *StandardHealthcheck:
		return m.WithLabels(nil)
	}
	return metric // a snapshot already, or a user's health check
}

// readGuarded reads a metric with f. If that panics, the metric is left out and
// reported once.
func readGuarded(name string, f func()) (ok bool) {
	return guard(name, "left out, since reading it panicked", f)
}
