package metrics

// RunsUserCode reports whether reading a metric runs code that is not this
// package's: the function of a functional gauge, a health check, a Sample that
// somebody else wrote, a type that this package doesn't know. Such code may
// panic or never come back, and an exporter will want to be on its guard. It
// costs a few nanoseconds and never runs any such code itself.
func RunsUserCode(metric any) bool {
	switch m := metric.(type) {
	case Counter, Meter, HistogramFloat64,
		CounterSnapshot, GaugeSnapshot, GaugeFloat64Snapshot, MeterSnapshot, HistogramFloat64Snapshot:
		return false
	case Gauge:
		return m.state != nil && m.state.f != nil
	case GaugeFloat64:
		return m.state != nil && m.state.f != nil
	case Histogram:
		return m.state.runsUserCode()
	case Timer:
		switch {
		case m.state == nil:
			return false
		case m.state.custom != nil:
			return m.state.custom.histogram.state.runsUserCode()
		}
		return m.state.histogram.runsUserCode()
	}
	return true
}

func (s *histogramState) runsUserCode() bool {
	if s == nil {
		return false
	}
	_, foreign := s.recorder.(*foreignSample)
	return foreign
}
