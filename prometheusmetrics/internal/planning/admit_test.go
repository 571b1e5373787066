package planning

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-metrics-plus/metrics"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/naming"
	"github.com/go-metrics-plus/metrics/prometheusmetrics/internal/sharing"
)

// TestAllOrNothing: a metric of which one series can't be had has none, and takes
// nothing away from others.
func TestAllOrNothing(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("m_rate_15min", metrics.NewFunctionalGauge(func() int64 { return 1 }))
	w.put("a", counter(1))
	w.flush()
	w.put("a_count_rate", gauge(1))
	w.put("a.", metrics.NewMeter()) // a__count and rates
	w.flush()
	families := len(w.state.families)
	w.put("a ", metrics.NewTimer()) // clashes with the meter's in the count
	w.flush()
	if len(w.state.families) != families {
		t.Errorf("%d families after a metric was refused, %d before", len(w.state.families), families)
	}
	w.wantTold("refused", "a : duplicate")
	w.remove("a.")
	w.flush()
	if len(w.state.families) <= families {
		t.Error("it is not let in when there is room")
	}
}

// TestConflictsBetweenFamilies: in the typed layout names of samples count, in both
// orders, and are free again when who had them has gone.
func TestConflictsBetweenFamilies(t *testing.T) {
	h := func() any { return metrics.NewHistogram(metrics.NewBucketSample(0.05)) }
	for _, test := range []struct {
		first  string
		a      any
		second string
		b      any
		want   string
	}{
		{"h", h(), "h_sum", gauge(1), "family h_sum (gauge) conflicts with h (histogram), exposed by metric h"},
		{"h_sum", gauge(1), "h", h(), "family h (histogram) conflicts with h_sum (gauge), exposed by metric h_sum"},
		{"c", gauge(1), "c_total", counter(1), "family c_total (counter) conflicts with c (gauge), exposed by metric c"},
		{"c_total", counter(1), "c", gauge(1),
			"family c (gauge) conflicts with c_total (counter), exposed by metric c_total"},
	} {
		for _, together := range []bool{false, true} {
			w := newWorld(t, true, Config{})
			w.put(test.first, test.a)
			if !together {
				w.flush()
			} else if test.first > test.second {
				continue // the order would be another
			}
			w.put(test.second, test.b)
			p := w.plan(Answers{})
			if len(p.reports) != 1 || p.reports[0].Problem.Err.Error() != test.want {
				t.Errorf("%s, then %s: reported %v", test.first, test.second, p.reports)
			}
			w.commit(p)
			w.remove(test.first)
			if e := w.flush(); len(e.Families) != 1 || e.Families[0].Name != test.second {
				t.Errorf("%s is not exposed when %s has gone: %q", test.second, test.first, shown(e))
			}
		}
	}
}

// TestRoomIsNoticed: a metric that was left out comes in with the plan that makes room
// for it, also where its family goes on with other series.
func TestRoomIsNoticed(t *testing.T) {
	labels := metrics.Labels{"l": "1"}
	w := newWorld(t, false, Config{})
	w.put("a.b", counter(1))
	w.put("a_b", counter(2))
	w.put("a b", counter(3, labels))
	w.flush()
	w.wantTold("one series twice", "a_b: duplicate")
	w.remove("a.b")
	w.flush()
	w.want("when there is room",
		`a_b_count{} gauge "a b: current count" 2`, `a_b_count{l=1} gauge "a b: current count" 3`)
}

// TestRefusedByOthers: what another driver has is a duplicate, and tried again when
// something has changed there.
func TestRefusedByOthers(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1))
	refused := map[sharing.Key]error{gaugeKey("a_count"): errors.New("exposed elsewhere")}
	for range 2 {
		w.commit(w.plan(Answers{Refused: refused, Changes: 1}))
		w.want("refused")
	}
	w.wantTold("refused", "a: duplicate")
	w.commit(w.plan(Answers{Changes: 1}))
	w.want("without a change")
	w.commit(w.plan(Answers{Changes: 2}))
	w.want("after a change", `a_count{} gauge "a: current count" 1`)
	w.commit(w.plan(Answers{Refused: refused, Changes: 2}))
	w.want("lost to another driver")
	w.wantTold("lost to another driver", "a: duplicate")
}

var notYet = map[sharing.Key]error{gaugeKey("a_count"): sharing.ErrNotYet}

func gaugeKey(series string) sharing.Key {
	return sharing.Key{Series: series, Type: dto.MetricType_GAUGE}
}

// TestNotYet: what waits for another driver is no problem, and tried until it is there.
func TestNotYet(t *testing.T) {
	w := newWorld(t, false, Config{})
	w.put("a", counter(1))
	for range 2 {
		w.commit(w.plan(Answers{Refused: maps.Clone(notYet), Changes: 1}))
		w.want("not yet")
	}
	w.commit(w.plan(Answers{Changes: 1}))
	w.want("now", `a_count{} gauge "a: current count" 1`)
	w.wantTold("never")
}

// TestDecrease comes and goes, and is not reported of what was cleared or is the same.
func TestDecrease(t *testing.T) {
	w := newWorld(t, true, Config{})
	c := counter(10)
	w.put("c", c)
	w.flush()
	for _, test := range []struct {
		change func()
		told   []string
	}{
		{func() { c.Inc(1) }, nil},
		{func() { c.Dec(5) }, []string{"c: decreased"}},
		{func() { c.Dec(1) }, nil}, // goes on
		{func() { c.Inc(1) }, nil},
		{func() { c.Dec(3) }, []string{"c: decreased"}},
		{func() {}, nil},
		{func() { c.Clear() }, nil},
	} {
		test.change()
		w.flush()
		w.wantTold("decrease", test.told...)
	}
	c.Inc(5)
	w.flush()
	c.Dec(1)
	p := Make(w.state, w.read(), Answers{Again: true})
	p.Settle(nil)
	if len(p.reports) > 0 {
		t.Errorf("with the values of the last plan: %v", p.reports)
	}
}

// TestReservedLabels: those that Prometheus adds itself are refused in the types to
// which it adds them, and in no others.
func TestReservedLabels(t *testing.T) {
	bucketed := metrics.NewHistogram(metrics.NewBucketSample(0.05), metrics.Labels{"le": "1", "quantile": "1"})
	for _, test := range []struct {
		metric any
		told   []string
	}{
		{bucketed, []string{"x: label"}},
		{metrics.NewHistogram(metrics.NewBucketSample(0.05), metrics.Labels{"quantile": "1"}), nil},
		{metrics.NewTimer(metrics.Labels{"quantile": "1"}), []string{"x: label"}},
		{metrics.NewTimer(metrics.Labels{"le": "1"}), nil},
		{gauge(1, metrics.Labels{"le": "1", "quantile": "1"}), nil},
		{counter(1, metrics.Labels{"le": "1", "quantile": "1"}), nil},
	} {
		w := newWorld(t, true, Config{})
		w.put("x", test.metric)
		w.flush()
		w.wantTold(fmt.Sprint(test.metric), test.told...)
		if got := w.state.Exposition().Series; got != 1-len(test.told) {
			t.Errorf("%v: %d series", test.metric, got)
		}
	}
}

// TestNothingLeftOfAName: a counter needs something before _total, a gauge does not.
func TestNothingLeftOfAName(t *testing.T) {
	w := newWorld(t, true, Config{})
	w.put("_total", counter(1))
	w.put("", counter(1))
	w.put("x", counter(1))
	w.flush()
	w.want("counters", `x_total{} counter "x" 1`)
	w.wantTold("counters", ": name", "_total: name")
	w.put("_total", gauge(2))
	w.flush()
	w.want("with a gauge", `_total{} gauge "_total" 2`, `x_total{} counter "x" 1`)
}

// TestWrappingLabels are part of the series that are claimed, and conflict with the
// metric's own.
func TestWrappingLabels(t *testing.T) {
	w := newWorld(t, false, Config{Wrapped: []naming.Label{{Name: "zone", Value: "a"}}})
	w.put("plain", counter(1))
	w.put("labelled", counter(2, metrics.Labels{"code": "200"}))
	w.put("zoned", counter(3, metrics.Labels{"zone": "b"}))
	p := w.plan(Answers{})
	var keys []string
	for c := range p.Claims() {
		keys = append(keys, c.Series)
	}
	slices.Sort(keys)
	want := []string{
		naming.Series("labelled_count", []naming.Label{{Name: "code", Value: "200"}, {Name: "zone", Value: "a"}}),
		naming.Series("plain_count", []naming.Label{{Name: "zone", Value: "a"}}),
	}
	if !slices.Equal(keys, want) {
		t.Errorf("claims are %q, want %q", keys, want)
	}
	w.commit(p)
	w.wantTold("twice the label", "zoned: label")
	w.want("without what the registerer adds",
		`labelled_count{code=200} gauge "labelled: current count" 2`, `plain_count{} gauge "plain: current count" 1`)
}

// reservoir is a histogram of another library, whose sum is that of its sample: in the
// typed layout it becomes a gauge for each quantile, and then a counter.
type reservoir struct{ count int64 }

func (r *reservoir) Count() int64                       { return r.count }
func (r *reservoir) StdDev() float64                    { return 0 }
func (r *reservoir) Percentiles(ps []float64) []float64 { return make([]float64, len(ps)) }

// TestSeriesAreTakenBack: where the last series of a metric is refused, the ones before
// it are free, also for metrics of the same plan.
func TestSeriesAreTakenBack(t *testing.T) {
	w := newWorld(t, true, Config{})
	w.put("r__observations", counter(5))
	w.flush()
	w.put("r ", &reservoir{count: 3}) // r_{quantile="0.5"} and r__observations_total
	w.flush()
	w.want("refused", `r__observations_total{} counter "r__observations" 5`)
	w.wantTold("refused", "r : duplicate")
	w.remove("r ")
	w.flush()
	w.put("r ", &reservoir{count: 3})
	w.put("r-", gauge(7, metrics.Labels{"quantile": "0.5"})) // comes later in byte order
	w.flush()
	w.want("with another", `r_{quantile=0.5} gauge "r-" 7`, `r__observations_total{} counter "r__observations" 5`)
	w.wantTold("with another", "r : duplicate")
}

// TestAdvice of a count that went down is for what can be a gauge.
func TestAdvice(t *testing.T) {
	w := newWorld(t, true, Config{})
	c, m, r := counter(10), metrics.NewMeter(), &reservoir{count: 10}
	m.Mark(10)
	w.put("c", c)
	w.put("m", m)
	w.put("r", r)
	w.flush()
	c.Dec(1)
	m.Mark(-1)
	r.count--
	p := w.plan(Answers{})
	advised := make(map[string]bool)
	for _, report := range p.reports {
		if !strings.Contains(report.Problem.Err.Error(), "went down from 10 to 9") {
			t.Errorf("%s: %v", report.Metric.Name, report.Problem.Err)
		}
		advised[report.Metric.Name] = strings.Contains(report.Problem.Err.Error(), "AsGauge")
	}
	if want := map[string]bool{"c": true, "m": true, "r": false}; !maps.Equal(advised, want) {
		t.Errorf("advised %v, want %v", advised, want)
	}
}
