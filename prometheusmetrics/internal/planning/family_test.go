package planning

import (
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/problem"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// TestHelpOfOneWhoIsThere: a family has the help of a metric that it has, that of the
// one who was there first.
func TestHelpOfOneWhoIsThere(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("b.x", counter(1, metrics.Labels{"l": "1"}))
	w.flush()
	w.put("b-x", counter(2, metrics.Labels{"l": "2"}))
	w.put("b/x", counter(3, metrics.Labels{"l": "3"}))
	w.flush()
	w.want("with newcomers", `b_x_count{l=1} gauge "b.x: current count" 1`,
		`b_x_count{l=2} gauge "b.x: current count" 2`, `b_x_count{l=3} gauge "b.x: current count" 3`)
	w.remove("b.x")
	w.flush()
	w.want("when it has gone",
		`b_x_count{l=2} gauge "b-x: current count" 2`, `b_x_count{l=3} gauge "b-x: current count" 3`)
	w.put("b_x", counter(4, metrics.Labels{"l": "2"}))
	w.remove("b-x")
	w.flush()
	w.want("when it is replaced",
		`b_x_count{l=2} gauge "b/x: current count" 4`, `b_x_count{l=3} gauge "b/x: current count" 3`)
	w.wantTold("never")
}

// TestHelpOfAnotherDriver is taken over, and given up when the family is not shared.
func TestHelpOfAnotherDriver(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1, metrics.Labels{"l": "1"}))
	other := sharing.Family{
		Name: "a_count", Type: dto.MetricType_GAUGE, Help: "Theirs.", Metric: &problem.Origin{Name: "theirs"},
	}
	p := Make(w.state, w.read(), Answers{})
	p.Settle(map[string]sharing.Family{"a_count": other})
	w.commit(p)
	w.want("shared", `a_count{l=1} gauge "Theirs." 1`)
	shared := true
	isShared := func(string) bool { return shared }
	w.commit(w.plan(Answers{IsShared: isShared}))
	w.want("still shared", `a_count{l=1} gauge "Theirs." 1`)
	shared = false
	w.commit(w.plan(Answers{IsShared: isShared}))
	w.want("alone", `a_count{l=1} gauge "a: current count" 1`)
	if len(w.state.adopted) > 0 {
		t.Errorf("adopted are %v", w.state.adopted)
	}
}

// TestSameVersion: a family that is planned again and comes out the same is published
// as it was.
func TestSameVersion(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1))
	p := Make(w.state, w.read(), Answers{})
	p.Settle(map[string]sharing.Family{"a_count": {Name: "a_count", Help: "a: current count"}})
	before := w.commit(p).Families
	after := w.flush().Families // the help is now its own, and the same
	if len(w.state.adopted) > 0 || &after[0] != &before[0] || after[0] != before[0] {
		t.Errorf("%v is published anew as %v", before[0], after[0])
	}
	w.put("b", metrics.NewFunctionalGauge(func() int64 { panic("no value") }))
	w.flush()
	w.want("beside a metric that can't be read", `a_count{} gauge "a: current count" 1`)
}

// TestUnreadableMetricsAreHidden, and shown again with the same series.
func TestUnreadableMetricsAreHidden(t *testing.T) {
	w := newWorld(t, false, Config{})
	broken := false
	w.put("a", metrics.NewFunctionalGauge(func() int64 {
		if broken {
			panic("no value")
		}
		return 1
	}))
	for _, broken = range []bool{false, true, false, true} {
		if e := w.flush(); (e.Series == 0) != broken {
			t.Errorf("broken %v: %q", broken, shown(e))
		}
	}
	w.wantTold("each time", "a: panic", "a: panic")
}
