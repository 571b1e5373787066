package metrics

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

// What is read is a copy: later updates don't show in it, and it has no influence on
// the metric.
func TestSnapshotOf(t *testing.T) {
	c := NewCounter(Labels{"a": "1"})
	h := NewHealthcheck(nil)
	var got []string
	for _, metric := range []any{NewTimer(), c, h, NewGauge().Snapshot()} {
		snapshot := snapshotOf(metric)
		c.Inc(1)
		if h, ok := snapshot.(Healthcheck); ok {
			h.Unhealthy(errors.New("down"))
		}
		got = append(got, fmt.Sprintf("%T", snapshot))
		if s, ok := snapshot.(CounterSnapshot); ok && (s.Count() != 1 || s.Labels()["a"] != "1") {
			t.Errorf("counter shows %d %v", s.Count(), s.Labels())
		}
	}
	want := []string{
		"metrics.TimerSnapshot", "metrics.CounterSnapshot", "*metrics.StandardHealthcheck", "metrics.GaugeSnapshot",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := h.Error(); err != nil {
		t.Errorf("the health check itself was changed: %v", err)
	}
}
