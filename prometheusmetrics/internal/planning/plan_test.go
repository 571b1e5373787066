package planning

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/families"
)

// TestPlansChangeNothing: of plans that are dropped nothing is left, and one that is
// made again is the same.
func TestPlansChangeNothing(t *testing.T) {
	w := newWorld(t, true, Config{MaxSeries: 3})
	w.put("a", counter(1))
	w.put("b", gauge(2))
	w.flush()
	before := shown(w.state.Exposition())
	w.put("a", gauge(7))
	w.put("c", counter(3))
	w.put("c.", counter(4))
	w.remove("b")
	for range 3 {
		w.plan(Answers{})
		if got := shown(w.state.Exposition()); !slices.Equal(got, before) {
			t.Errorf("a plan that was dropped shows %q, before it %q", got, before)
		}
	}
	if w.told != nil || len(w.state.families) != 2 || w.state.numbers.length != 2 {
		t.Errorf("dropped plans reported %q, and left %d families", w.told, len(w.state.families))
	}
	w.flush()
	w.want("after a commit", `a{} gauge "a" 7`, `c__total{} counter "c." 4`, `c_total{} counter "c" 3`)
}

// TestEveryFlushShowsTheLatest: values, not only metrics.
func TestEveryFlushShowsTheLatest(t *testing.T) {
	for _, typed := range []bool{false, true} {
		w := newWorld(t, typed, Config{})
		c, timer := metrics.NewCounter(), metrics.NewTimer()
		h := metrics.NewHistogram(metrics.NewBucketSample(0.05))
		w.put("c", c)
		w.put("t", timer)
		w.put("h", h)
		idle := metrics.NewHistogram(metrics.NewBucketSample(0.05))
		idle.Update(1)
		w.put("idle", idle)
		var last *families.Exposition
		for round := range 4 {
			c.Inc(1)
			timer.Update(time.Second)
			if round != 2 {
				h.Update(10)
			}
			e := w.flush()
			text := strings.Join(shown(e), "\n")
			for _, want := range []string{fmt.Sprintf(" %d", round+1), fmt.Sprintf(" %d", []int{10, 20, 20, 30}[round])} {
				if !strings.Contains(text, want) {
					t.Errorf("typed %v, round %d: no %q in\n%s", typed, round, want, text)
				}
			}
			if last != nil && &last.Families[0] != &e.Families[0] {
				t.Errorf("typed %v, round %d: nothing came or went, and families are others", typed, round)
			}
			last = e
		}
	}
}

// TestTypeChanges: a name that becomes another type is that type, with its help, from
// the same flush on, whatever it was.
func TestTypeChanges(t *testing.T) {
	makers := map[string]func() any{
		"counter": func() any { return counter(1) },
		"gauge":   func() any { return gauge(2) },
		"timer":   func() any { return metrics.NewTimer() },
		"histogram": func() any {
			return metrics.NewHistogram(metrics.NewBucketSample(0.05))
		},
		"meter": func() any { return metrics.NewMeter() },
	}
	for _, typed := range []bool{false, true} {
		for from, before := range makers {
			for to, after := range makers {
				w := newWorld(t, typed, Config{})
				w.put("x", before())
				w.flush()
				w.put("x", after())
				got := shown(w.flush())
				fresh := newWorld(t, typed, Config{})
				fresh.put("x", after())
				if want := shown(fresh.flush()); !slices.Equal(stripRates(got), stripRates(want)) {
					t.Errorf("typed %v, %s to %s: %q, want %q", typed, from, to, got, want)
				}
				w.wantTold(from + " to " + to)
			}
		}
	}
}

// stripRates takes out the rates since the start, which depend on the time.
func stripRates(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.Contains(l, "_rate_mean") })
}

// TestFirstInByteOrder: among newcomers, and not before who is there.
func TestFirstInByteOrder(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a_b", counter(2))
	w.put("a.b", counter(1))
	w.flush()
	w.want("newcomers", `a_b_count{} gauge "a.b: current count" 1`)
	w.wantTold("newcomers", "a_b: duplicate")
	w.put("a-b", counter(3))
	w.flush()
	w.want("with a later one", `a_b_count{} gauge "a.b: current count" 1`)
	w.wantTold("with a later one", "a-b: duplicate")
	w.remove("a.b")
	w.flush()
	w.want("when it has gone", `a_b_count{} gauge "a-b: current count" 3`)
	w.put("a.b", counter(1))
	w.flush()
	w.wantTold("when it is back", "a.b: duplicate")
}

// TestClaims are the new series, no others.
func TestClaims(t *testing.T) {
	w := newWorld(t, false, Config{Prefix: "p_"})
	w.put("a", counter(1))
	claims := func(p *Plan) (keys []string) {
		for c := range p.Claims() {
			keys = append(keys, c.Series)
			if c.Family.Name != "p_"+strings.TrimPrefix(c.Series, "p_") {
				t.Errorf("family %s of series %s", c.Family.Name, c.Series)
			}
		}
		return keys
	}
	p := w.plan(Answers{})
	if got := claims(p); !slices.Equal(got, []string{"p_a_count"}) {
		t.Errorf("claims are %q", got)
	}
	w.commit(p)
	w.put("b", counter(1))
	if got := claims(w.plan(Answers{})); !slices.Equal(got, []string{"p_b_count"}) {
		t.Errorf("claims are %q", got)
	}
}
