package planning

import (
	"slices"
	"testing"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

// TestExemplarsFollow: each flush shows the latest one, and none that was cleared.
func TestExemplarsFollow(t *testing.T) {
	w := newWorld(t, true, Config{})
	c, h := metrics.NewCounter(), metrics.NewHistogram(metrics.NewBucketSample(0.05, 10, 100))
	w.put("c", c)
	w.put("h", h)
	for round := range 3 {
		value := int64(round + 1)
		c.IncWithExemplar(value, metrics.Labels{"trace_id": "x"})
		h.UpdateWithExemplar(value, metrics.Labels{"trace_id": "x"})
		for range 2 {
			e := w.flush()
			for _, f := range e.Families {
				if f.Type == dto.MetricType_COUNTER {
					if got := e.Parts[f.Series[0].Part].Exemplar; got == nil || got.Value != float64(value) {
						t.Errorf("round %d: the counter's exemplar is %v", round, got)
					}
					continue
				}
				got := e.Histograms[f.Series[0].Part]
				if len(got.Exemplars) != 1 || got.Exemplars[0].Value != float64(value) || got.At[0] != 0 {
					t.Errorf("round %d: the histogram's exemplars are %v at %v", round, got.Exemplars, got.At)
				}
			}
		}
	}
	c.Clear()
	h.Clear()
	e := w.flush()
	if e.Parts[0].Exemplar != nil || len(e.Histograms[0].Exemplars) > 0 {
		t.Errorf("after Clear: %v and %v", e.Parts[0].Exemplar, e.Histograms[0].Exemplars)
	}
}

// TestIdleHistogramsAreNotFilledAnew: only what has changed is, also after a flush that
// could not read it.
func TestIdleHistogramsAreNotFilledAnew(t *testing.T) {
	w := newWorld(t, true, Config{})
	busy := metrics.NewHistogram(metrics.NewBucketSample(0.05, 10, 100))
	idle := metrics.NewHistogram(metrics.NewBucketSample(0.05, 10, 100))
	idle.Update(50)
	w.put("busy", busy)
	w.put("idle", idle)
	at := func(e *families.Exposition, name string) *families.Histogram {
		for _, f := range e.Families {
			if f.Name == name {
				return &e.Histograms[f.Series[0].Part]
			}
		}
		t.Fatalf("no %s", name)
		return nil
	}
	last := w.flush()
	for round := range 4 {
		busy.Update(int64(round))
		e := w.flush()
		before, now := at(last, "idle"), at(e, "idle")
		if now.Version != before.Version || now.Count != 1 || &now.Bounds[0] != &before.Bounds[0] {
			t.Errorf("round %d: the idle histogram is filled anew: %+v", round, now)
		}
		if now := at(e, "busy"); now.Version == at(last, "busy").Version || now.Count != uint64(round+1) {
			t.Errorf("round %d: the busy histogram is not filled: %+v", round, now)
		}
		last = e
	}
	if e := w.flush(); &e.Histograms[0] != &last.Histograms[0] {
		t.Error("nothing has changed, and histograms are copied")
	}
	w.put("another", metrics.NewCounter())
	if e := w.flush(); at(e, "idle").Version != at(last, "idle").Version {
		t.Error("the idle histogram is filled anew when a counter comes")
	}
	w.put("third", metrics.NewHistogram(metrics.NewBucketSample(0.05, 10, 100)))
	if e := w.flush(); at(e, "idle").Count != 1 || at(e, "busy").Count != 4 || at(e, "third").Count != 0 {
		t.Errorf("with a third: %q", shown(e))
	}
}

// TestExemplarLabels are made valid; of two that become the same one stays.
func TestExemplarLabels(t *testing.T) {
	w := newWorld(t, true, Config{})
	c := metrics.NewCounter()
	w.put("c", c)
	for _, test := range []struct {
		given metrics.Labels
		want  []string
	}{
		{metrics.Labels{"trace.id": "\xff", "a": "1"}, []string{"a", "trace_id"}},
		{metrics.Labels{"trace.id": "1", "trace_id": "1", "z": "2"}, []string{"trace_id", "z"}},
	} {
		c.IncWithExemplar(1, test.given)
		var names []string
		for _, l := range w.flush().Parts[0].Exemplar.Labels {
			names = append(names, l.Name)
			if !utf8.ValidString(l.Value) {
				t.Errorf("%q has the value %q", test.given, l.Value)
			}
		}
		if !slices.Equal(names, test.want) {
			t.Errorf("labels of %q are %q, want %q", test.given, names, test.want)
		}
	}
}
