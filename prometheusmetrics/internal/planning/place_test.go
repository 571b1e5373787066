package planning

import (
	"fmt"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// TestPlacesInOrder: places follow the order in which metrics are admitted, in the first
// plan and in one that adds many more, and neighbours share no place.
func TestPlacesInOrder(t *testing.T) {
	w := newWorld(t, false, Config{})
	for _, letter := range []string{"b", "a"} {
		for i := range 100 {
			w.put(fmt.Sprintf("%s%03d", letter, i), metrics.NewTimer())
		}
		w.flush()
		next := 0
		if letter == "a" {
			next = w.state.numbers.length / 2
		}
		for i := range 100 {
			for _, m := range w.state.members {
				if m.metric.Name != fmt.Sprintf("%s%03d", letter, i) {
					continue
				}
				if m.admitted.slot != next {
					t.Fatalf("%s has place %d, want %d", m.metric.Name, m.admitted.slot, next)
				}
				next += len(m.admitted.statistics)
			}
		}
	}
}

// TestLabelsAreShared: the series of a metric have one slice of labels, which is that
// of the metric where nothing is added.
func TestLabelsAreShared(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("timer", metrics.NewTimer(metrics.Labels{"b": "2", "a": "1"}))
	w.flush()
	m := w.state.members[0]
	rendered := m.admitted.entries[0].series.Rendered
	for _, e := range m.admitted.entries {
		if len(e.labels) != 2 || &e.labels[0] != &m.metric.Labels[0] || e.series.Rendered != rendered {
			t.Errorf("%s has labels %v of its own", e.family, e.labels)
		}
	}
	added := newWorld(t, false, Config{ConstLabels: map[string]string{"a0": "x"}})
	added.put("gauge", metrics.NewGauge(metrics.Labels{"b": "2", "a": "1"}))
	added.flush()
	if got := added.state.members[0].admitted.entries[0].labels; fmt.Sprint(got) != "[{a 1} {a0 x} {b 2}]" {
		t.Errorf("labels are %v", got)
	}
}
