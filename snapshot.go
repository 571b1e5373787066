package metrics

// snapshotOf returns the read-only snapshot of a metric. It is not ok if taking
// it panicked, as a functional gauge may.
func snapshotOf(name string, metric any) (snapshot any, ok bool) {
	ok = guard(name, "left out, since reading it panicked", func() {
		switch m := metric.(type) {
		case Counter:
			snapshot = m.Snapshot()
		case Gauge:
			snapshot = m.Snapshot()
		case GaugeFloat64:
			snapshot = m.Snapshot()
		case Meter:
			snapshot = m.Snapshot()
		case Histogram:
			snapshot = m.Snapshot()
		case Timer:
			snapshot = m.Snapshot()
		case *StandardHealthcheck:
			snapshot = m.WithLabels(nil)
		default: // a snapshot already, or a user's health check
			snapshot = m
		}
	})
	return snapshot, ok
}

// sinkOnce takes all snapshots before f sees the first, so that whatever f takes
// its time for, the figures are of one moment.
func sinkOnce(each func(func(string, any)), f func(string, any)) {
	type taken struct {
		name     string
		snapshot any
	}
	var all []taken
	each(func(name string, metric any) {
		if snapshot, ok := snapshotOf(name, metric); ok {
			all = append(all, taken{name, snapshot})
		}
	})
	for _, t := range all {
		f(t.name, t.snapshot)
	}
}
