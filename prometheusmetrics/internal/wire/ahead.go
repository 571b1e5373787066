package wire

import dto "github.com/prometheus/client_model/go"

// Block is how many families, or metrics of one, are read ahead.
const Block = 32

// Ahead brings families that are appended next, a Block at most, into the processor's
// cache. Each leads from pointer to pointer to its texts and values: where families are
// many, most of the work is to wait for memory. Read level by level, those of a block are
// waited for together.
func (e *Encoder) Ahead(next []*dto.MetricFamily) {
	var metrics [Block]*dto.Metric
	var names, helps [Block]string
	n := 0
	for _, f := range next {
		n += len(f.GetMetric())
	}
	for i, f := range next {
		names[i], helps[i] = f.GetName(), f.GetHelp()
		if all := f.GetMetric(); len(all) > 0 {
			metrics[i] = all[0] // the others are for aheadOf
		}
	}
	for i := range next {
		n += Ends(names[i]) + Ends(helps[i])
	}
	e.seen = n + touch(metrics[:len(next)])
}

// aheadOf does the same for the metrics of one family, from one on that is a multiple of
// Block. It returns something for the compiler not to leave out what it does.
func aheadOf(metrics []*dto.Metric, from int) int {
	if len(metrics) == 1 {
		return 0
	}
	return touch(metrics[from:min(from+Block, len(metrics))])
}

// touch reads metrics: one level of pointers after the other, of all of them.
func touch(metrics []*dto.Metric) (n int) {
	var values [Block]*float64
	for _, m := range metrics {
		n += len(m.GetLabel())
	}
	for i, m := range metrics {
		for _, label := range m.GetLabel() {
			n += len(label.GetName())
		}
		values[i] = valueOf(m)
	}
	for i, m := range metrics {
		for _, label := range m.GetLabel() {
			n += Ends(label.GetName()) + Ends(label.GetValue())
		}
		if values[i] != nil && *values[i] > 0 {
			n++
		}
	}
	return n
}

// valueOf is where the value of a metric that has only one is.
func valueOf(m *dto.Metric) *float64 {
	switch {
	case m == nil:
	case m.Gauge != nil:
		return m.Gauge.Value
	case m.Counter != nil:
		return m.Counter.Value
	}
	return nil
}

// Ends reads a text at both ends, beyond which few have much.
func Ends(text string) int {
	if text == "" {
		return 0
	}
	return int(text[0]) + int(text[len(text)-1])
}
