package dashboards

import "strings"

// driver is what the driver says about itself, where its Config.SelfMetrics is set.
// What it does not say is nil.
type driver struct {
	prefix    string // of its names, with driver
	leftOut   *metric
	series    *metric
	maxSeries *metric
	lastFlush *metric
	flush     *metric
}

// findDrivers finds the metrics of drivers, each with a prefix of its own, in
// whichever layout.
func findDrivers(metrics []*metric) []*driver {
	var drivers []*driver
	for _, m := range metrics {
		prefix, found := strings.CutSuffix(m.base, "driver_left_out_metrics")
		if !found || prefix != "" && !strings.HasSuffix(prefix, "_") {
			continue
		}
		d := &driver{prefix: prefix + "driver", leftOut: m}
		for _, m := range metrics {
			switch strings.TrimPrefix(m.base, d.prefix) {
			case "_series":
				d.series = m
			case "_max_series":
				d.maxSeries = m
			case "_last_flush_timestamp", "_last_flush_timestamp_seconds":
				d.lastFlush = m
			case "_flush", "_flush_seconds":
				d.flush = m
			}
		}
		drivers = append(drivers, d)
	}
	return drivers
}
