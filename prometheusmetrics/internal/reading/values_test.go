package reading

import (
	"maps"
	"testing"

	"github.com/go-metrics-plus/metrics"
)

// labelled is a metric of another library with labels of its own.
type labelled[L any] struct{ labels L }

func (l *labelled[L]) Value() int64 { return 1 }
func (l *labelled[L]) Labels() L    { return l.labels }

type ownMap map[string]string

// TestLabelsAreCopied: a metric that changes the map that it gave changes nothing.
func TestLabelsAreCopied(t *testing.T) {
	a, b, c := map[string]string{"x": "1"}, metrics.Labels{"x": "1"}, ownMap{"x": "1"}
	r := readerOf(given{
		{"a", &labelled[map[string]string]{a}}, {"b", &labelled[metrics.Labels]{b}}, {"c", &labelled[ownMap]{c}},
		{"none", &labelled[int]{1}},
	})
	r.Read(limit())
	a["x"], b["x"], c["x"] = "2", "2", "2"
	all := byName(r.Read(limit()))
	for _, name := range []string{"a", "b", "c"} {
		if got := all[name].Origin.Labels(); !maps.Equal(got, map[string]string{"x": "1"}) {
			t.Errorf("labels of %s are %v", name, got)
		}
	}
	if all["none"].Origin.Labels() != nil {
		t.Errorf("labels that are none: %v", all["none"].Origin.Labels())
	}
}

// pairs is an info metric.
type pairs struct{ of map[string]string }

func (p *pairs) Value() map[string]string { return p.of }

// TestRelabelled: the number changes with the pairs of an info metric.
func TestRelabelled(t *testing.T) {
	p := &pairs{map[string]string{"version": "1"}}
	r := readerOf(given{{"p", p}})
	first := r.Read(limit()).Metrics[0].Relabelled
	if again := r.Read(limit()).Metrics[0].Relabelled; again != first {
		t.Errorf("without a change it is %d after %d", again, first)
	}
	p.of = map[string]string{"version": "2"}
	if m := r.Read(limit()).Metrics[0]; m.Relabelled == first || m.Values.Info()["version"] != "2" {
		t.Errorf("after a change it is %d, %v", m.Relabelled, m.Values.Info())
	}
}
