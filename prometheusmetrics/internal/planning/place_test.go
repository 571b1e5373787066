package planning

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/layout"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/reading"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/wire"
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
				if int(m.admitted.slot) != next {
					t.Fatalf("%s has place %d, want %d", m.metric.Name, m.admitted.slot, next)
				}
				next += m.admitted.form.statistics()
			}
		}
	}
}

// TestLabelsAreShared: the series of a metric have one text of labels, unless its layout
// adds some.
func TestLabelsAreShared(t *testing.T) {
	w := newWorld(t, false, Config{ConstLabels: map[string]string{"a0": "x"}})
	w.put("timer", metrics.NewTimer(metrics.Labels{"b": "2", "a": "1"}))
	w.flush()
	entries := w.state.members[0].admitted.entries
	want := wire.NewLabels("a", "1", "a0", "x", "b", "2")
	for i := range entries {
		got := entries[i].series().Labels
		if got != want || unsafe.StringData(string(got)) != unsafe.StringData(string(entries[0].series().Labels)) {
			t.Errorf("%s has labels %q of its own", entries[i].part.family, got)
		}
	}
}

// TestFormsAreShared: metrics of a name have one form, be they new in one flush or in
// several, as long as they become the same.
func TestFormsAreShared(t *testing.T) {
	bucketed := metrics.WithSample(func() metrics.Sample { return metrics.NewBucketSample(0.05) })
	r := metrics.NewRegistry()
	state := NewState(Config{
		Sources: []Source{{Layout: layout.Typed([]float64{0.5})}, {Layout: layout.Typed([]float64{0.5})}},
		Rule:    func(string) *Rule { return &Rule{} },
	})
	other := metrics.NewRegistry(bucketed)
	reader := reading.New([]reading.Source{{Source: r}, {Source: other}}, nil)
	for _, code := range []string{"200", "404", "500"} {
		metrics.GetOrRegisterTimer("latency", r, metrics.Labels{"code": code})
		metrics.GetOrRegisterTimer("latency2", other, metrics.Labels{"code": code})
		p := Make(state, reader.Read(reading.Limit{Timeout: time.Minute, Begin: time.Now()}).Metrics, Answers{})
		p.Settle(nil)
		p.Commit(func(_ map[string]string, change func()) { change() })
	}
	forms := make(map[*form]int)
	for _, m := range state.members {
		forms[m.admitted.form]++
	}
	if len(forms) != 2 || forms[state.members[0].admitted.form] != 3 {
		t.Errorf("the forms of six timers of two kinds are %v", forms)
	}
}
