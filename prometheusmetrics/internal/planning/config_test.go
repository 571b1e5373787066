package planning

import (
	"testing"

	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
)

// TestRuleKind: a rule changes what counters, gauges and meters are shown as, and
// nothing else.
func TestRuleKind(t *testing.T) {
	for original, changes := range map[reading.Kind]bool{
		reading.Counter: true, reading.Gauge: true, reading.Meter: true,
		reading.Histogram: false, reading.Timer: false, reading.ResettingTimer: false,
		reading.Healthcheck: false, reading.Info: false, reading.Unknown: false,
	} {
		if got := new(Rule).kind(original); got != original {
			t.Errorf("the zero rule shows a %v as a %v", original, got)
		}
		asGauge := Rule{Kind: reading.Gauge}
		if got := asGauge.kind(original); (got == reading.Gauge) != (changes || original == reading.Gauge) {
			t.Errorf("a rule shows a %v as a %v", original, got)
		}
	}
}

func TestRuleScale(t *testing.T) {
	if got := new(Rule).scale(); got != 1 {
		t.Errorf("the zero rule scales by %v", got)
	}
	if got := (&Rule{Scale: -0.5}).scale(); got != -0.5 {
		t.Errorf("a rule scales by %v", got)
	}
}
