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
	case Timer:
		return m.Snapshot()
	case *StandardHealthcheck:
		return m.WithLabels(nil)
	}
	return metric // a snapshot already, or a user's health check
}

// readGuarded reads a metric with f. If that panics, the metric is left out and
// reported once.
func readGuarded(name string, f func()) {
	guard(name, "left out, since reading it panicked", f)
}

// sinkOnce takes all snapshots before f sees the first, so that
// they are of one moment, however long f takes.
func sinkOnce(each func(func(string, any)), f func(string, any)) {
	type taken struct {
		name     string
		snapshot any
	}
	var all []taken
	each(func(name string, metric any) {
		readGuarded(name, func() { all = append(all, taken{name, snapshotOf(metric)}) })
	})
	for _, t := range all {
		f(t.name, t.snapshot)
	}
}
