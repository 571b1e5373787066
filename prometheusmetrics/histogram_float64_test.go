package prometheusmetrics

import (
	"strings"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// TestHistogramFloat64: fractions, within the error of buckets, keep their fraction in both layouts, and a second
// flush shows what came since.
func TestHistogramFloat64(t *testing.T) {
	for layout, want := range map[Layout][]string{
		LayoutGauges: {"ratio_count 2\n", "ratio_sum 0.75\n", "ratio_max 0.4", "ratio_min 0.2"},
		LayoutTyped:  {"# TYPE ratio histogram\n", "ratio_count 2\n", "ratio_sum 0.75\n"},
	} {
		d, source, registry, log := newTestDriver(t, Config{Layout: layout})
		h := metrics.GetOrRegisterHistogramFloat64("ratio", source)
		h.Update(0.25)
		once(t, d)
		h.Update(0.5)
		once(t, d)
		text := expose(t, registry)
		for _, line := range want {
			if !strings.Contains(text, line) {
				t.Errorf("%v: no %q in\n%s", layout, line, text)
			}
		}
		if reasons := log.reasons(); len(reasons) > 0 {
			t.Error(reasons)
		}
	}
}
