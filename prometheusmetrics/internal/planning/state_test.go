package planning

import (
	"fmt"
	"maps"
	"sync"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// TestHoldings: what other drivers see of the state, under the names that the registry
// has, and no longer when it has gone.
func TestHoldings(t *testing.T) {
	w := newWorld(t, true, Config{Prefix: "p_"})
	w.put("c", counter(1))
	w.put("h", metrics.NewHistogram(metrics.NewBucketSample(0.05)))
	w.flush()
	for name, family := range map[string]string{
		"p_c_total": "p_c_total", "p_c": "p_c_total", "p_c_created": "p_c_total",
		"p_h": "p_h", "p_h_sum": "p_h", "p_h_bucket": "p_h",
		"c_total": "", "c": "", "p_": "", "p_h_max": "",
	} {
		user, used := w.state.User(name)
		if used != (family != "") || user.Name != family {
			t.Errorf("%s is used by %q (%v), want %q", name, user.Name, used, family)
		}
		if f, held := w.state.Family(name); held != (name == family && family != "") || held && f != user {
			t.Errorf("family %s is %+v (%v)", name, f, held)
		}
	}
	keys := make(map[string]string)
	w.state.Keys(func(key, family string) { keys[key] = family })
	if want := map[string]string{"p_c_total": "p_c_total", "p_h": "p_h"}; !maps.Equal(keys, want) {
		t.Errorf("keys are %v, want %v", keys, want)
	}
	if metric, held := w.state.Series("p_c_total"); !held || metric.String() != "c" {
		t.Errorf("the series of c is that of %v", metric)
	}
	w.remove("c")
	w.put("h", gauge(1))
	w.flush()
	if f, held := w.state.User("p_h"); !held || f.Type != dto.MetricType_GAUGE {
		t.Errorf("h has become %+v", f)
	}
	for _, name := range []string{"p_c", "p_c_total", "p_h_sum", "p_h_bucket"} {
		if f, held := w.state.User(name); held {
			t.Errorf("%s is still used by %+v", name, f)
		}
	}
	if _, held := w.state.Series("p_c_total"); held {
		t.Error("the series of c is still held")
	}
}

// TestReleasedKeys are the series that a commit lets go, by the registry's names.
func TestReleasedKeys(t *testing.T) {
	w := newWorld(t, false, Config{Prefix: "p_"})
	w.put("a", counter(1))
	w.put("b", gauge(1))
	for _, test := range []struct {
		remove string
		want   map[string]string
	}{
		{"none", nil},
		{"a", map[string]string{"p_a_count": "p_a_count"}},
		{"b", map[string]string{"p_b_gauge": "p_b_gauge"}},
		{"none", nil},
	} {
		w.remove(test.remove)
		p := w.plan(Answers{})
		calls := 0
		p.Commit(func(released map[string]string, change func()) {
			calls++
			if !maps.Equal(released, test.want) {
				t.Errorf("without %s, %v are released, want %v", test.remove, released, test.want)
			}
			change()
		})
		if calls != 1 {
			t.Errorf("apply was called %d times", calls)
		}
	}
}

// TestMetricOfAFamily: a conflict names the metric whose help the family has, and where
// that is another driver's the first that it exposes.
func TestMetricOfAFamily(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a_b", counter(1, metrics.Labels{"l": "1"}))
	w.put("a.b", counter(1, metrics.Labels{"l": "2"}))
	w.flush()
	if f, _ := w.state.Family("a_b_count"); f.Metric.String() != `a.b{l="2"}` || f.Help != "a.b: current count" {
		t.Errorf("the family is that of %v", f.Metric)
	}
	w = newWorld(t, false, Config{})
	w.put("a_b", counter(1, metrics.Labels{"l": "1"}))
	w.put("a.b", counter(1, metrics.Labels{"l": "2"}))
	p := Make(w.state, w.read(), Answers{})
	p.Settle(map[string]sharing.Family{"a_b_count": {Name: "a_b_count", Help: "Theirs."}})
	w.commit(p)
	if f, _ := w.state.Family("a_b_count"); f.Metric.String() != `a_b{l="1"}` || f.Help != "Theirs." {
		t.Errorf("the shared family is that of %v", f.Metric)
	}
}

// TestOthersAskAmidCommits: other drivers see the same series, families and metrics while
// a commit goes on, also one that moves everybody, and never without the lock.
func TestOthersAskAmidCommits(t *testing.T) {
	w := newWorld(t, true, Config{ConstLabels: map[string]string{"a": "b"}})
	w.put("stays", counter(1))
	for i := range 200 {
		w.put(fmt.Sprint("t", i), metrics.NewTimer())
	}
	w.flush()
	var account sync.Mutex
	asked, over := make(chan struct{}), make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for range asked {
			account.Lock()
			_, held := w.state.Series(`stays_total{a="b"}`)
			family, there := w.state.Family("stays_total")
			if !held || !there || family.Metric.String() != "stays" {
				t.Errorf("amid a commit stays is held: %v, in family %+v", held, family)
			}
			w.state.Keys(func(string, string) {})
			account.Unlock()
		}
		close(over)
	})
	for i := range 200 {
		w.remove(fmt.Sprint("t", i))
	}
	before := w.state.members[0].admitted.entries[0].series()
	p := w.plan(Answers{})
	asked <- struct{}{}
	p.Commit(func(_ map[string]string, change func()) {
		asked <- struct{}{}
		account.Lock()
		change()
		account.Unlock()
	})
	close(asked)
	<-over
	if after := w.state.members[0].admitted.entries[0].series(); after == before {
		t.Error("nobody has moved")
	}
}
