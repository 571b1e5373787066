package planning

import (
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/probing"
)

// probe says of families whether they are taken.
func probe(taken map[string]bool) Probe {
	p := Probe{Clashes: make(map[string]string)}
	for name, is := range taken {
		p.Families = append(p.Families, probing.Family{Name: name, Type: dto.MetricType_GAUGE})
		if is {
			p.Clashes[name] = name
		}
	}
	return p
}

func (w *world) flushWith(p Probe) {
	plan := Make(w.state, w.read(), Answers{})
	plan.Settle(nil, p)
	w.commit(plan)
}

// TestClashes come and go; what is not asked about stays as it is known, and each new
// metric of a family that clashes is reported.
func TestClashes(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1))
	w.put("b", counter(2))
	if got := Make(w.state, w.read(), Answers{}).NewFamilies(); len(got) != 2 {
		t.Errorf("new families are %v", got)
	}
	w.flushWith(probe(map[string]bool{"a_count": true, "b_count": false}))
	w.want("clash", `b_count{} gauge "b: current count" 2`)
	w.wantTold("clash", "a: registered")
	w.flush()
	w.want("not asked", `b_count{} gauge "b: current count" 2`)
	known := probe(map[string]bool{"a_count": true, "b_count": false, "gone": true})
	if !w.state.Knows(known) || w.state.Knows(probe(map[string]bool{"a_count": false})) {
		t.Error("the state does not know what it knows")
	}
	w.flushWith(probe(map[string]bool{"a_count": false}))
	if len(w.state.clashes) != 0 {
		t.Errorf("clashes are %v", w.state.clashes)
	}
	w.flushWith(probe(map[string]bool{"a_count": true}))
	w.wantTold("again", "a: registered")
}

// TestNewSeriesOfAClash is reported, though the family is known.
func TestNewSeriesOfAClash(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a_b", counter(1, metrics.Labels{"l": "1"}))
	w.flushWith(probe(map[string]bool{"a_b_count": true}))
	w.wantTold("the first", "a_b: registered")
	w.put("a.b", counter(1, metrics.Labels{"l": "2"}))
	w.flush()
	w.wantTold("the second", "a.b: registered")
	w.want("refused")
	w.flushWith(probe(map[string]bool{"a_b_count": false}))
	w.want("free", `a_b_count{l=1} gauge "a_b: current count" 1`, `a_b_count{l=2} gauge "a_b: current count" 1`)
}

// TestClashGoesWithItsFamily: the next family of the name is not refused for it.
func TestClashGoesWithItsFamily(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1))
	w.flushWith(probe(map[string]bool{"a_count": true}))
	w.remove("a")
	if got := Make(w.state, w.read(), Answers{}).NewFamilies(); len(got) != 0 {
		t.Errorf("new families are %v when one goes", got)
	}
	w.flush()
	if len(w.state.clashes) > 0 {
		t.Errorf("clashes of what has gone are kept: %v", w.state.clashes)
	}
	w.put("a", counter(2))
	if got := Make(w.state, w.read(), Answers{}).NewFamilies(); len(got) != 1 || got[0].Name != "a_count" {
		t.Errorf("new families are %v", got)
	}
	w.flush()
	w.want("the next of the name", `a_count{} gauge "a: current count" 2`)
}

// TestUnregistered shows what was left out for the registry.
func TestUnregistered(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1))
	w.flushWith(probe(map[string]bool{"a_count": true}))
	p := w.plan(Answers{Again: true})
	p.Unregistered()
	w.commit(p)
	w.want("after it has left", `a_count{} gauge "a: current count" 1`)
	var outcomes []Outcome
	w.state.Outcomes(func(o Outcome) { outcomes = append(outcomes, o) })
	if len(outcomes) != 1 || outcomes[0].Problem != nil || len(outcomes[0].Series) != 1 {
		t.Errorf("outcomes are %+v", outcomes)
	}
}
