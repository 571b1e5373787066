package planning

import "github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"

// block is how many members are read ahead.
const block = 32

// readAhead brings members, a block at most, and what a plan looks at of them into the
// processor's cache. They and their metrics, values and series lie scattered in memory,
// and the reservoirs that have just been read have displaced them; read level by level,
// they are waited for together. It returns something, so that the compiler does not leave
// that out.
func readAhead(members []*member) (n float64) {
	var values [block]*reading.Values
	var admitted [block]*admission
	for i, m := range members {
		admitted[i] = m.admitted
		if m.metric.Fresh {
			n++
		}
	}
	for i, m := range members {
		values[i] = m.metric.Values
		if a := admitted[i]; a != nil {
			n += float64(a.slot)
		}
	}
	for _, v := range values[:len(members)] {
		n += v.Value
	}
	for i, v := range values[:len(members)] {
		n += v.Stats.Mean + v.Stats.RateMean
		if a := admitted[i]; a != nil && len(a.form.of) > 0 {
			n += float64(a.form.of[0])
		}
	}
	for _, v := range values[:len(members)] {
		if len(v.Stats.Percentiles) > 0 {
			n += v.Stats.Percentiles[0]
		}
	}
	return n
}
